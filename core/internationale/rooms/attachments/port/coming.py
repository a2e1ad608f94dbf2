"""Files on their way in: cut, encrypted where they must be, and kept as they come, within the room that there is for all.

What is under way stands in no row yet, so it is counted here, for this process: the pages are served by one. And what did not
come whole goes at once, unless something else speaks of the same pieces, or another file that is on its way has them too.
"""

import errno
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock, RLock
from weakref import WeakSet

from internationale.errors import Conflict, Invalid, Paused
from internationale.kit.attachments import MIB
from internationale.kit.ports import Section as Home
from internationale.messages import marker
from internationale.rooms.attachments.queries import room as space
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.attachments.rules.chunking import Content, Cutter, hash_of
from internationale.rooms.attachments.rules.hidden import LOOKED_AT, Hidden, hidden

_ = marker("core")

FULL = _("Attachments already take up all the room that is kept for them here. Tell the host.")


class Coming:
    """All of them. ``taken``: the bytes that rows speak of, as last measured; ``most``: how many there may be in all."""

    def __init__(self, section: Home, store: Files) -> None:
        self.lock = RLock()
        self.store = store
        self.taken = self.most = 0
        self.files: WeakSet[Incoming] = WeakSet()
        self._section = section

    @property
    def left(self) -> int:
        """How much room there is, in bytes."""
        with self.lock:
            return self.most - self.taken - sum(file.size for file in self.files)

    def begin(self, taken: int, most: int, largest: int, key: bytes) -> "Incoming":
        """Make ready for one more. Raises ``Conflict`` when there is no room."""
        with self.lock:
            self.taken, self.most = taken, most
            left = self.left
            if left <= 0:
                raise Conflict(FULL, place="file")
            incoming = Incoming(self, min(left, largest), key)
            self.files.add(incoming)
            return incoming

    def end(self, file: "Incoming", *, kept: bool) -> None:
        """It is over with this one. ``kept``: a row speaks of it from now on; else its pieces go."""
        with self.lock:
            self.files.discard(file)
            if kept:
                self.taken += file.size
            else:
                self.discard(file.fresh)

    def discard(self, names: Collection[str]) -> None:
        """Let go of those pieces of which nothing speaks and that are in nothing that is on its way."""
        with self.idle(names) as going:
            for name in going:
                self.store.remove(name)

    @contextmanager
    def idle(self, names: Iterable[str]) -> Iterator[set[str]]:
        """Of these pieces, which are to go, those of which nothing speaks and that are in nothing that is on its way; it stays so
        in this block. Others go with what is on its way, should that not come whole.
        """
        with self.lock:
            going = set(names)
            for file in self.files:
                file.fresh |= going & file.names
            going.difference_update(*(file.names for file in self.files))
            if going:
                with self._section.reading() as session:
                    going -= space.needed(session)
            yield going


class Incoming:
    """One file that comes piece by piece; memory stays flat. ``names``: its chunks so far; ``fresh``: those that came with it,
    or stay for it alone.
    """

    def __init__(self, coming: Coming, limit: int, key: bytes) -> None:
        self.size = 0
        self.key = key
        self.names: set[str] = set()
        self.fresh: set[str] = set()
        self._coming = coming
        self._limit = limit
        self._cutter = Cutter(key)
        self._beginning = b""
        self._lock = Lock()
        self._over = False

    def add(self, piece: bytes) -> None:
        """Take the next piece. Raises ``Invalid`` when the file is too large, ``Conflict`` when there is no room left for it,
        ``Paused`` when the disk is full: then it is over with it, and others have its room.
        """
        with self._ending():
            self._reserve(len(piece))
            if len(self._beginning) < LOOKED_AT:
                self._beginning += piece[: LOOKED_AT - len(self._beginning)]
            self._keep(self._cutter.add(piece))

    def end(self) -> tuple[Content, Hidden]:
        """The whole file, and what it may tell beyond what it shows. Raises ``Conflict`` and ``Paused``."""
        with self._ending():
            self._keep(self._cutter.end())
            return self._cutter.content(), hidden(self._beginning)

    def over(self, *, kept: bool) -> None:
        """Nothing more comes. ``kept``: a row speaks of it. Whatever is said after that changes nothing."""
        with self._lock:  # what is being written is written to the end
            if not self._over:
                self._over = True
                self._coming.end(self, kept=kept)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """It is over with it when something is raised."""
        with self._lock:
            if self._over:
                raise Conflict(_("This file did not arrive whole. Please bring it once more."), place="file")
            try:
                yield
            except BaseException:
                self._over = True
                self._coming.end(self, kept=False)
                raise

    def _reserve(self, more: int) -> None:
        with self._coming.lock:
            if self.size + more > self._limit:
                raise Invalid(_("A file may have at most %(mib)s MiB here.") % {"mib": self._limit // MIB}, place="file")
            if more > self._coming.left:
                raise Conflict(FULL, place="file")
            self.size += more

    def _keep(self, chunks: Iterable[bytes]) -> None:
        try:
            for body in chunks:
                self._announce(hash_of(body))
                self._coming.store.put(body)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise Paused(_("The disk of this section is full. Tell the host; nothing was sent.")) from error

    def _announce(self, name: str) -> None:
        """A piece is counted among its names before it is written, so that nobody lets go of it meanwhile."""
        with self._coming.lock:
            self.names.add(name)
            if not self._coming.store.has(name):
                self.fresh.add(name)
