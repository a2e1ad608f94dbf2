"""A section that floods a hub, and who looks after it: ``hub run`` and ``hub shares`` with the real server."""

import asyncio
import itertools
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import nats
import pytest
from click.testing import Result

from internationale.bus import LOG, SEED, NotAllowed, Outcome, Parcel, Unreachable, promising, users, watched
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.bus.weighing import Scales
from internationale.cli import sharing
from internationale.cli.provisioning import Operation
from internationale.settings import read_nkey
from internationale.testing.clusters import free_port

from .conftest import opened, plain

Command = Callable[..., Result]
MIB = 1024 * 1024
SIZE = 50_000
PATIENCE = 60.0


class Watched:
    """A hub that runs, and the lines that it says."""

    def __init__(self, process: "subprocess.Popen[str]", url: str, homes: Path) -> None:
        self.process = process
        self.url = url
        self.homes = homes
        self.lines = queue.Queue[str]()
        self.said = list[str]()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def until(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not any(words in line for line in self.said):
            self.said.append(self.lines.get(timeout=max(0.0, deadline - time.monotonic())))

    @asynccontextmanager
    async def signed_in(self, code: str) -> Any:
        bus = await NatsBus.connect(self.url, code, nkey=read_nkey(self.homes / code / "keys" / "hub.nkey"))
        try:
            yield bus
        finally:
            await bus.close()

    def limit(self, stream: str, size: int) -> None:
        asyncio.run(self._limit(stream, size))

    async def _limit(self, stream: str, size: int) -> None:
        key = read_nkey(self.homes / "ic" / "keys" / "hub-admin.nkey")
        client = await nats.connect(self.url, nkeys_seed_str=key.seed)
        context = client.jetstream()
        await context.update_stream((await context.stream_info(stream)).config.evolve(max_bytes=size))
        await client.close()


@contextmanager
def running(homes: Path) -> Iterator[Watched]:
    port = free_port()
    command = [sys.executable, "-m", "internationale", "--home", str(homes / "ic"), "hub", "run", "--members-only"]
    with subprocess.Popen(
        [*command, "--port", str(port), "--data", str(homes / "hub")], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            watched = Watched(process, f"nats://127.0.0.1:{port}", homes)
            watched.until("ready for: fr, ic")
            yield watched
        finally:
            process.terminate()


def event(code: str, number: int, kind: str = "log") -> Parcel:
    place = f"{code}.ic" if kind == "seed" else code
    return Parcel(f"intl.v1.{kind}.{place}.1.{number}", b"x" * SIZE, "k.1")


@pytest.mark.parametrize(("kind", "stream", "what"), [("log", LOG, "what the sections say"), ("seed", SEED, "bring of others")])
def test_who_floods_a_hub_is_cut_and_the_others_go_on(joined: Command, tmp_path: Path, kind: str, stream: str, what: str) -> None:
    """Ten times the room in a minute. The other's every word is stored; whoever runs the hub sees who holds how much; and when
    the host gives more room, or deletes what was left, the right comes back by itself.
    """

    async def story(hub: Watched) -> int:
        async with hub.signed_in("fr") as fr, hub.signed_in("ic") as ic:
            deadline, number = time.monotonic() + PATIENCE, 0
            while time.monotonic() < deadline:
                number += 1
                assert await ic.publish([replace(event("ic", number), body=b"said")]) == [Outcome.STORED]
                try:
                    assert await fr.publish([event("fr", number, kind)]) == [Outcome.STORED]
                except NotAllowed:
                    break
                await asyncio.sleep(0.12)
            assert await ic.publish([event("ic", number + 1)]) == [Outcome.STORED]
            assert await ic.publish([event("ic", number + 1, kind)]) in ([Outcome.STORED], [Outcome.PRESENT])
            assert await fr.kept("intl.v1.log.ic.*.*") == {f"intl.v1.log.ic.1.{each + 1}" for each in range(number + 1)}
            return number

    with running(tmp_path) as hub:
        hub.limit(stream, 8 * MIB)
        number = asyncio.run(story(hub))
        assert 6 * MIB < number * SIZE < 9 * MIB
        hub.until("It reads as before")
        said = "".join(hub.said)
        assert "(fr) holds more than its share" in said
        assert what in said
        assert "(fr) holds 6 MiB; its share is 4 MiB." in said or "(fr) holds 7 MiB; its share is 4 MiB." in said
        hub.until(f"hub purge {hub.url} fr --kind {kind}")
        file = str(tmp_path / "hub" / "users.conf")
        assert users.cut(Path(file).read_text()) == {kind: {"fr"}}
        joined("ic", "hub", "users", "--out", file)
        joined("ic", "hub", "provision", hub.url, "--users", file)
        assert users.cut(Path(file).read_text()) == {kind: {"fr"}}, "no other command gives it back"
        assert "(fr) holds" in joined("ic", "hub", "shares", hub.url, "--users", file).output
        found = plain(joined("ic", "hub", "shares", hub.url, "--users", file, "--json"))
        assert found["cut"] == {kind: ["fr"]}
        (room,) = (each for each in found["rooms"] if each["streams"] == [stream])
        assert room["limit"] == 8 * MIB
        assert "does not look after" in joined("fr", "hub", "shares", hub.url, status=1).output
        if kind == "log":
            hub.limit(stream, 64 * MIB)
        else:
            joined("ic", "hub", "purge", hub.url, "fr", "--kind", kind, "--yes")
        hub.until("(fr) may add to this again")
        assert asyncio.run(again(hub, number)) == [Outcome.STORED]


async def again(hub: Watched, number: int) -> list[Outcome]:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            async with hub.signed_in("fr") as fr:
                return await fr.publish([event("fr", number + 1)])
        except Unreachable:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)


def test_a_hub_where_all_is_well(joined: Command, tmp_path: Path) -> None:
    with running(tmp_path) as hub:
        said = joined("ic", "hub", "shares", hub.url).output
        assert "what the sections say: 0 of" in said
        assert "runs short" not in said
        deadline = time.monotonic() + PATIENCE
        while "Nobody watches" in joined("ic", "hub", "shares", hub.url).output:
            assert time.monotonic() < deadline
        assert "Nobody watches" not in joined("ic", "hub", "provision", hub.url).output
        assert plain(joined("ic", "hub", "shares", hub.url, "--json"))["watched"] is True


def test_a_hub_that_nobody_watches_is_said_to(joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also some minutes after who watched it has stopped."""
    folder = tmp_path / "hub"
    file = str(folder / "users.conf")
    joined("ic", "hub", "users", "--out", file)
    with HubProcess(folder, users="users.conf") as hub:
        assert "Nobody watches this hub" in joined("ic", "hub", "provision", hub.url, "--users", file).output
        assert "Nobody watches this hub" in joined("ic", "hub", "shares", hub.url, "--users", file).output
        assert plain(joined("ic", "hub", "shares", hub.url, "--json"))["watched"] is False
        section = opened(tmp_path / "ic")
        sharing.look(section, Scales(), Operation(hub.url, folder / "users.conf"))
        section.close()
        assert "Nobody watches" not in joined("ic", "hub", "shares", hub.url).output
        assert "Nobody watches" not in joined("ic", "hub", "provision", hub.url, "--users", file).output
        monkeypatch.setattr(watched, "STALE", timedelta(0))
        assert "Nobody watches" in joined("ic", "hub", "shares", hub.url).output


def test_a_hub_for_everybody_says_that_it_keeps_nobody_from_anything(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    assert "Nobody can be kept from filling it up" in joined("ic", "hub", "provision", hub.url).output
    command = [sys.executable, "-m", "internationale", "hub", "run", "--port", str(free_port()), "--data", str(tmp_path / "hub")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _line in range(3)]
        process.terminate()
    assert "--members-only" in said[1]
    assert "Nobody can be kept from filling it up" in said[2]


async def nothing(_trouble: Exception) -> None:
    pass


async def flood(client: Any) -> None:
    for number in itertools.count(1):
        await client.publish(f"intl.v1.log.fr.1.{number}", b"x")
        if number % 500 == 0:
            await client.flush(30)


def test_who_lets_nobody_else_through_is_kept_from_it(joined: Command, tmp_path: Path) -> None:
    """It takes hardly any room. Whoever runs the hub sees who it is, and the other gets through again."""

    async def story(hub: Watched) -> None:
        key = read_nkey(tmp_path / "fr" / "keys" / "hub.nkey")
        client = await nats.connect(hub.url, nkeys_seed_str=key.seed, inbox_prefix="_INBOX_fr", error_cb=nothing)
        flooding = asyncio.ensure_future(flood(client))
        await asyncio.to_thread(hub.until, "(fr) publishes without a pause")
        assert users.cut((tmp_path / "hub" / "users.conf").read_text()) == {"log": {"fr"}}
        async with hub.signed_in("ic") as ic, asyncio.timeout(PATIENCE):
            while await ic.publish([event("ic", 1)]) not in ([Outcome.STORED], [Outcome.PRESENT]):
                await asyncio.sleep(0.1)
            assert await ic.publish([event("ic", number) for number in range(2, 100)]) == [Outcome.STORED] * 98
        flooding.cancel()
        await client.close()

    with running(tmp_path) as hub:
        asyncio.run(story(hub))


def test_who_watches_without_the_file_of_users_cuts_nobody_and_is_told(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "internationale", "--home", str(tmp_path / "ic"), "hub", "watch", hub.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "nobody is cut" in process.stdout.readline()
        process.terminate()


def test_who_was_cut_stays_so_while_nobody_knows_how_much_room_there_is(
    joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when who watches starts anew, while servers of a cluster are away."""
    file = tmp_path / "hub" / "users.conf"
    joined("ic", "hub", "users", "--out", str(file))
    file.write_text(file.read_text().replace("# section fr\n", "# section fr, without: log seed\n"))
    section = opened(tmp_path / "ic")
    with HubProcess(tmp_path / "hub", users="users.conf") as hub:
        joined("ic", "hub", "provision", hub.url)
        operation = Operation(hub.url, file, hub.folder / "hub.pid")

        async def unknown(*_asked: object) -> None:
            return None

        with monkeypatch.context() as away:
            away.setattr(promising, "left", unknown)
            assert "How much room there is cannot be told now" in joined("ic", "hub", "shares", hub.url).output
            sharing.look(section, Scales(), operation)
            assert users.cut(file.read_text()) == {"log": {"fr"}}
        sharing.look(section, Scales(), operation)
        assert users.cut(file.read_text()) == {}
    section.close()
