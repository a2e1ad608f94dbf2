"""Being silent: from the start, and whenever it is in doubt what there is of our own log, until nothing speaks against writing.

It looks at what each hub says (``clearance``), at who of the other sections has answered (``witnesses``), at the clock and at the
database; it opens the fence, shows commands that it is open (``passed``), and closes it again.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from internationale.ledger import awake
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import Message
from internationale.section import Section
from internationale.section.running import EXCHANGED
from internationale.worker import claims, fence, passed, witnesses
from internationale.worker.hubs import named
from internationale.worker.link import Link
from internationale.worker.pace import in_thread

_log = logging.getLogger(__name__)
PAUSE = 0.05
"""Seconds between two looks at whether the fence may open."""
WORD = 1.0
"""Seconds after which it is looked whether the host has given the word to go on without an answer, and at clock and database."""


class Silence:
    """That of one section, with its links by hub. ``begin`` before anybody may write; then ``keep`` and ``watch_clock`` until
    cancelled. ``opened``: set while this section may write.
    """

    def __init__(self, section: Section, links: Mapping[str, Link]) -> None:
        self.opened = asyncio.Event()
        self._section = section
        self._links = links
        self._shown = ExitStack()
        """The sign for commands that it is open, as long as it is."""
        self._heard = False
        """Whether the sections themselves have answered since it was last in doubt what there is of our log."""

    async def begin(self) -> None:
        """Close the fence where it is needed: from now on nothing is said until a hub answers or the host gives the word."""
        self._section.gate.moment = self._section.now()
        if await in_thread(self._section.gate.take_word):
            _log.warning("goes on without an answer: the host has said so")
        elif self._section.gate.lasting is None:
            await self._close()
        else:
            await in_thread(fence.suspect, self._section)

    async def _close(self) -> None:
        """Nothing is said before those were asked who can be, nor before it is known who that is."""
        if not await in_thread(fence.joined, self._section):
            self._section.fence(fence.NOT_JOINED)
            return
        await in_thread(fence.suspect, self._section)
        if self._section.gate.lasting is not None:
            return
        if await in_thread(named, self._section):
            self._section.fence(fence.NO_ANSWER)
        else:
            self._section.unfence()

    async def keep(self) -> None:
        """Open the fence when every hub that can be reached has answered and none speaks against; until then show the reason.

        Then commands need not look themselves. Closed again (by a bundle that had more of our log, or because the clock tells
        that the whole machine was put back with what it had in memory, or slept), it is opened the same way.
        """
        while self._section.fenced == fence.NOT_JOINED:  # by a command, or on a page; perhaps again, after losing the database
            await asyncio.sleep(WORD)
            await self._close()
        if self._section.gate.lasting in fence.ASKED_AGAIN:  # begun again after a failure: who was asked may have been content
            self._doubt()
        with self._shown:
            while True:
                await self._answered()
                self.opened.set()
                self._shown.enter_context(passed.shown(self._section))
                await self._while_open()
                self._shut()
                await asyncio.sleep(PAUSE)

    async def _while_open(self) -> None:
        """Until it is closed, but for what the host alone ends."""
        gate = self._section.gate
        while self.opened.is_set() and (self._section.fenced is None or gate.final):
            if gate.final:
                self._shown.close()  # what the database says of it may be gone with the database
            await asyncio.sleep(WORD)
            await in_thread(self._look_back)
            await in_thread(gate.load)
            if await in_thread(gate.take_word):
                _log.warning("goes on without an answer: the host has said so")
                return  # and is shown to be open again

    def _look_back(self) -> None:
        """Whether the database was put back under us: on a machine of its own that may be, and no clock tells."""
        gate = self._section.gate
        if self._section.database.exchanged():
            if self._section.fenced != EXCHANGED:
                _log.error("the database was taken away, or another file put in its place: this instance says nothing any more")
                gate.stop(EXCHANGED)
            return
        known = gate.signing  # first: what is committed meanwhile may be known before it is read
        with self._section.reading() as session:
            recent = awake.recent(session.connection())
        if recent.follow(known):
            gate.know(recent.last)
            return
        another = gate.lasting is Lasting.ANOTHER
        if not gate.look_back():
            return
        _log.error("what was signed last was not signed with this database: it was put back")
        if another:  # who knew of that is gone with the database
            self._section.fence(WORDS[Lasting.ANOTHER], Lasting.ANOTHER)
        self._section.begin()  # whoever keeps what ends with that hears of it, as at a start

    async def _answered(self) -> None:
        """Until the fence is open."""
        asked, clock = 0.0, asyncio.get_running_loop().time
        objecting = set[Link]()
        while self._section.fenced is not None:
            closings = self._section.gate.closings
            if clock() > asked + WORD:
                asked = clock()
                if await self._released(closings):
                    continue  # unless the clock has closed it in this moment
            answered = [link for link in self._links.values() if link.clearance.verdict != fence.NO_ANSWER]
            if objecting.difference(answered):  # what a hub that went knew, the others may have heard of since
                self._doubt()
            objecting = {link for link in answered if link.clearance.verdict is not None}
            if objection := await self._objection(answered):
                self._section.fence(objection)
            elif await self._may_open(answered) and await self._lift(closings):
                break
            await asyncio.sleep(PAUSE)

    async def _released(self, closings: int) -> bool:
        """Look at what other processes have noted. Whether it is open now: by the host's word, or as there is nobody to ask."""
        gate = self._section.gate
        await in_thread(self._look_back)
        if await in_thread(gate.take_word):
            _log.warning("goes on without an answer: the host has said so")
            return True
        if await in_thread(gate.load):
            self._doubt()
        if not gate.final and not await in_thread(named, self._section):
            if gate.lasting is None:
                await in_thread(self._section.unfence, closings)
            elif alone := await in_thread(witnesses.nobody, self._section):
                self._section.fence(alone)
        return self._section.fenced is None

    async def _objection(self, answered: Sequence[Link]) -> Message | None:
        """What speaks against writing: a hub that has answered, or that the other sections have not."""
        own = next((link.clearance.verdict for link in answered if link.clearance.verdict is not None), None)
        return own or (await in_thread(witnesses.objection, self._section) if answered or self._heard else None)

    async def _may_open(self, answered: Sequence[Link]) -> bool:
        """Whether every hub that can be reached has answered; where there is none, the sections themselves."""
        links = self._links.values()
        asked = all(link.clearance.verdict != fence.NO_ANSWER or link.tried for link in links)
        return asked and (bool(answered) or self._heard) and await in_thread(fence.may_open, self._section)

    async def _lift(self, closings: int) -> bool:
        """Open the fence, unless something was heard or noted meanwhile. Whether it is open."""
        if await in_thread(claims.behind, self._section) is None:
            await in_thread(self._section.unfence, closings)
        if self._section.fenced is None:
            _log.info("nothing speaks against writing")
            return True
        self._doubt()
        return False

    async def watch_clock(self) -> None:
        """Look whether the clock tells that the machine was put back with what it had in memory, or slept. Then it is silent, and
        the others are asked anew. It waits for nothing else: not for a database either, which may be put back and begin just now.
        """
        gate = self._section.gate
        while True:
            since, now = gate.moment, self._section.now()
            if gate.jumped(now) and self._section.fenced != fence.NOT_JOINED:
                _log.warning("the clock went from %s to %s: the others are asked how far our own log goes", since, now)
                if gate.lasting is Lasting.ANOTHER:  # which is told further on, and ends with a start
                    gate.doubt()
                else:
                    self._section.fence(fence.NO_ANSWER)
                gate.inquiry.begin()  # after it was closed: who is about to open it ends what was asked before
                self._shut()
            gate.moment = now  # only now: whoever would say something meanwhile is refused for the one or for the other
            if self.opened.is_set():
                passed.renew(self._section)
            await asyncio.sleep(WORD)

    def _shut(self) -> None:
        """It is not open any more, for the links and for commands, and what anybody has answered does not count."""
        self.opened.clear()
        self._shown.close()
        self._doubt()

    def _doubt(self) -> None:
        self._heard = False
        for link in self._links.values():
            link.doubt()

    def hear(self, answered: Sequence[str]) -> None:
        """Which sections have answered without any hub."""
        self._heard = bool(answered)
