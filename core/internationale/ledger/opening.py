"""Opening sealed events with what this section has: its identities, and the parts that are here."""

import contextlib
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Connection, delete, insert, select

from internationale.errors import Untrusted
from internationale.events import sealed
from internationale.events.envelope import Address, Envelope
from internationale.events.sealed import Opened
from internationale.events.sealing import Identity
from internationale.ledger import parts, tables
from internationale.ledger.judging import Verdict
from internationale.ledger.records import State, among, chunks, key
from internationale.ledger.tried import About, Tried

KEPT_BYTES = 32 * 1024 * 1024
"""How much of what was opened is kept at hand; the last one always is."""
NO_KEY = "no_key"
"""The reason of what is for us and cannot be opened: the key is lost, or it was never sealed for us."""
NOT_ADDRESSED = "not_addressed"
"""The reason of what is for other sections."""


def nobody() -> Sequence[Identity]:
    """No identities: nothing is opened."""
    return ()


@dataclass(frozen=True)
class Seals:
    """Whose log is the own one, and a way to its age identities as they are now."""

    code: str = ""
    identities: Callable[[], Sequence[Identity]] = nobody
    tried: Tried = field(default_factory=Tried, compare=False)


class Opener:
    """Opens what can be opened, within one transaction."""

    def __init__(self, connection: Connection, seals: Seals) -> None:
        self._connection = connection
        self._seals = seals
        self._opened: OrderedDict[Address, Opened] = OrderedDict()
        self._size = 0

    def open(self, outer: Envelope) -> Opened | Verdict:
        """What is inside, or what becomes of the event because it cannot be looked into."""
        if (known := self._opened.get(outer.address)) is not None and known.envelope.hash == outer.hash:
            return known
        digest = self._whole(outer)
        if isinstance(digest, Verdict):
            return digest
        try:
            opened = self._look_into(outer, digest)
        except Untrusted as error:
            return Verdict(State.VOID, error.reason)
        if opened is None:
            return Verdict(State.SEALED, NO_KEY if self._addressed(outer) else NOT_ADDRESSED)
        self._keep(opened)
        return opened

    def about(self, outer: Envelope) -> About | Verdict:
        """What is inside speaks of this; what our identities have opened before is not opened again."""
        whole = self._whole(outer)
        if isinstance(whole, Verdict):
            return whole
        if self._addressed(outer) and (known := self._seals.tried.about(outer.hash, self.identities)) is not None:
            return known
        opened = self.open(outer)
        return opened if isinstance(opened, Verdict) else About.of(opened.envelope)

    @cached_property
    def identities(self) -> Sequence[Identity]:
        """Our identities, as they are in this transaction."""
        return self._seals.identities()

    def show(self, by: Address, insides: Iterable[bytes]) -> list[str]:
        """Keep the insides of sealed events that somebody who can open them has shown to us, in the event ``by``. Returns their
        digests.
        """
        found = [(_digest(plain), plain) for plain in insides]
        rows = {digest: {"digest": digest, **key(by), "plain": plain} for digest, plain in found}
        self._connection.execute(delete(tables.shown).where(among(tables.shown, [by])))  # when it is decided anew
        if rows:
            self._connection.execute(insert(tables.shown), list(rows.values()))
        return [digest for digest, _plain in found]

    def forget(self, outer: Envelope) -> None:
        """Delete what was shown to us of a sealed event: its section took it back. Only what truly is its inside: anybody can
        copy the digest of another's. One whose outside is malformed has nothing.
        """
        with contextlib.suppress(Untrusted):
            digest = sealed.outside(outer).digest
            if self._shown(outer, digest) is not None:
                self._connection.execute(delete(tables.shown).where(tables.shown.c.digest == digest))
            if (gone := self._opened.pop(outer.address, None)) is not None:
                self._size -= len(gone.plain)

    def _addressed(self, outer: Envelope) -> bool:
        return self._seals.code in {outer.section, *outer.audience.split(" ")}

    def _whole(self, outer: Envelope) -> str | Verdict:
        """The digest of what is inside, when the outside has its form and all its parts are here."""
        try:
            data = sealed.outside(outer)
        except Untrusted as error:
            return Verdict(State.VOID, error.reason)
        here = parts.present(self._connection, outer.parts)
        missing = tuple(("part", name) for name in outer.parts if name not in here)
        return Verdict(State.WAITING, "missing_part", missing) if missing else data.digest

    def _look_into(self, outer: Envelope, digest: str) -> Opened | None:
        """With our identities, or by what was shown to us; None when neither helps. Raises ``Untrusted``.

        In this order, whatever came first: who seals another thing for us than what its digest pins has said nothing.
        """
        tried = self._seals.tried
        if self._addressed(outer) and not tried.in_vain(outer.hash, self.identities):
            try:
                opened = sealed.open(outer, self._part, self.identities)
            except Untrusted as error:
                if error.reason != "not_readable":
                    raise
                tried.failed(outer.hash, self.identities)
            else:
                tried.opened(opened.envelope, self.identities)
                return opened
        return self._shown(outer, digest)

    def _shown(self, outer: Envelope, digest: str) -> Opened | None:
        """By what was shown to us. What is not its inside tells nothing of an event, wherever it came first."""
        plain = self._connection.execute(select(tables.shown.c.plain).filter_by(digest=digest).limit(1)).scalar()
        if plain is not None:
            with contextlib.suppress(Untrusted):
                return sealed.check(outer, bytes(plain))
        return None

    def _part(self, name: str) -> bytes:
        content = self._connection.execute(select(tables.part.c.content).filter_by(hash=name)).scalar_one()
        return bytes(content[parts.SALT :])

    def _keep(self, opened: Opened) -> None:
        self._opened[opened.envelope.address] = opened
        self._size += len(opened.plain)
        while self._size > KEPT_BYTES and len(self._opened) > 1:
            self._size -= len(self._opened.popitem(last=False)[1].plain)


def conceal(connection: Connection, by: Iterable[Address]) -> None:
    """Delete what these events have shown to us: they do not count any more."""
    for chunk in chunks(by):
        connection.execute(delete(tables.shown).where(among(tables.shown, chunk)))


def _digest(plain: bytes) -> str:
    return hashlib.sha256(plain).hexdigest()
