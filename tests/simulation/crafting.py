"""Things that nobody's software would make: rivals, malformed events, rosters of every kind, signed with the right keys."""

from datetime import timedelta

from internationale.events import keys, roster
from internationale.events.envelope import Envelope, Signed, seal
from internationale.events.keys import EVENT, SigningKey
from internationale.events.roster import Roster
from internationale.events.signed import SignedDocument
from internationale.ledger.deliveries import Delivery
from internationale.rooms.roster import port, queries
from internationale.testing import notes


def latest(section):
    with section.reading() as session:
        return queries.latest(session)


def version(section, *signers, before=None, **changed):
    """A next version of the roster as this section knows it, or after ``before``. ``sections``: a function of each entry."""
    before = before or latest(section)
    values = {name: getattr(before.roster, name) for name in Roster.model_fields}
    if callable(changed.get("sections")):
        changed["sections"] = tuple(changed["sections"](entry) for entry in before.roster.sections)
    now = section.now()
    values |= {"version": before.roster.version + 1, "prevhash": before.hash, "issued": now}
    values |= {"expires": now + timedelta(days=365), **changed}
    return SignedDocument.seal(keys.ROSTER, Roster(**values), *signers)


def proclaim(world, document):
    """The committee follows a version; its worker carries it to everybody."""
    ic = world["ic"]
    with ic.writing() as session:
        port.store_version(session, document, ic.now())
    ic.roster_changed()


def subject(number, document):
    """Where a version of the roster travels."""
    return roster.subject(number, keys.digest(keys.ROSTER, document.body).hex(), document.header)


def entry(code, **changed):
    """A function for ``version``'s ``sections``: one section's entry changes."""
    return lambda each: each.model_copy(update=changed) if each.code == code else each


def rival(section, text, sequence=None):
    """What another instance of the section would say under its next number (or under this one)."""
    with section.reading() as session:
        head = section.ledger.head(session, section.code)
        number = sequence or head.sequence + 1
        own = section.ledger.events_after(session, section.code, head.epoch, 0, 10_000)
        previous = own[number - 2].hash if number > 1 else section.keyring(session)[section.code].genesis
    kind = notes.event_types()[0]
    envelope = Envelope(
        section=section.code,
        epoch=max(head.epoch, 1),
        sequence=number,
        type=kind.wire,
        time=section.now(),
        dataschema=kind.dataschema,
        prevhash=previous,
        data={"text": text},
    )
    signed = seal(envelope, section.key)
    return Delivery(envelope.address.subject, signed.body, signed.signature)


def signed(key: SigningKey, body: bytes) -> Signed:
    """Any bytes, rightly signed as an event."""
    return Signed(body, key.sign(EVENT, body))


MALFORMED = {
    "deep": (b'{"a":' * 5000 + b"1" + b"}" * 5000, "malformed_json"),
    "too deep": (b'{"data":' * 40 + b"{}" + b"}" * 40, "too_deep"),
    "duplicate keys": (b'{"id":"fr:1:2","id":"fr:1:3"}', "duplicate_key"),
    "2^63": (b'{"epoch":9223372036854775808}', "bad_number"),
    "many digits": (b'{"epoch":' + b"9" * 100_000 + b"}", "bad_number"),
    "float": (b'{"epoch":1.0}', "bad_number"),
    "NaN": (b'{"epoch":NaN}', "bad_number"),
    "surrogate": (b'{"data":"\\ud800"}', "bad_text"),
    "NUL": (b'{"data":"\\u0000"}', "bad_text"),
    "not UTF-8": (b'{"data":"\xff"}', "malformed_json"),
    "byte order mark": (b"\xef\xbb\xbf{}", "malformed_json"),
    "a list": (b"[]", "malformed_envelope"),
    "empty": (b"{}", "malformed_envelope"),
    "long text": (b'"' + b"x" * 250_000 + b'"', "malformed_envelope"),
}
"""Bodies that are no events, and the reason for which each is refused when it is rightly signed."""
