"""Release by a second person: what the settings name under ``release`` is not signed when it is written, but waits.

The first person's transaction runs to its end, so that everything that can be wrong with it is told to them at once; then it
is taken back as a whole and what would have been said is stored. Whoever releases it says it, unchanged, in a transaction of
its own: numbered, signed, appended and projected like anything else, together with what belongs to it at home.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from internationale.errors import Conflict, Held, Misconfigured, Refused
from internationale.events.envelope import Envelope
from internationale.events.refs import Ref
from internationale.events.types import Vocabulary
from internationale.kit import Projection, Reader, Utterance, marker
from internationale.kit.grants import Grants
from internationale.ledger import database
from internationale.ledger.database import Database
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.port.watching import Watch, redo, written
from internationale.rooms.exchange.rows import HeldPartRow, HeldRow
from internationale.rooms.exchange.rules import RELEASE

_ = marker("core")

_WATCH = "exchange_watch"
_RELEASING = "exchange_releasing"
"""Keys in ``session.info``."""


class Speaking(Protocol):
    """The running section as far as it says what was released."""

    @property
    def grants(self) -> Grants: ...
    @property
    def vocabulary(self) -> Vocabulary: ...
    @property
    def now(self) -> Callable[[], datetime]: ...

    def writing(self) -> AbstractContextManager[Session]: ...
    def publish(self, session: Session, *utterances: Utterance, by: Reader) -> Sequence[Envelope]: ...
    def require(self, reader: Reader, capability: str, subject: str | None = None) -> None: ...
    def closed(self, session: Session, account: str) -> bool: ...


@dataclass
class Wish:
    """What a transaction would have said, in order, and what it changed at home."""

    watch: Watch
    waits: bool = False
    said: list[tuple[Utterance, Envelope, Reader]] = field(default_factory=list)


class Waits(Exception):
    """Takes the first person's transaction back; what it carries is stored in the next."""

    def __init__(self, wish: Wish) -> None:
        super().__init__()
        self.wish = wish


class Releasing:
    """Made once per section. ``names``: the event types that wait for a second person.

    Raises ``Misconfigured`` for one that nobody can say here: a slip in a name would let everything be said by one person; and
    for a bearer, which waiting would not hold up.
    """

    def __init__(self, names: frozenset[str], vocabulary: Vocabulary, projections: Sequence[Projection]) -> None:
        known = {kind.name for kind in vocabulary.by_payload.values() if not kind.bearer}
        bearers = {kind.name for kind in vocabulary.by_payload.values() if kind.bearer} & names
        if unknown := sorted(names - known - bearers):
            told = _("These kinds of messages do not exist: %(unknown)s. There are: %(known)s")
            raise Misconfigured(told % {"unknown": ", ".join(unknown), "known": ", ".join(sorted(known))}, place="release")
        if bearers:
            told = _(
                "These do not wait for a second person: %(names)s. What they carry is whole as soon as the key has signed it, and"
                " counts wherever it is read. The second person of a root key is another root key: let the list ask for more of"
                " them."
            )
            raise Misconfigured(told % {"names": ", ".join(sorted(bearers))}, place="release")
        self.names = names
        self._vocabulary = vocabulary
        self._shared = frozenset(str(model.__tablename__) for projection in projections for model in projection.tables)

    @contextmanager
    def writing(self, where: Database, now: Callable[[], datetime], begin: Callable[[Session], None]) -> Iterator[Session]:
        """A writing transaction; ``begin`` is called first in it, and may refuse by raising. Raises ``Held`` at its end when what
        was said in it has to wait; then it is taken back.
        """
        if not self.names:
            with database.writing(where) as session:
                begin(session)
                yield session
            return
        try:
            with database.writing(where) as session:
                begin(session)
                session.info[_WATCH] = Wish(Watch(session, self._shared))
                yield session
                self._check(session)
        except Waits as waits:
            with database.writing(where) as session:
                begin(session)
                held = self._keep(session, waits.wish, now())
            raise held from None

    def said(
        self, session: Session, utterances: Sequence[Utterance], envelopes: Sequence[Envelope], by: Reader
    ) -> Sequence[Envelope]:
        """Note what was said in a transaction; returns the same envelopes."""
        wish: Wish | None = session.info.get(_WATCH)
        if wish is None or session.info.get(_RELEASING):
            return envelopes
        wish.said += [(utterance, envelope, by) for utterance, envelope in zip(utterances, envelopes, strict=True)]
        named = {self._vocabulary.by_payload[type(utterance.payload)].name for utterance in utterances}
        wish.waits = wish.waits or bool(named & self.names)
        return envelopes

    def _check(self, session: Session) -> None:
        """Raises ``Waits`` when it has to wait, ``Conflict`` when it cannot."""
        wish: Wish | None = session.info.get(_WATCH)
        if wish is None or not wish.waits:
            return
        session.flush()
        if wish.watch.beyond:
            raise Conflict(_("This cannot wait for a second person: it changes too much at home at once."))
        raise Waits(wish)

    def _keep(self, session: Session, wish: Wish, now: datetime) -> Held:
        """Store what waits, in a new transaction; returns the error that tells the first person so. Raises ``Conflict`` where the
        same waits: of two that take one row along only one could ever be released.
        """
        going = [(change.model, change.key) for change in wish.watch.changes if change.deed == "delete"]
        if going and queries.awaiting(session, going):
            raise Conflict(_("This waits for a second person already. Take that back first, if you want to write it otherwise."))
        by = wish.said[0][2]
        row = HeldRow(
            id=secrets.token_hex(8),
            written_at=now,
            account=by.id or "",
            handle=by.handle,
            language=by.language,
            state="waiting",
            said=json.dumps([self._stored(wish, place) for place in range(len(wish.said))]),
            changes=written(wish.watch.changes),
        )
        session.add(row)
        session.flush()
        for place, (utterance, _envelope, _by) in enumerate(wish.said):
            for number, content in enumerate(utterance.parts):
                session.add(HeldPartRow(held=row.id, place=place, number=number, content=content))
        told = _(
            "This is kept and not signed yet: a second person has to release it. Your home page will say what becomes of it."
        )
        return Held(told, id=row.id)

    def _stored(self, wish: Wish, place: int) -> dict[str, Any]:
        utterance, envelope, _by = wish.said[place]
        return {
            "type": envelope.type if not envelope.closed else self._vocabulary.by_payload[type(utterance.payload)].wire,
            "data": utterance.payload.model_dump(mode="json"),
            "refs": [str(ref) for ref in utterance.refs],
            "parts": len(utterance.parts),
            "audience": envelope.audience,  # who really can read it: what stands on something sealed is sealed by itself
            "author": utterance.author,
            "ref": str(envelope.ref),
        }


def release(section: Speaking, id: str, by: Reader) -> Sequence[Envelope]:
    """Say what waits. Raises ``Refused`` for the first person, for a token, and when the first person's account was closed
    meanwhile, ``Conflict`` when it no longer fits; then it goes on waiting.
    """
    section.require(by, RELEASE)
    with section.writing() as session:
        row = _second(session, id, by)
        if section.closed(session, row.account):
            sentence = _("The account of whoever wrote this is closed. Reject it; somebody else can write it in their own name.")
            raise Refused(sentence)
        session.info[_RELEASING] = True
        envelopes = _say(section, session, row)
        row = queries.held_row(session, id)  # what was said may have had all rows made anew
        _delete_parts(session, row)
        redo(session, _renamed(row.changes, _names(row, envelopes)))
        _decide(row, "released", by, section.now())
    return envelopes


def reject(section: Speaking, id: str, reason: str, by: Reader) -> None:
    """Do not say it; the reason goes to whoever wrote it. Raises ``Refused`` for the first person and a token."""
    section.require(by, RELEASE)
    with section.writing() as session:
        row = _second(session, id, by)
        row.reason = reason
        _decide(row, "rejected", by, section.now())


def take_back(section: Speaking, id: str, by: Reader) -> None:
    """The first person thinks better of it, or has read why it was rejected."""
    with section.writing() as session:
        row = queries.held_row(session, id)
        if by.id is None or row.account != by.id:
            raise Refused(_("Only whoever wrote this takes it back."))
        if row.state == "released":
            raise Conflict(_("This was already decided."))
        _delete_parts(session, row)
        session.delete(row)


def _second(session: Session, id: str, by: Reader) -> HeldRow:
    row = queries.held_row(session, id)
    if row.state != "waiting":
        raise Conflict(_("This was already decided."))
    if by.by_token:  # whoever has stolen one, and is somebody's first person, would need no second
        raise Refused(_("A second person decides on this in person, not a program with a token. Please sign in."))
    if by.id is None or by.id == row.account:
        raise Refused(_("A second person has to decide on this: not whoever wrote it."))
    return row


def _decide(row: HeldRow, state: str, by: Reader, now: datetime) -> None:
    row.state, row.decider, row.decider_handle, row.decided_at = state, by.id, by.handle, now
    if state == "released":
        row.changes = "[]"


def _say(section: Speaking, session: Session, row: HeldRow) -> list[Envelope]:
    writer = section.grants.reader(session, id=row.account, handle=row.handle, language=row.language)
    envelopes: list[Envelope] = []
    for place in range(len(json.loads(row.said))):
        given = json.loads(_renamed(row.said, _names(row, envelopes)))[place]
        parts = queries.held_parts(session, row.id, place)
        utterance = _utterance(section.vocabulary, given, parts)
        envelopes += section.publish(session, utterance, by=writer)
    return envelopes


def _utterance(vocabulary: Vocabulary, given: Mapping[str, Any], parts: tuple[bytes, ...]) -> Utterance:
    kind, version = vocabulary.by_wire.get(given["type"], (None, 0))
    if kind is None or version != kind.version:
        raise Conflict(_("This was written with another version of the software. Reject it, and have it written again."))
    return Utterance(
        kind.payload.model_validate_json(json.dumps(given["data"])),
        refs=tuple(map(Ref.parse, given["refs"])),
        parts=parts,
        audience=given["audience"],
        author=given["author"],
    )


def _names(row: HeldRow, envelopes: Sequence[Envelope]) -> dict[str, str]:
    """What the messages would have been called, and what they are called: they got other numbers and hashes."""
    would = [given["ref"] for given in json.loads(row.said)]
    refs = {old: str(new.ref) for old, new in zip(would, envelopes, strict=False)}
    return refs | {old.rpartition(":")[0]: new.rpartition(":")[0] for old, new in refs.items()}


def _renamed(text: str, names: Mapping[str, str]) -> str:
    if not names:
        return text
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(r"(?<![a-z0-9:-])(" + "|".join(map(re.escape, longest)) + r")(?![0-9a-f:])")
    return pattern.sub(lambda match: names[match[1]], text)


def _delete_parts(session: Session, row: HeldRow) -> None:
    for part in queries.held_part_rows(session, row.id):
        session.delete(part)
