"""Who looks after a hub of three servers does it as with one: preparing, seeing who holds what, cutting, deleting."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result
from nats.js.errors import APIError

from internationale.bus import NotAllowed, Outcome, Parcel, Unreachable, promising, users
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.bus.weighing import Scales
from internationale.cli import sharing
from internationale.cli.provisioning import Operation
from internationale.settings import read_nkey
from internationale.testing.clusters import cluster

from .conftest import opened, plain

Command = Callable[..., Result]
MIB = 1024 * 1024
SIZE = 100_000


def seeds(code: str, first: int, count: int) -> list[Parcel]:
    return [Parcel(f"intl.v1.seed.{code}.zz.1.{first + number}", b"x" * SIZE, "k.1") for number in range(count)]


async def publish(server: HubProcess, home: Path, parcels: Sequence[Parcel]) -> list[Outcome]:
    bus = await NatsBus.connect(server.url, home.name, nkey=read_nkey(home / "keys" / "hub.nkey"))
    try:
        return await bus.publish(parcels)
    finally:
        await bus.close()


def soon(deed: Callable[[], list[Outcome]], *, allowed: bool = False) -> list[Outcome]:
    """A server that reads its users again lets nobody in for a moment, or gives no answer; ``allowed``: nor may anybody more than
    before.
    """
    deadline = time.monotonic() + 30
    while True:
        try:
            outcomes = deed()
            if Outcome.UNKNOWN not in outcomes:
                return outcomes
            assert time.monotonic() < deadline
        except Unreachable as error:
            if isinstance(error, NotAllowed) and not allowed:
                raise
            assert time.monotonic() < deadline
            time.sleep(0.2)


def refused(deed: Callable[[], list[Outcome]]) -> None:
    """A server that was told to read its users again has not done so yet."""
    deadline = time.monotonic() + 30
    while True:
        try:
            soon(deed)
        except NotAllowed:
            return
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_hub_of_three_is_looked_after(joined: Command, tmp_path: Path) -> None:
    """Prepared right after it was started; counted by each server alike; who floods it is cut at all, and back after a purge."""
    folders = [tmp_path / "hub" / f"server-{number}" for number in (1, 2, 3)]
    files = [folder / "users.conf" for folder in folders]
    for file in files:
        joined("ic", "hub", "users", "--out", str(file))
    with cluster(tmp_path / "hub", users="users.conf", largest=str(128 * MIB)) as servers:
        joined("ic", "hub", "provision", servers[0].url, "--users", str(files[0]), "--replicas", "3")
        stored = [Outcome.STORED]
        assert asyncio.run(publish(servers[0], tmp_path / "fr", seeds("fr", 1, 65))) == stored * 65
        assert asyncio.run(publish(servers[1], tmp_path / "ic", seeds("ic", 1, 5))) == stored * 5
        found = [plain(joined("ic", "hub", "shares", server.url, "--json"))["rooms"] for server in servers]
        assert found[0] == found[1] == found[2]
        (room,) = (each for each in found[0] if each["kind"] == "seed")
        assert room["limit"] == 8 * MIB
        assert room["held"]["fr"] > 65 * SIZE
        assert all(each["limit"] > 16 * MIB for each in found[0] if each["kind"] in ("log", "blob"))
        section, operation = opened(tmp_path / "ic"), Operation(servers[0].url, files[0], folders[0] / "hub.pid", replicas=3)

        def look(scales: Scales) -> None:
            sharing.look(section, scales, operation)
            for file, server in zip(files[1:], servers[1:], strict=True):
                shutil.copy(files[0], file)
                server.reload()

        scales = Scales()
        look(scales)
        assert users.cut(files[0].read_text()) == {"seed": {"fr"}}
        for number, server in enumerate(servers):
            refused(lambda server=server: asyncio.run(publish(server, tmp_path / "fr", seeds("fr", 100, 1))))  # type: ignore[misc]
            again = seeds("ic", 100 + number, 1)
            assert soon(lambda server=server, again=again: asyncio.run(publish(server, tmp_path / "ic", again))) == stored  # type: ignore[misc]
        joined("ic", "hub", "purge", servers[1].url, "fr", "--kind", "seed", "--yes")
        look(scales)
        assert users.cut(files[0].read_text()) == {}
        again = seeds("fr", 200, 1)
        assert soon(lambda: asyncio.run(publish(servers[2], tmp_path / "fr", again)), allowed=True) == stored
        section.close()


@pytest.mark.parametrize(
    ("code", "words", "wanted"),
    [
        (10047, "insufficient storage resources available", True),
        (10005, "no suitable peers for placement, insufficient storage", True),
        (10005, "no suitable peers for placement, peer offline, insufficient storage", False),
        (10005, "no suitable peers for placement, peer offline", False),
        (10074, "replicas > 1 not supported in non-clustered mode", False),
        (10005, None, False),
    ],
)
def test_what_a_server_says_where_it_has_no_room(code: int, words: str | None, wanted: bool) -> None:
    assert promising.no_room(APIError(code=400, err_code=code, description=words)) is wanted
