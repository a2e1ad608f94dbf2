"""What left this house: everything that this section has signed, and who can read it."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlmodel import Session

from internationale.errors import Untrusted
from internationale.events.envelope import INTERNATIONAL, PUBLIC, Address, Envelope, Signed
from internationale.events.refs import Ref
from internationale.events.types import kind_name
from internationale.kit import NotFound, marker
from internationale.ledger.log import Ledger
from internationale.ledger.reading import Stored
from internationale.ledger.records import CHUNK, CUT, State, chunks
from internationale.ledger.tables import event, part
from internationale.rooms.exchange.queries import uncounted
from internationale.rooms.roster import queries as roster
from internationale.rooms.roster.port import Note

_ = marker("core")

Reading = Callable[[], AbstractContextManager[Session]]
"""What opens a session that reads."""
SHOWN = 50
"""How many stand on one page, the latest first."""


@dataclass(frozen=True)
class Sent:
    """One message of ours. ``kind``: its type's name; ``title``: that of what it brings, where it says one; ``parts``: its long
    texts; ``reason``: why it has no effect. ``state``: that of the log, or ``parked``, ``forked``, ``refused`` of what does not
    count (``uncounted``): there may be several of one number, told apart by their ``ref``.

    ``audience``: ``public``, ``international`` or ``sections``; ``readers`` then names them, and nobody else can read it.
    """

    id: str
    ref: str
    type: str
    kind: str
    title: str
    time: datetime
    author: str | None
    audience: str
    readers: tuple[str, ...]
    parts: tuple[str, ...]
    bytes: int
    hash: str
    state: str
    reason: str

    @property
    def counts(self) -> bool:
        """Whether it stands in the log."""
        return self.state not in (uncounted.PARKED, uncounted.FORKED, uncounted.REFUSED)

    @property
    def name(self) -> str:
        """By which it is opened."""
        return self.id if self.counts else self.ref


@dataclass(frozen=True)
class Uncounted:
    """One page of what was signed here and does not count, of every type."""

    sent: tuple[Sent, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class SentPage:
    """One page. ``types``: how many there are of each type, by type."""

    sent: tuple[Sent, ...]
    total: int
    page: int
    pages: int
    types: dict[str, int]
    uncounted: Uncounted


@dataclass(frozen=True)
class PartState:
    """A long text of a message: its size in KiB, rounded up; ``withdrawn``: nobody has it any more."""

    hash: str
    kib: int
    withdrawn: bool


@dataclass(frozen=True)
class Whole:
    """One message of ours with its contents: ``data`` as it was signed (opened, when it is sealed and the key is here)."""

    sent: Sent
    data: dict[str, Any]
    refs: tuple[str, ...]
    parts: tuple["PartState", ...]
    subject: str
    signature: str


@dataclass(frozen=True)
class SignedVersion:
    """A version of the list of sections that a root key held by this section has signed; ``issued``: None for one that is not in
    the list here: nobody has decided it yet, or another was decided.
    """

    version: int
    issued: datetime | None


def page(ledger: Ledger, session: Session, type: str = "", number: int = 1, aside: int = 1) -> SentPage:
    """One page of one type, or of all. A page beyond the last is the last. ``aside``: which page of what does not count."""
    ours = _where(ledger, "")
    counted = select(event.c.type, func.count()).where(ours).group_by(event.c.type).order_by(event.c.type)
    types: dict[str, int] = dict(session.connection().execute(counted).all())
    total = types.get(type, 0) if type else sum(types.values())
    pages = max(1, -(-total // SHOWN))
    number = min(max(number, 1), pages)
    found = _rows(ledger, session, _where(ledger, type), SHOWN, (number - 1) * SHOWN)
    return SentPage(tuple(found), total, number, pages, types, _uncounted(ledger, session, aside))


def _uncounted(ledger: Ledger, session: Session, number: int) -> Uncounted:
    places = uncounted.places(session, ledger.code)
    pages = max(1, -(-len(places) // SHOWN))
    number = min(max(number, 1), pages)
    some = places[(number - 1) * SHOWN : number * SHOWN]
    found = (uncounted.read(session, ledger.code, place) for place in some)
    return Uncounted(tuple(_aside(ledger, session, each) for each in found if each is not None), len(places), number, pages)


def every(ledger: Ledger, reading: Reading, type: str = "") -> Iterator[Sent]:
    """Everything that was signed when it began, the latest first, and then what does not count. Each portion of it is read in a
    session of its own: whoever takes it may be slow, and holds none meanwhile. What is signed in between has higher numbers than
    are still to come; what is cut off the log or joined to it in between is among the one or the other, perhaps among both.
    """
    with reading() as session:
        places = set(uncounted.places(session, ledger.code))
    before: Address | None = None
    while some := _portion(ledger, reading, type, before):
        yield from some
        before = _address(some[-1].id)
    with reading() as session:
        places.update(uncounted.places(session, ledger.code))
    for portion in chunks(sorted(places, key=uncounted.Place.latest_first), uncounted.AT_ONCE):
        with reading() as session:
            found = [_wherever(ledger, session, place) for place in portion]
        yield from (each for each in found if each is not None and type in ("", each.type))


def _wherever(ledger: Ledger, session: Session, place: uncounted.Place) -> Sent | None:
    """What lies there, or by now stands in the log."""
    if (aside := uncounted.read(session, ledger.code, place)) is not None:
        return _aside(ledger, session, aside)
    stored = ledger.event(session, Address(ledger.code, place.epoch, place.sequence))
    return None if stored is None or stored.hash != place.name else _sent(stored, ledger.opened(session, stored))


def _portion(ledger: Ledger, reading: Reading, type: str, before: Address | None) -> list[Sent]:
    where = _where(ledger, type)
    if before is not None:
        where &= tuple_(event.c.epoch, event.c.sequence) < (before.epoch, before.sequence)
    with reading() as session:
        return list(_rows(ledger, session, where, CHUNK))


def whole(ledger: Ledger, session: Session, id: str) -> Whole:
    """One message of ours, by number (``fr:1:12``: the one that counts, where one does) or by ref. Raises ``NotFound``."""
    address, hash16 = _named(ledger, id)
    stored = ledger.event(session, address)
    if stored is not None and stored.hash.startswith(hash16) and stored.reason != CUT:
        return _whole(session, stored, opened := ledger.opened(session, stored), _sent(stored, opened))
    for aside in uncounted.at(session, address):
        if aside.stored.hash.startswith(hash16):
            return _whole(session, aside.stored, ledger.opened(session, aside.stored), _aside(ledger, session, aside))
    raise NotFound(_("This section has not signed a message of this number."))


def _whole(session: Session, stored: Stored, opened: Envelope, sent: Sent) -> Whole:
    data = {} if opened.closed else dict(opened.data)
    refs = tuple(str(ref) for ref in opened.refs)
    parts = _parts(session, stored.envelope)
    return Whole(sent, data, refs, parts, stored.address.subject, stored.signed.signature)


def _named(ledger: Ledger, id: str) -> tuple[Address, str]:
    """Number and beginning of the hash (empty: any) of a message of ours."""
    number, hash16 = (id.rpartition(":")[0], id.rpartition(":")[2]) if id.count(":") == 3 else (id, "")
    if not id.startswith(f"{ledger.code}:"):
        raise NotFound(_("This section has not signed a message of this number."))
    return _address(number), hash16


def versions(session: Session, holders: frozenset[str], notes: Sequence[Note]) -> tuple[SignedVersion, ...]:
    """The versions of the roster that were signed here, the latest first: by the notes beside the root key, and those signed with
    a key whose holder is one of these (our code or name): before there were notes, or with a key that is kept elsewhere.
    """
    chain = roster.versions(session)
    ours = {root.key.id for version in chain for root in version.roster.roots if root.holder in holders}
    noted = {note.hash: note for note in notes}
    known = {version.hash for version in chain}
    signed = [
        SignedVersion(version.roster.version, version.roster.issued)
        for version in chain
        if version.hash in noted or any(signature.partition(".")[0] in ours for signature in version.document.signatures)
    ]
    signed += [SignedVersion(note.version, None) for note in noted.values() if note.hash not in known]
    return tuple(sorted(signed, key=lambda each: -each.version))


def table(found: Iterator[Sent]) -> Iterator[str]:
    """As CSV, line by line. No cell begins with what a spreadsheet would take for a formula."""
    names = ("number", "time", "type", "author", "audience", "readers", "parts", "bytes", "hash", "state", "title", "reason")
    yield _row(names)
    for each in found:
        cells = (each.id, each.time.isoformat(), each.type, each.author or "", each.audience, " ".join(each.readers))
        yield _row((*cells, str(len(each.parts)), str(each.bytes), each.hash, each.state, each.title, each.reason))


def as_lines(found: Iterator[Sent]) -> Iterator[str]:
    """As JSON lines."""
    for each in found:
        yield json.dumps(vars(each) | {"time": each.time.isoformat()}, ensure_ascii=False) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    file = io.StringIO()
    csv.writer(file).writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in cells])
    return file.getvalue()


def _parts(session: Session, outer: Envelope) -> tuple[PartState, ...]:
    rows = session.connection().execute(select(part.c.hash, func.length(part.c.content)).where(part.c.hash.in_(outer.parts)))
    sizes: dict[str, int] = dict(rows.all())
    return tuple(PartState(name, -(-sizes.get(name, 0) // 1024), name not in sizes) for name in outer.parts)


def _where(ledger: Ledger, type: str) -> ColumnElement[bool]:
    ours = (event.c.section == ledger.code) & (event.c.reason != CUT)
    return ours & (event.c.type == type) if type else ours


def _rows(ledger: Ledger, session: Session, where: ColumnElement[bool], limit: int, offset: int = 0) -> Iterator[Sent]:
    query = event.select().where(where).order_by(event.c.epoch.desc(), event.c.sequence.desc()).limit(limit).offset(offset)
    for row in session.connection().execute(query):
        signed = Signed(bytes(row.body), row.signature)
        address = Address(row.section, row.epoch, row.sequence)
        stored = Stored(address, signed, row.hash, State(row.state), row.reason, row.received_at, row.via)
        yield _sent(stored, ledger.opened(session, stored))


def _sent(stored: Stored, opened: Envelope) -> Sent:
    outer = stored.envelope
    named = outer.audience not in (PUBLIC, INTERNATIONAL)
    title = opened.data.get("title", opened.data.get("name"))  # a file has a name
    return Sent(
        id=str(stored.address),
        ref=str(Ref(outer.section, outer.epoch, outer.sequence, stored.hash[:16])),
        type=opened.type,
        kind=kind_name(opened.type),
        title=title if isinstance(title, str) else "",
        time=outer.time,
        author=opened.author,
        audience="sections" if named else outer.audience,
        readers=tuple(outer.audience.split()) if named else (),
        parts=outer.parts,
        bytes=len(stored.signed.body),
        hash=stored.hash,
        state=stored.state.value,
        reason=stored.reason,
    )


def _aside(ledger: Ledger, session: Session, aside: uncounted.Aside) -> Sent:
    return replace(_sent(aside.stored, ledger.opened(session, aside.stored)), state=aside.where)


def _address(id: str) -> Address:
    try:
        return Address.of_subject("intl.v1.log." + id.replace(":", "."))
    except Untrusted as error:
        raise NotFound(_("This section has not signed a message of this number.")) from error
