"""The file of a hub's users, with the real server: what is in it counts there, whatever is lost, full or half in between."""

import asyncio
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy
from click.testing import Result

from internationale.bus import NotAuthorised, Unreachable, users
from internationale.bus.configuration import CLOSED
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.bus.weighing import Scales
from internationale.cli import provisioning, sharing, userfile
from internationale.cli.provisioning import Operation
from internationale.errors import Conflict, Misconfigured
from internationale.messages import Message
from internationale.settings import read_nkey
from internationale.testing.clusters import free_port

from .conftest import opened

Command = Callable[..., Result]
PATIENCE = 60.0
UNREAD = "does not go by its file of users as it is now"
OLDER = "configuration is of an older make"


def let_in(url: str, home: Path) -> bool:
    async def ask() -> None:
        bus = await NatsBus.connect(url, home.name, nkey=read_nkey(home / "keys" / "hub.nkey"))
        try:
            await bus.identity()
        finally:
            await bus.close()

    try:
        asyncio.run(ask())
    except Unreachable:
        return False
    return True


def anybody_let_in(url: str) -> bool:
    async def ask() -> None:
        bus = await NatsBus.connect(url, "nobody")
        await bus.close()

    try:
        asyncio.run(ask())
    except NotAuthorised:
        return False
    return True


def expel(joined: Command, code: str) -> None:
    joined("ic", "roster", "propose", "expel", code, "--yes", "--sign", "--out", "expel.proposal", "--unasked")
    joined("ic", "roster", "adopt", "expel.proposal", "--unasked")


def soon(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture
def hub(joined: Command, tmp_path: Path, impatient: None) -> Iterator[HubProcess]:
    """A hub that ``ic`` looks after, and in which ``fr`` is."""
    folder = tmp_path / "hub"
    joined("ic", "hub", "users", "--out", str(folder / "users.conf"))
    with HubProcess(folder, users="users.conf") as hub:
        joined("ic", "hub", "provision", hub.url, *looking_after(hub))
        assert let_in(hub.url, tmp_path / "fr")
        yield hub


def looking_after(hub: HubProcess) -> list[str]:
    return ["--users", str(hub.folder / "users.conf"), "--pid-file", str(hub.folder / "hub.pid")]


class Watcher:
    """A command that watches, and what it says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines = queue.Queue[str]()
        self.said = list[str]()
        self.listening = threading.Thread(target=self._listen, daemon=True)
        self.listening.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)

    def until(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not any(words in line for line in self.said):
            self.said.append(self.lines.get(timeout=max(0.0, deadline - time.monotonic())))


@contextmanager
def watching(home: Path, *command: str) -> Iterator[Watcher]:
    whole = [sys.executable, "-m", "internationale", "--home", str(home), "hub", *command]
    with subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        watcher = Watcher(process)
        try:
            yield watcher
        finally:
            process.terminate()
            watcher.listening.join(20)


def test_a_reload_that_failed_is_made_good_by_who_watches(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    pid_file = hub.folder / "hub.pid"
    with watching(tmp_path / "ic", "watch", hub.url, *looking_after(hub)) as watcher:
        watcher.until("ready for: fr, ic")
        number = pid_file.read_text()
        pid_file.unlink()
        expel(joined, "fr")
        watcher.until("cannot be told to read its users again")
        assert let_in(hub.url, tmp_path / "fr")
        assert not any("ready for: ic." in line for line in watcher.said), "it is not said to be well"
        pid_file.write_text(number)
        watcher.until("ready for: ic.")
        assert not let_in(hub.url, tmp_path / "fr")


def test_a_reload_that_was_lost_is_made_good_by_the_next_command(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    """Whoever wrote the file was killed before the server was told, say."""
    expel(joined, "fr")
    joined("ic", "hub", "users", "--out", str(hub.folder / "users.conf"))
    assert let_in(hub.url, tmp_path / "fr")
    assert "ready for: ic." in joined("ic", "hub", "provision", hub.url, *looking_after(hub)).output
    assert not let_in(hub.url, tmp_path / "fr")


def test_and_by_the_next_look(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    expel(joined, "fr")
    file = hub.folder / "users.conf"
    joined("ic", "hub", "users", "--out", str(file))
    section = opened(tmp_path / "ic")
    with pytest.raises(Misconfigured, match=UNREAD):
        sharing.look(section, Scales(), Operation(hub.url, file))
    sharing.look(section, Scales(), Operation(hub.url, file, hub.folder / "hub.pid"))
    section.close()
    assert not let_in(hub.url, tmp_path / "fr")


def test_where_somebody_else_reloads_the_server_they_are_told_that_it_is_due(joined: Command, hub: HubProcess) -> None:
    expel(joined, "fr")
    command = ["hub", "provision", hub.url, "--users", str(hub.folder / "users.conf")]
    for _again in range(2):
        assert UNREAD in joined("ic", *command).output.replace("\n", " ")
    hub.reload()
    soon(lambda: UNREAD not in joined("ic", *command).output)


def test_a_server_that_reads_another_file_is_found_out(
    joined: Command, hub: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provisioning, "PATIENCE", 2.0)
    expel(joined, "fr")
    command = ["--users", str(tmp_path / "elsewhere" / "users.conf"), "--pid-file", str(hub.folder / "hub.pid")]
    assert UNREAD in joined("ic", "hub", "provision", hub.url, *command, status=2).output.replace("\n", " ")


@pytest.mark.parametrize("kind", ["watch", "run"])
def test_a_full_disk_ends_nobody_who_watches(joined: Command, tmp_path: Path, impatient: None, kind: str) -> None:
    """It is said in words and tried again; the server goes on."""
    folder, port = tmp_path / "hub", free_port()
    url, server = f"nats://127.0.0.1:{port}", HubProcess(folder, port=port, users="users.conf")
    joined("ic", "hub", "users", "--out", str(folder / "users.conf"))
    command = ["run", "--members-only", "--port", str(port), "--data", str(folder)]
    if kind == "watch":
        server.start()
        command = ["watch", url, *looking_after(server)]
    with watching(tmp_path / "ic", *command) as watcher:
        watcher.until("ready for: fr, ic")
        resource.prlimit(watcher.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        expel(joined, "fr")
        watcher.until("file of the hub's users cannot be written")
        time.sleep(6)
        assert watcher.process.poll() is None
        assert let_in(url, tmp_path / "ic")
        resource.prlimit(watcher.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        watcher.until("ready for: ic.")
        assert not let_in(url, tmp_path / "fr")
        assert "Traceback" not in "".join(watcher.said)
    server.stop()


def test_nor_do_files_and_databases_that_cannot_be_read(joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioning, "LOOK", 0.01)
    (tmp_path / "damaged.db").write_bytes(b"no database" * 100)
    damaged, section = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'damaged.db'}"), opened(tmp_path / "ic")
    turns, said = list[int](), list[Message]()

    def do() -> bool:
        turns.append(1)
        if len(turns) == 1:
            with damaged.connect() as connection:
                connection.execute(sqlalchemy.text("SELECT * FROM events"))
        if len(turns) == 2:
            (tmp_path / "hub" / "users.conf").mkdir(parents=True)
            provisioning.prepare(section, Operation("nats://127.0.0.1:1", tmp_path / "hub" / "users.conf"))
        raise KeyboardInterrupt

    def look() -> None:
        (tmp_path / "absent").read_bytes()

    def failed(why: Message) -> None:
        said.append(why)
        raise BrokenPipeError

    with pytest.raises(KeyboardInterrupt):
        provisioning.follow(section, do, look, failed)
    section.close()
    database, absent, file, absent_again = map(str, said)
    assert "database" in database
    assert "Is a directory" in file
    assert absent == absent_again
    assert "No such file" in absent


def test_a_server_that_ends_by_itself_is_told_of(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    with watching(tmp_path, "run", "--port", str(free_port()), "--data", str(folder)) as watcher:
        watcher.until("--members-only")
        subprocess.run(["kill", "-9", (folder / "hub.pid").read_text().strip()], check=True)
        watcher.until("The message server ended")
        assert watcher.process.wait(20) == 1


def test_several_write_at_once_and_it_is_always_whole(joined: Command, tmp_path: Path) -> None:
    file, turns, seen = tmp_path / "hub" / "users.conf", 60, set[str]()
    sections = [opened(tmp_path / "ic") for _each in range(3)]
    known = set[str]()
    for cut in ({"log": ["fr"]}, {}):
        userfile.write(sections[0], file, cut)
        known.add(users.mark(file.read_text()))

    def write(number: int) -> None:
        for turn in range(turns):
            userfile.write(sections[number], file, {"log": ["fr"][: (turn + number) % 2]})

    def read() -> None:
        for _turn in range(20 * turns):
            text = file.read_text()
            seen.add(users.mark(text) if text.endswith("}\n") else text)

    with ThreadPoolExecutor(len(sections) + 1) as several:
        done = [several.submit(read), *(several.submit(write, number) for number in range(len(sections)))]
    assert [each.exception() for each in done] == [None] * len(done)
    assert len(known) == 2
    assert seen <= known, "with and without, and nothing else"
    assert [path.name for path in file.parent.iterdir()] == ["users.conf"]
    for section in sections:
        section.close()


def test_a_list_that_went_back_lets_nobody_in_again(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    """The committee's database is restored, say."""
    joined("ic", "backup", "ic.backup")
    expel(joined, "fr")
    command, file = ["hub", "provision", hub.url, *looking_after(hub)], hub.folder / "users.conf"
    joined("ic", *command)
    assert not let_in(hub.url, tmp_path / "fr")
    joined("ic", "restore", "ic.backup", "--yes")
    before = file.read_text()
    for again in (command, ["hub", "users", "--out", str(file)]):
        assert "from version 3 of the list of sections" in joined("ic", *again, status=1).output
    assert file.read_text() == before
    section = opened(tmp_path / "ic")
    with pytest.raises(Conflict, match="from version 3"):
        sharing.look(section, Scales(), Operation(hub.url, file, hub.folder / "hub.pid"))
    section.close()
    assert not let_in(hub.url, tmp_path / "fr")


def test_with_an_empty_or_half_file_nobody_is_let_in_who_was_not(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    """Neither when the server reads it again nor when it starts; and when it is whole again, all is as before."""
    file = hub.folder / "users.conf"
    text = file.read_text()
    taken_for_whole = [text.index("SECTIONS {"), text.rindex('", ') + 3]  # by the server's own reader
    halves = [0, 1, text.index("\n") + 1, *taken_for_whole, *range(100, len(text) - 1, len(text) // 3), len(text) - 2]
    for size in halves:
        file.write_text(text[:size])
        hub.reload()
        time.sleep(0.3)
        assert not anybody_let_in(hub.url), size
    file.write_text("")
    hub.reload()
    soon(lambda: not let_in(hub.url, tmp_path / "fr"))
    for size in halves:
        file.write_text(text[:size])
        hub.stop()
        try:
            hub.start()
        except Misconfigured:
            continue
        assert not anybody_let_in(hub.url), size
    file.write_text("")
    hub.stop()
    hub.start()
    assert "ready for: fr, ic" in joined("ic", "hub", "provision", hub.url, *looking_after(hub)).output
    assert let_in(hub.url, tmp_path / "fr")


def test_what_a_hub_keeps_outlasts_an_empty_file(joined: Command, hub: HubProcess, tmp_path: Path) -> None:
    async def identity() -> str:
        bus = await NatsBus.connect(hub.url, "fr", nkey=read_nkey(tmp_path / "fr" / "keys" / "hub.nkey"))
        try:
            return await bus.identity()
        finally:
            await bus.close()

    before = asyncio.run(identity())
    (hub.folder / "users.conf").write_text("")
    hub.reload()
    soon(lambda: not let_in(hub.url, tmp_path / "fr"))
    joined("ic", "hub", "provision", hub.url, *looking_after(hub))
    assert asyncio.run(identity()) == before


def test_a_configuration_of_an_older_make_is_told_of(joined: Command, hub: HubProcess) -> None:
    """It is written again, and a reload is enough."""
    command = ["hub", "provision", hub.url, *looking_after(hub)]
    assert OLDER not in joined("ic", *command).output
    configuration = hub.folder / "hub.conf"
    new = configuration.read_text()
    assert CLOSED in new
    configuration.write_text(
        "".join(line for line in new.splitlines(True) if CLOSED not in line and not line.startswith("accounts"))
    )
    hub.reload()
    soon(lambda: OLDER in joined("ic", *command).output)
    configuration.write_text(new)
    hub.reload()
    soon(lambda: OLDER not in joined("ic", *command).output)
    (hub.folder / "users.conf").write_text("")
    hub.reload()
    time.sleep(0.5)
    assert not anybody_let_in(hub.url)


@pytest.mark.parametrize("number", ["0", "-1", "x", ""])
def test_a_number_that_is_no_process_is_told_of(tmp_path: Path, number: str) -> None:
    """0 and less would be a whole group of processes."""
    (tmp_path / "hub.pid").write_text(number)
    before = signal.signal(signal.SIGHUP, lambda *_given: pytest.fail("it was told to this process"))
    try:
        with pytest.raises(Misconfigured, match="cannot be told"):
            userfile.reload(tmp_path / "hub.pid")
    finally:
        signal.signal(signal.SIGHUP, before)
