"""What came of trying our identities on what is sealed, so that no event costs that again and again: one try takes up to a fifth
of a second, and anybody can say events that nobody here can open.

What is found in memory hangs on the event's hash and on the identities alone: an event and its parts never change.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from threading import Lock
from typing import NamedTuple, Self

from sqlalchemy import Connection, delete, insert, select

from internationale.events.envelope import Envelope
from internationale.events.sealing import Identity
from internationale.events.types import kind_name
from internationale.ledger.tables import identity as table

MOST = 20_000
"""So many events of which it is known that none of our identities opens them: some 3 MB."""
MOST_WORDS = 100_000
"""So many words of what was opened are kept, to know what it is about: at most some 10 MB."""


class About(NamedTuple):
    """What an event that was opened is about: its kind's name, and the texts in its data, by ``hash`` only."""

    kind: str
    words: frozenset[int]

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        """What an opened event is about."""
        return cls(kind_name(envelope.type), frozenset(hash(value) for value in envelope.data.values() if isinstance(value, str)))

    def speaks(self, kinds: Collection[str], name: str) -> bool:
        """Whether it is of one of these kinds and names this in its data."""
        return self.kind in kinds and hash(name) in self.words


class Tried:
    """What is known in this process, for the identities that there are now: with others it begins anew. For all threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._identities: tuple[Identity, ...] = ()
        self._in_vain: OrderedDict[str, None] = OrderedDict()
        self._about: OrderedDict[str, About] = OrderedDict()
        self._words = 0

    def in_vain(self, event: str, identities: Sequence[Identity]) -> bool:
        """Whether none of these identities opens the event with this hash, as far as it is known."""
        with self._lock:
            self._of(identities)
            known = event in self._in_vain
            if known:
                self._in_vain.move_to_end(event)
            return known

    def failed(self, event: str, identities: Sequence[Identity]) -> None:
        """None of these identities opens it."""
        with self._lock:
            self._of(identities)
            self._in_vain[event] = None
            if len(self._in_vain) > MOST:
                self._in_vain.popitem(last=False)

    def about(self, event: str, identities: Sequence[Identity]) -> About | None:
        """What an event is about that these identities have opened; None when it is not known."""
        with self._lock:
            self._of(identities)
            if event in self._about:
                self._about.move_to_end(event)
            return self._about.get(event)

    def opened(self, event: Envelope, identities: Sequence[Identity]) -> None:
        """One of these identities opens it, and this is inside."""
        with self._lock:
            self._of(identities)
            if event.hash in self._about:
                return
            self._about[event.hash] = found = About.of(event)
            self._words += len(found.words) + 1
            while self._words > MOST_WORDS and len(self._about) > 1:
                self._words -= len(self._about.popitem(last=False)[1].words) + 1

    def _of(self, identities: Sequence[Identity]) -> None:
        if self._identities != (now := tuple(identities)):
            self._identities, self._words = now, 0
            self._in_vain.clear()
            self._about.clear()


def new_ones(connection: Connection, identities: Iterable[Identity]) -> bool:
    """Whether there is an identity that was not tried on all that could not be opened. From now on these are those that were."""
    now = {each.recipient for each in identities}
    before = set(connection.execute(select(table.c.recipient)).scalars())
    if now != before:
        connection.execute(delete(table))
        if now:
            connection.execute(insert(table), [{"recipient": recipient} for recipient in sorted(now)])
    return not now <= before


def only_these(connection: Connection, identities: Iterable[Identity]) -> None:
    """Something could not be opened with these: others that there were, or that come back, were not tried on it."""
    connection.execute(delete(table).where(table.c.recipient.not_in([each.recipient for each in identities])))
