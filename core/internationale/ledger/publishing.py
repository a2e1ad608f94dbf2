"""Saying something: number, check to the letter, seal (if for some only), sign, append, project; the caller's transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from internationale.errors import Conflict, Invalid, Paused, Untrusted
from internationale.events import envelope as envelopes
from internationale.events import sealed
from internationale.events.envelope import INTERNATIONAL, MAX_READERS, PUBLIC, SEALED, Envelope, Signed
from internationale.events.keys import EVENT, SigningKey
from internationale.events.logs import LogRules
from internationale.events.sealing import MAX_RECIPIENTS
from internationale.events.types import EventType, Vocabulary
from internationale.kit.vocabulary import Utterance
from internationale.ledger import parts
from internationale.ledger.heads import Head
from internationale.ledger.judging import Verdict, address
from internationale.ledger.ownkeys import LOST
from internationale.ledger.projecting import Projector
from internationale.ledger.reasons import WORDS
from internationale.ledger.records import Record, State
from internationale.ledger.settling import Settlement
from internationale.ledger.unit import Unit
from internationale.messages import marker

_ = marker("core")

OWN = "own"
"""``via`` of what was said here."""

Recipients = Callable[[Sequence[str]], Sequence[str]]
"""The age recipients of these sections, as the roster has them now, our own among them. Raises ``Invalid``."""


def nobody_else(sections: Sequence[str]) -> Sequence[str]:
    """Nothing can be sealed."""
    raise Invalid(_("This instance cannot say anything to some sections only."), place="audience")


@dataclass(frozen=True)
class Speaker:
    """Who speaks: the rules of the own log, the keys that sign it, and for whom things can be sealed."""

    rules: LogRules
    keys: tuple[SigningKey, ...]
    recipients: Recipients = nobody_else

    def key(self, sequence: int) -> SigningKey:
        """The key that signs this number. Raises ``Paused`` when the roster lets none, or none that is here."""
        signing = {entry.key for entry in self.rules.keys if entry.covers(sequence)}
        found = next((key for key in self.keys if key.public in signing), None)
        if found is None:
            raise Paused(LOST if signing else _("By the roster, this instance may not speak for the section now."))
        return found


def publish(unit: Unit, projector: Projector, speaker: Speaker, utterances: Sequence[Utterance]) -> list[Envelope]:
    """Append own events. Nothing is kept unless each of them is applied here.

    Raises ``Paused`` when the fence is closed, the own log is cut or the key may not sign its next number, ``Invalid`` when
    something cannot be said (too large, NUL …), ``Conflict`` when the others would not let it count, or when it would tell more
    people than those who may read what it stands on.
    """
    if (silent := WORDS.get(unit.silenced)) is not None:
        raise Paused(silent)
    rules = speaker.rules
    head = unit.heads.of(rules.section, rules.epoch)
    if head.frozen:
        raise Paused(_("The log of this section is stopped. The International has to decide from where it goes on."))
    speaker.key(head.sequence + 1)
    records = []
    for utterance in utterances:
        draft = _envelope(unit, rules, head, utterance)
        envelope, signed = _sign(_sealed(unit, speaker, draft, utterance) if draft.sealed else draft, speaker.key(draft.sequence))
        _check_reading(unit, envelope, utterance)
        head.sequence, head.hash = envelope.sequence, envelope.hash
        records.append(Record(envelope, signed.body, signed.signature, unit.now, OWN))
    unit.heads.save()
    Settlement(unit, projector, strict=True).settle(records)
    for record in records:
        _check(record)
    return [record.envelope for record in records]


def _envelope(unit: Unit, rules: LogRules, head: Head, utterance: Utterance) -> Envelope:
    kind = _kind(unit.vocabulary, utterance)
    audience = _audience(unit, rules.section, utterance)
    return Envelope(
        section=rules.section,
        epoch=rules.epoch,
        sequence=head.sequence + 1,
        type=kind.wire,
        time=unit.now,
        dataschema=kind.dataschema,
        prevhash=head.hash or rules.genesis,
        refs=utterance.refs,
        parts=_parts(unit, utterance.parts) if audience in (PUBLIC, INTERNATIONAL) else (),
        author=utterance.author,
        audience=audience,
        data=utterance.payload.model_dump(mode="json"),
    )


def _audience(unit: Unit, own: str, utterance: Utterance) -> str:
    """Who may read it: as was asked for, our own section always among them; and never more than may read what it stands on."""
    unit.look_up(utterance.refs)
    known = [found.readers for ref in utterance.refs if (found := unit.lookup(address(ref))) is not None]
    causes = [set(readers.split()) for readers in known if readers is not None]
    asked = None if utterance.audience in (PUBLIC, INTERNATIONAL) else {own, *utterance.audience.split()}
    if not causes:
        return utterance.audience if asked is None else " ".join(sorted(asked))
    common = set.intersection(*causes)
    if own not in common:
        raise Conflict(_("This was said to other sections only: yours cannot take part in it."))
    if utterance.audience == PUBLIC or (asked is not None and not asked <= common):
        raise Conflict(_("This was said to some sections only. What is said about it stays among them."), place="audience")
    return " ".join(sorted(common if asked is None else asked))


def _sealed(unit: Unit, speaker: Speaker, draft: Envelope, utterance: Utterance) -> Envelope:
    """The outer event: everything but the section, the number and who it is for is inside."""
    readers = draft.audience.split()
    recipients = speaker.recipients(readers)
    if len(recipients) >= MAX_RECIPIENTS or len(readers) > MAX_READERS:
        raise Invalid(_("These are too many sections to encrypt it for. Say it to all sections, or to fewer."), place="sections")
    try:
        data, contents = sealed.write(draft, utterance.parts, recipients)
    except Untrusted as error:
        raise _unspeakable(error) from error
    except ValueError as error:
        raise _too_long() from error
    if contents and not _kind(unit.vocabulary, utterance).parts:
        raise _too_long()
    return replace(
        draft,
        type=SEALED,
        dataschema=sealed.DATASCHEMA,
        refs=(),
        parts=_parts(unit, contents),
        author=None,
        data=data.model_dump(mode="json", exclude_none=True),
    )


def _parts(unit: Unit, contents: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(parts.add_own(unit.connection, content, unit.now) for content in contents)


def _kind(vocabulary: Vocabulary, utterance: Utterance) -> EventType:
    try:
        kind = vocabulary.by_payload[type(utterance.payload)]
    except KeyError:
        raise TypeError(f"{type(utterance.payload).__name__} is not a declared event's payload") from None
    if utterance.parts and not kind.parts:
        raise TypeError(f"{kind.name} does not carry parts")
    return kind


def _sign(draft: Envelope, key: SigningKey) -> tuple[Envelope, Signed]:
    """What is said, as the others will read it: from the bytes, not from what we meant."""
    try:
        body, envelope = envelopes.write(draft)
    except Untrusted as error:
        raise _unspeakable(error) from error
    return envelope, Signed(body, key.sign(EVENT, body))


def _check_reading(unit: Unit, envelope: Envelope, utterance: Utterance) -> None:
    """What will be read must be what was meant; and what we seal we must be able to open ourselves."""
    opened = unit.archive.open(envelope)
    if isinstance(opened, Verdict):
        raise Conflict(
            _("This instance could not read it afterwards (%(reason)s): look after its sealing keys.") % {"reason": opened.reason}
        )
    if unit.vocabulary.decode(opened) != utterance.payload:
        raise TypeError(f"{type(utterance.payload).__name__} does not come out of JSON as it went in")


def _too_long() -> Invalid:
    return Invalid(_("This is too long to be sent to the other sections."))


def _unspeakable(error: Untrusted) -> Invalid:
    if error.reason == "oversize":
        return Invalid(_("This is too long to be sent to the other sections in one piece."), place=error.place)
    problem = {"reason": error.reason, "place": error.place}
    return Invalid(_("This cannot be sent to the other sections (%(reason)s %(place)s).") % problem, place=error.place)


def _check(record: Record) -> None:
    if record.state is State.WAITING:
        raise Conflict(_("Something that this stands on is not here yet. Try again when it has arrived."))
    if record.state is not State.APPLIED:
        raise Conflict(
            _("The other sections would not accept this (%(reason)s). Look at what has changed, then try again.")
            % {"reason": record.reason}
        )
