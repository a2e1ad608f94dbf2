"""Where a fault is played: hubs, homes of sections, and the wires between them."""

import asyncio
import random
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from internationale.bus import Unreachable, users
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.cli import provisioning
from internationale.events.keys import SigningKey
from internationale.events.roster import Roster
from internationale.plugins import Plugins
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import clusters
from internationale.testing.founding import begin, open_section, unite

from .chance import Chance
from .instance import PLUGINS, Instance
from .proxy import Proxy

USERS = "users.conf"
PATIENCE = 100.0
"""Seconds in which everything must be healed, whatever it was: what others hold is said anew every minute."""


class Scene:
    """A context manager. ``codes``: the sections. ``hubs``: how many independent ones; each section is connected to all.

    ``guarded``: the hubs let in those whom the roster names, and each speaks only for itself. ``cluster``: three servers make
    one hub. ``addressed``: the roster names where the pages of each section are.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        *,
        codes: Sequence[str] = ("ic", "fr", "ar"),
        hubs: int = 1,
        guarded: bool = False,
        cluster: bool = False,
        addressed: bool = False,
    ) -> None:
        self.folder = folder
        self.chance = Chance(seed)
        """What the seed decides."""
        self.cast = tuple(self.chance.sample(codes, len(codes)))
        """The sections as the play names them: who it happens to comes first. ``ic`` is the committee wherever it stands."""
        self.codes = self.writers = tuple(codes)
        """The sections that must agree in the end; and those that may still write then."""
        self.unsaid: set[str] = set()
        """Ids of what was said and does not count: people stopped the log, or it has two histories."""
        self.secrets: list[tuple[bytes, frozenset[str]]] = []
        """Words that were sealed, and those who may read them."""
        self.root = SigningKey.generate()
        self.addressed = addressed
        self.guarded = guarded
        configured = {"users": USERS} if guarded else {}
        self.hubs = [HubProcess(folder / f"hub-{number}", **configured) for number in range(hubs)]
        self.cluster = cluster
        self.settings: dict[str, Settings] = {}
        self.instances: dict[str, Instance] = {}
        self.former: list[Instance] = []
        """Those that died."""
        self.wires: dict[tuple[str, int], Proxy] = {}
        self.hosts: dict[str, tuple[str, str | None]] = {}
        """Where the proxies of a section listen, and its network namespace."""
        self.answers: list[float] = []
        self.killed: Counter[str] = Counter()
        self.expected: list[tuple[str, str]] | None = []
        """Subject and reason of all that must be in every quarantine; None: each has its own."""
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        sections = [self._begin(code) for code in self.codes]
        unite(sections, self.root)
        for section in sections:
            section.close()
        for number, hub in enumerate(self.hubs):
            if self.guarded:
                self._write_users(number, users.members(self.roster()))
            hub.start()
            self.stack.callback(hub.stop)
        if self.guarded:
            self.provision()
        if self.cluster:
            self.hubs = self.stack.enter_context(clusters.cluster(self.folder / "cluster"))
            asyncio.run(self._replicate())
        for code in self.codes:
            self.wire(code)
        return self

    async def _replicate(self) -> None:
        """Every stream on each of the three servers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                bus = await NatsBus.connect(" ".join(hub.url for hub in self.hubs), "administrator")
                await bus.prepare(self.codes, replicas=3)
            except Unreachable:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
            else:
                await bus.close()
                return

    def roster(self) -> Roster:
        """The roster in force, as the committee has it."""
        with self.opened("ic") as committee, committee.reading() as session:
            latest = queries.latest(session)
            assert latest is not None
            return latest.roster

    @contextmanager
    def opened(self, code: str) -> Iterator[Section]:
        """A section's database and keys, beside its instance: as its host has them."""
        section = Section.open(self.settings[code], Plugins(PLUGINS))
        try:
            yield section
        finally:
            section.close()

    def provision(self) -> None:
        """What an operator does after each new roster: users, streams, consumers."""
        with self.opened("ic") as committee:
            for hub in self.hubs:
                operation = provisioning.Operation(hub.url, users=hub.folder / USERS, pid_file=hub.folder / "hub.pid")
                provisioning.prepare(committee, operation)

    def let_in(self, members: Sequence[users.Member]) -> None:
        """Let in these, and cut the others."""
        for number, hub in enumerate(self.hubs):
            self._write_users(number, members)
            hub.reload()

    def _write_users(self, number: int, members: Sequence[users.Member]) -> None:
        with self.opened("ic") as committee:
            administrator = provisioning.administrator_of(committee).public
        path = self.hubs[number].folder / USERS
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(users.text(administrator, members))

    def _begin(self, code: str) -> Section:
        home = self.folder / code
        home.mkdir()
        settings = begin(home, code, f"sqlite:///{home / 'section.db'}")
        self.settings[code] = replace(settings, base_url=f"http://127.0.0.1:{quiet_port()}") if self.addressed else settings
        return open_section(self.settings[code], Plugins(PLUGINS))

    def wire(self, code: str) -> None:
        """A proxy to each hub for a section that does not run."""
        near = self.hosts.get(code, ("127.0.0.1", None))[0]
        for number, hub in enumerate(self.hubs):
            self.wires[code, number] = Proxy(("127.0.0.1", hub.port), near)
            self.stack.callback(self.wires[code, number].close)
        urls = tuple(self.wires[code, number].url for number in range(len(self.hubs)))
        urls = (" ".join(urls),) if self.cluster else urls
        self.settings[code] = replace(self.settings[code], hubs=urls)

    def rewire(self, code: str, near: str, namespace: str | None) -> None:
        """Put a section that does not run into another network: ``near`` is where its proxies listen."""
        self.hosts[code] = (near, namespace)
        self.wire(code)

    def move(self, code: str, home: Path) -> None:
        """Put the home of a section that does not run somewhere else."""
        shutil.copytree(self.settings[code].home, home)
        self.settings[code] = replace(self.settings[code], home=home, database=f"sqlite:///{home / 'section.db'}")

    def __exit__(self, *exc: object) -> None:
        for instance in self.instances.values():
            instance.kill()
        self.stack.close()


def quiet_port() -> int:
    """A port on which nobody listens, below those that a machine gives to whoever asks for any."""
    while True:
        with socket.socket() as probe:
            port = random.randrange(20_000, 32_000)
            if probe.connect_ex(("127.0.0.1", port)):
                return port
