"""Release by a second person: what the settings name under ``release`` is not signed when it is written, but waits.

The first person's transaction runs to its end, so that everything that can be wrong with it is told to them at once; then it
is taken back as a whole and what would have been said is stored (``deciding``: what becomes of it).
"""

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from internationale.errors import Conflict, Held, Misconfigured
from internationale.events.envelope import Envelope
from internationale.events.sealed import Reshared
from internationale.events.types import Vocabulary
from internationale.kit import Reader, Utterance, marker
from internationale.ledger import database
from internationale.ledger.database import Database
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.port.watching import Watch, written
from internationale.rooms.exchange.rows import HeldPartRow, HeldRow

_ = marker("core")

_WATCH = "exchange_watch"
RELEASING = "exchange_releasing"
"""Keys in ``session.info``; the second: what is said was released."""


@dataclass
class Wish:
    """What a transaction would have said, in order, and what it changed at home."""

    watch: Watch
    required: list[tuple[str, str | None]] = field(default_factory=list)
    waits: bool = False
    said: list[tuple[Utterance, Envelope, Reader]] = field(default_factory=list)


class Waits(Exception):
    """Takes the first person's transaction back; what it carries is stored in the next."""

    def __init__(self, wish: Wish) -> None:
        super().__init__()
        self.wish = wish


class Releasing:
    """Made once per section. ``names``: the event types that wait for a second person; ``shared``: the tables that are made from
    events, or in which is noted what was said: what changes in them is not kept with what waits.

    Raises ``Misconfigured`` for one that nobody can say here: a slip in a name would let everything be said by one person; and
    for a bearer, which waiting would not hold up.
    """

    def __init__(self, names: frozenset[str], vocabulary: Vocabulary, shared: frozenset[str]) -> None:
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
        self._shared = shared
        self._wish = ContextVar[Wish | None]("exchange_wish", default=None)

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
                wish = session.info[_WATCH] = Wish(Watch(session, self._shared))
                with self._asking(wish):
                    yield session
                self._check(session)
        except Waits as waits:
            with database.writing(where) as session:
                begin(session)
                held = self._keep(session, waits.wish, now())
            raise held from None

    @contextmanager
    def _asking(self, wish: Wish) -> Iterator[None]:
        before = self._wish.set(wish)
        try:
            yield
        finally:
            self._wish.reset(before)

    def required(self, capability: str, subject: str | None) -> None:
        """Note, in a transaction, that somebody's right was asked for: should it wait, it is asked for again."""
        if (wish := self._wish.get()) is not None:
            wish.required.append((capability, subject))

    def said(
        self, session: Session, utterances: Sequence[Utterance], envelopes: Sequence[Envelope], by: Reader
    ) -> Sequence[Envelope]:
        """Note what was said in a transaction; returns the same envelopes."""
        wish: Wish | None = session.info.get(_WATCH)
        if wish is None or session.info.get(RELEASING):
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
            required=json.dumps(list(dict.fromkeys(wish.required))),
        )
        session.add(row)
        session.flush()
        for place, (utterance, _envelope, _by) in enumerate(wish.said):
            read_anew = isinstance(utterance.payload, Reshared)  # it carries others' texts, which may be taken back meanwhile
            for number, content in enumerate(() if read_anew else utterance.parts):
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
