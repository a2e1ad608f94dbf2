"""Saying something: number, check to the letter, sign, append, project, in the caller's transaction."""

from collections.abc import Sequence

from internationale.errors import Conflict, Invalid, Paused, Untrusted
from internationale.events import envelope as envelopes
from internationale.events.envelope import Envelope, Signed
from internationale.events.keys import EVENT, SigningKey
from internationale.events.logs import LogRules
from internationale.events.types import EventType, Vocabulary
from internationale.kit.vocabulary import Utterance
from internationale.ledger import parts
from internationale.ledger.heads import Head
from internationale.ledger.projecting import Projector
from internationale.ledger.records import Record, State
from internationale.ledger.settling import Settlement
from internationale.ledger.unit import Unit
from internationale.messages import marker

_ = marker("core")

OWN = "own"
"""``via`` of what was said here."""


def publish(
    unit: Unit, projector: Projector, rules: LogRules, key: SigningKey, utterances: Sequence[Utterance]
) -> list[Envelope]:
    """Append own events. Nothing is kept unless each of them is applied here.

    Raises ``Paused`` when the own log is cut or the key may not sign its next number, ``Invalid`` when something cannot be said
    (too large, NUL …), ``Conflict`` when the others would not let it count.
    """
    head = unit.heads.of(rules.section, rules.epoch)
    if head.frozen:
        raise Paused(_("The log of this section is stopped. The International has to decide from where it goes on."))
    if not any(entry.key == key.public and entry.covers(head.sequence + 1) for entry in rules.keys):
        raise Paused(_("By the roster, this instance may not speak for the section now."))
    records = []
    for utterance in utterances:
        envelope, signed = _sign(_envelope(unit, rules, head, utterance), unit.vocabulary, utterance, key)
        head.sequence, head.hash = envelope.sequence, envelope.hash
        records.append(Record(envelope, signed.body, signed.signature, unit.now, OWN))
    unit.heads.save()
    Settlement(unit, projector, strict=True).settle(records)
    for record in records:
        _check(record)
    return [record.envelope for record in records]


def _envelope(unit: Unit, rules: LogRules, head: Head, utterance: Utterance) -> Envelope:
    kind = _kind(unit.vocabulary, utterance)
    return Envelope(
        section=rules.section,
        epoch=rules.epoch,
        sequence=head.sequence + 1,
        type=kind.wire,
        time=unit.now,
        dataschema=kind.dataschema,
        prevhash=head.hash or rules.genesis,
        refs=utterance.refs,
        parts=tuple(parts.add_own(unit.connection, content, unit.now) for content in utterance.parts),
        author=utterance.author,
        audience=utterance.audience,
        data=utterance.payload.model_dump(mode="json"),
    )


def _kind(vocabulary: Vocabulary, utterance: Utterance) -> EventType:
    try:
        return vocabulary.by_payload[type(utterance.payload)]
    except KeyError:
        raise TypeError(f"{type(utterance.payload).__name__} is not a declared event's payload") from None


def _sign(draft: Envelope, vocabulary: Vocabulary, utterance: Utterance, key: SigningKey) -> tuple[Envelope, Signed]:
    """What is said, as the others will read it: from the bytes, not from what we meant."""
    try:
        body, envelope = envelopes.write(draft)
    except Untrusted as error:
        if error.reason == "oversize":
            raise Invalid(_("This is too long to be sent to the other sections in one piece."), place=error.place) from error
        problem = {"reason": error.reason, "place": error.place}
        sentence = _("This cannot be sent to the other sections (%(reason)s %(place)s).")
        raise Invalid(sentence % problem, place=error.place) from error
    if vocabulary.decode(envelope) != utterance.payload:
        raise TypeError(f"{type(utterance.payload).__name__} does not come out of JSON as it went in")
    return envelope, Signed(body, key.sign(EVENT, body))


def _check(record: Record) -> None:
    if record.state is State.WAITING:
        raise Conflict(_("Something that this stands on is not here yet. Try again when it has arrived."))
    if record.state is not State.APPLIED:
        raise Conflict(
            _("The other sections would not accept this (%(reason)s). Look at what has changed, then try again.")
            % {"reason": record.reason}
        )
