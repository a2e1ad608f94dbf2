"""Taking in a bundle: everything in it by the same doors as what a hub brings, a batch at a time."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from internationale.bundle import forgotten, holding, taking
from internationale.bundle.form import Damaged, Ending, Header, Heads, Item, Part, Presence, Version
from internationale.bundle.reading import read
from internationale.errors import Conflict
from internationale.events.envelope import Address
from internationale.events.signed import SignedDocument
from internationale.ledger import deliveries, forks
from internationale.ledger.deliveries import Delivery
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import marker
from internationale.section import Section

_ = marker("core")

BATCH = 500
"""Events of one transaction, at most."""
BYTES = 8 * 1024 * 1024
"""Bytes that are held before they are taken in."""
RECORD = 512
"""What holding a record takes at least, also one with nothing in it: a line of some bytes must not be free."""
TOLD = 20
"""How many damaged lines are told of one by one."""

Progress = Callable[[int, int], None]
"""Told now and then how many events were read, and how many the bundle announced."""


@dataclass
class Unpacked:
    """What came of a bundle: by outcome the number of events (``Ledger.accept``), new rosters, parts and heads, and what was
    damaged. ``strange``: in whose name there were heads that do not count. ``whole``: it had its end, and nothing was changed on
    the way. ``proved``: how many of those that are ``forked`` came under a number of which it was proved before that it has two.
    """

    announced: int = 0
    read: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    proved: int = 0
    rosters: int = 0
    parts: int = 0
    heads: int = 0
    strange: set[str] = field(default_factory=set)
    damaged: list[Damaged] = field(default_factory=list)
    damages: int = 0
    whole: bool = False

    @property
    def new(self) -> int:
        """Events that were not here before; of a fork that is known nothing is new, whoever brings it again."""
        here = ("duplicate", "quarantined", "full")
        return sum(count for outcome, count in self.outcomes.items() if outcome not in here) - self.proved


def unpack(
    section: Section, stream: BinaryIO, via: str, progress: Progress = lambda _done, _all: None, *, by: str = ""
) -> Unpacked:
    """Take in a bundle. What is read before a damage or a cut counts. ``by``: the section that sent it.

    Raises ``Untrusted("malformed_bundle")`` for what is none, ``Conflict`` before the section has joined: the first roster is
    never taken from a file that nobody has compared.
    """
    with section.reading() as session:
        if not section.keyring(session):
            raise Conflict(_("This section has not joined an International yet. Join it first, with its invitation."))
    with ExitStack() as silent:
        work = _Unpacking(section, progress, silent)
        for item in read(stream, via):
            work.take(replace(item, by=by) if isinstance(item, Delivery) else item)
        work.flush()
    return work.found


class _Unpacking:
    """What was read and not yet taken in. Parts come after the events that name them, and are only kept when one does."""

    def __init__(self, section: Section, progress: Progress, silent: ExitStack) -> None:
        self.found = Unpacked()
        self._silent = silent
        self._took_back = False
        self._section = section
        self._progress = progress
        self._rosters: list[SignedDocument] = []
        self._events: list[Delivery] = []
        self._parts: list[bytes] = []
        self._heads: list[SignedDocument] = []
        self._present: list[SignedDocument] = []
        self._bytes = 0

    def take(self, item: Item) -> None:
        match item:
            case Delivery():
                self._events.append(item)
                self._hold(item.subject, item.body, item.signature)
            case Part():
                self._parts.append(item.body)
                self._hold(item.body)
            case Version():
                self._rosters.append(item.document)
                self._hold(item.document.body, *item.document.signatures)
            case Heads():
                self._heads.append(item.document)
                self._hold(item.document.body, *item.document.signatures)
            case Presence():
                self._present.append(item.document)
                self._hold(item.document.body, *item.document.signatures)
            case _:
                self._note(item)
        if len(self._events) >= BATCH or self._bytes >= BYTES:
            self.flush()

    def _hold(self, *held: str | bytes) -> None:
        self._bytes += RECORD + sum(map(len, held))

    def flush(self) -> None:
        """Take in what has gathered: rosters first, by which the rest is judged."""
        self._look_for_ourselves()  # before a list comes by which our log begins anew: somebody would go on in that at once
        if self._rosters:
            self.found.rosters += taking.follow(self._section, self._rosters)
            self._look_for_ourselves()
        if self._events:
            proved = self._proved()
            outcomes = self._section.accept(self._events)
            self.found.outcomes.update(outcomes)
            results = zip(self._events, outcomes, strict=True)
            self.found.proved += sum(outcome == "forked" and deliveries.address(event) in proved for event, outcome in results)
            self.found.read += len(self._events)
            self._progress(self.found.read, self.found.announced)
        if self._parts:
            self.found.parts += len(self._section.add_parts(self._parts))
        heard = taking.hear(self._section, self._heads)
        self.found.heads += heard.new
        self.found.strange.update(heard.strange)
        taking.meet(self._section, self._present)
        self._rosters, self._events, self._parts, self._heads, self._present, self._bytes = [], [], [], [], [], 0

    def _proved(self) -> set[Address]:
        """The numbers of these events of which it is known that there are two."""
        found = filter(None, map(deliveries.address, self._events))
        with self._section.reading() as session:
            return forks.among_proofs(session, found)

    def _look_for_ourselves(self) -> None:
        """Events of our own log further on than it goes here are taken back, and whether there are more is asked before we speak
        again. What only stands against one that is here, or was decided, was not forgotten: anybody can bring it again and again.

        The fence is closed before they come in: an instance that runs would go on after the last of them at once.
        """
        section = self._section
        if forgotten.beyond(section, self._events):
            if not self._took_back:
                self._silent.enter_context(holding.shown(section.settings.home))
                self._took_back = True
            section.fence(WORDS[Lasting.BEHIND], Lasting.BEHIND)

    def _note(self, item: Item) -> None:
        match item:
            case Header():
                self.found.announced = item.events
            case Damaged():
                self.found.damages += 1
                self.found.damaged += [item] if len(self.found.damaged) < TOLD else []
            case Ending():
                self.found.whole = item.whole
