"""One hub: connect, look back, then send and receive until the connection is lost; and again."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

from internationale.bus import Bus, NotAllowed, NotAuthorised, Unprovisioned, Unreachable
from internationale.ledger.outages import account
from internationale.section import Section
from internationale.worker import fence, heads, hubs, mending, proofs, questions, receiving, rosters, seeding
from internationale.worker.attachments import Carriage
from internationale.worker.clearance import Clearance
from internationale.worker.hubs import Connect, Hub, Standing
from internationale.worker.origin import Origin
from internationale.worker.pace import Backoff, Bells, Crowd, in_thread, lasting, together
from internationale.worker.published import Published
from internationale.worker.relay import BATCH, Relay
from internationale.worker.resting import Resting

_log = logging.getLogger(__name__)

WAIT = 5.0
"""Seconds that one fetch waits at the hub."""
LOOK = 1.0
"""Seconds after which the own log is looked at even if no bell rang: another process may have written."""
HEADS_REST = 60.0
"""Heads are said at least so often (seconds)."""
MEND_REST = 5.0
SEARCH_REST = 1.0
"""Seconds before others are asked again for what nobody had."""
AUDIT_REST, GLANCE_REST = 3600.0, 30.0
"""Seconds between two looks at whether the hub still has all that we said, or the latest of it."""
SEED_AFTER = 15.0
"""Seconds after which a hub is given what it lacks of sections that are away."""
STALLED = 20.0
"""Seconds after which a hub that stores nothing is taken to be full."""
LONGEST = 5.0
"""Seconds between two attempts to connect, at most: people wait for a hub that is back."""
RARELY = 300.0
"""The same for what only the hub's operator can change."""
LASTING = 10.0
"""A connection that held so long (seconds) was a good one."""


class Link:
    """The endless errands between one section and one hub. ``opened`` is set once this section may write."""

    def __init__(self, section: Section, hub: Hub, connect: Connect, bells: Bells, opened: asyncio.Event) -> None:
        self.section = section
        self.hub = hub
        self.url = hub.name
        self.standing = Standing(section, hub)
        self.clearance = Clearance(section)
        self.connected = False
        self.tried = False
        """Whether it failed at least once to answer, or to come to an end with it."""
        self._connect = connect
        self._bells = bells
        self._opened = opened
        self._unsettled = asyncio.Event()
        self._missing = asyncio.Event()
        self._origin = Origin(section)
        self._barred: dict[object, float] = {}
        """Until when (of the loop's clock) what the hub did not allow is not tried again."""

    async def run(self) -> None:
        """Until cancelled. Trouble is logged, shown and tried again, ever more rarely."""
        await together(lasting(self._keep), lasting(self._impatient))

    async def _impatient(self) -> None:
        while True:
            if not self.tried:
                await fence.impatient(self.section)
                self.tried = True
            await asyncio.sleep(LOOK)

    def doubt(self) -> None:
        """It has to say again whether anything speaks against our writing, and is waited for as at a start."""
        self.clearance.doubt()
        self.tried = False

    async def _keep(self) -> None:
        backoff, patience, silent = Backoff(LONGEST), Backoff(RARELY), False
        while True:
            began = asyncio.get_running_loop().time()
            trouble: Exception | None = None
            try:
                await self._once()
            except Unreachable as error:
                trouble = error
                silent = silent and not self.connected
                _log.log(logging.DEBUG if silent else logging.WARNING, "hub %s: %s", self.url, trouble)
                silent = True  # until it was there again
            except Exception as error:
                trouble = error
                _log.error("hub %s: an errand failed: %s", self.url, account(error))
            held = self.connected and asyncio.get_running_loop().time() - began > LASTING
            self.connected, self.tried = False, True
            self.clearance.lost()
            refused = isinstance(trouble, NotAuthorised)
            self.standing.lost(trouble, keyless=refused and await in_thread(hubs.keyless, self.section))
            if held:
                backoff.reset()
                patience.reset()
            await (patience if isinstance(trouble, NotAuthorised | NotAllowed) else backoff).pause()

    async def _once(self) -> None:
        section = self.section
        bus = await self._connect(self.hub.addresses, section.code, nkey=section.nkey, certificates=self.hub.certificates)
        try:
            identity = await self._arrive(bus)
            await rosters.catch_up(
                section, bus, rosters.Seen()
            )  # who is connected knows of the newest: people sign on pages meanwhile
            self.connected = True
            self.standing.connected()
            _log.info("hub %s: connected", self.url)
            while not await in_thread(fence.joined, self.section):  # noqa: ASYNC110  # another process may join for us
                await asyncio.sleep(LOOK)
            published = Published()
            await together(
                self._receive(bus, published),
                self._allowed(self._follow, bus),
                self._hear(bus),
                self._allowed(self._prove, bus),
                self._mend(bus),
                self._search(bus),
                self.clearance.ask(bus),
                self._allowed(self._say, bus),
                self._allowed(self._seed, bus),
                self._relay(bus, identity, published),
                self._allowed(self._attach, bus),
            )
        finally:
            await bus.close()

    async def _arrive(self, bus: Bus) -> str:
        try:
            identity = await bus.identity()
        except Unprovisioned:
            identity = ""
        await bus.provision()
        await questions.answer_others(self.section, bus)
        identity = identity or await bus.identity()
        if await in_thread(_made_anew, self.section, self.url, identity):
            _log.warning("hub %s was emptied or made anew", self.url)
            self.standing.trouble(hubs.STORE, hubs.EMPTIED)
        return identity

    async def _allowed(self, errand: Callable[[Bus], Awaitable[None]], bus: Bus, about: str = hubs.CARRYING) -> None:
        """An errand that sends. Where the hub does not allow it, that is shown and tried again rarely; the others go on."""
        while True:
            try:
                await errand(bus)
            except NotAllowed as trouble:
                self._not_taken(trouble, about)
                await asyncio.sleep(RARELY)

    async def _bring(self, deed: Callable[[Section, Bus, Any], Awaitable[int]], bus: Bus, seen: object) -> None:
        """The part of an errand that sends: where the hub does not allow it, what is read goes on."""
        clock = asyncio.get_running_loop().time
        if clock() < self._barred.get(deed, 0.0):
            return
        try:
            await deed(self.section, bus, seen)
        except NotAllowed as trouble:
            self._not_taken(trouble)
            self._barred[deed] = clock() + RARELY

    def _not_taken(self, trouble: NotAllowed, about: str = hubs.CARRYING) -> None:
        _log.warning("%s", trouble)
        self.standing.trouble(about, hubs.NOT_ALLOWED)

    async def _attach(self, bus: Bus) -> None:
        await Carriage(self.section, bus, self._not_taken).run()

    async def _relay(self, bus: Bus, identity: str, published: Published) -> None:
        await self._opened.wait()
        relay = Relay(self.section, bus, identity, published)

        async def send(_bus: Bus) -> None:
            await self._send(relay)

        await together(self._allowed(send, bus, hubs.SENDING), self._audit(relay))

    async def _audit(self, relay: Relay) -> None:
        clock, next_time = asyncio.get_running_loop().time, 0.0
        while True:
            quickly = clock() < next_time
            if missing := await relay.audit(quickly=quickly):
                self.standing.trouble(hubs.STORE, hubs.lost(missing))
                self._bells.said.ring()
            next_time = next_time if quickly else clock() + AUDIT_REST
            await asyncio.sleep(GLANCE_REST)

    async def _send(self, relay: Relay) -> None:
        backoff, crowd, clock = Backoff(), Crowd(), asyncio.get_running_loop().time
        stored, said = clock(), self._bells.said.listener()
        try:
            while True:
                sent = await relay.send()
                if sent is None:
                    if clock() - stored > STALLED:
                        self.standing.trouble(hubs.SENDING, hubs.FULL)
                    await backoff.pause()
                    continue
                stored = clock()
                self.standing.unsent(await in_thread(relay.unsent) if sent == BATCH else 0)
                backoff.reset()
                await crowd.gather(sent)
                if sent < BATCH and not await said.wait(LOOK):  # what was committed meanwhile has rung
                    await relay.keep()
        finally:
            await relay.keep()

    async def _receive(self, bus: Bus, published: Published) -> None:
        crowd = Crowd()
        while True:
            outcomes = await receiving.receive(self.section, bus, WAIT, published, self.clearance.looked)
            if not receiving.UNSETTLED.isdisjoint(outcomes):
                self._unsettled.set()
            await crowd.gather(len(outcomes))

    async def _mend(self, bus: Bus) -> None:
        resting = Resting()
        while True:
            self._unsettled.clear()
            came, left = await mending.glance(self.section, bus, resting)
            if left:
                self._missing.set()
            try:
                await asyncio.wait_for(self._unsettled.wait(), 0.01 if came else MEND_REST)
            except TimeoutError:
                continue

    async def _search(self, bus: Bus) -> None:
        """What the hub itself does not have, from everybody else. It may take long; what comes meanwhile does not wait for it."""
        resting = Resting()
        while True:
            await self._missing.wait()
            self._missing.clear()
            if await mending.mend(self.section, bus, self._origin, resting):
                self._unsettled.set()
            else:
                await asyncio.sleep(SEARCH_REST)

    async def _hear(self, bus: Bus) -> None:
        while True:
            await heads.hear(self.section, bus, WAIT)

    async def _prove(self, bus: Bus) -> None:
        seen = proofs.Seen()
        while True:
            await self._bring(proofs.carry, bus, seen)
            await proofs.look(self.section, bus, seen)
            await proofs.hear(self.section, bus, WAIT, seen)

    async def _seed(self, bus: Bus) -> None:
        """After a while, so that who is only a moment late does it for itself, and not everybody does it at once."""
        while True:
            await asyncio.sleep(SEED_AFTER * random.uniform(1, 2))  # noqa: S311  # spreading, not secrecy
            await seeding.seed(self.section, bus)
            await asyncio.sleep(AUDIT_REST)

    async def _say(self, bus: Bus) -> None:
        clock = asyncio.get_running_loop().time
        said, bell = 0.0, self._bells.written.listener()
        while True:
            await self._opened.wait()
            if await heads.say(self.section, bus, again=clock() - said > HEADS_REST):
                said = clock()
            await asyncio.sleep(await in_thread(heads.pause, self.section))
            await bell.wait(HEADS_REST)

    async def _follow(self, bus: Bus) -> None:
        seen = rosters.Seen()
        while True:
            await rosters.catch_up(self.section, bus, seen)
            await self._bring(rosters.carry, bus, seen)
            await rosters.follow(self.section, bus, WAIT, seen)


def _made_anew(section: Section, url: str, identity: str) -> bool:
    """Whether the hub had another store the last time. What was known of that one is forgotten."""
    with section.reading() as session:
        known = section.ledger.cursors(session)
    gone = [name for name in known if name.partition(" ")[0] == url and name != identity]
    if gone:
        with section.writing() as session:
            for name in gone:
                section.ledger.forget_cursor(session, name)
    return bool(gone)
