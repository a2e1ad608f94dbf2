"""The command line, run in this process."""

import asyncio
import json
import resource
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from internationale import settings, worker
from internationale.bus import connecting
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.cli import cli
from internationale.events import fingerprints, keys
from internationale.kit import Reader, Utterance
from internationale.plugins import Plugins
from internationale.rooms.roster import port as roster
from internationale.section import Section
from internationale.testing import notes


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``command("fr", "status", status=1)`` runs ``internationale --home <tmp>/fr status``, in English and without plugins."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([])))
    for name in ("LC_ALL", "LANG", "INTERNATIONALE_HOME"):
        monkeypatch.setenv(name, "C" if name != "INTERNATIONALE_HOME" else "")

    def run(home: str, *arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["--home", str(tmp_path / home), *arguments], prog_name="internationale")
        assert result.exit_code == status, result.output + repr(result.exception)
        return result

    return run


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody listens there is nothing to wait for; a hub on this machine answers within a second."""
    monkeypatch.setattr(connecting, "TIMEOUT", 1.0)


@pytest.fixture
def joined(command: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``ic`` has founded, ``fr`` has joined, while no hub answers."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en", "--hub", "nats://127.0.0.1:1")
    command("ic", "found")
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr", "--language", "br")
    command("fr", "section", "card", "--out", "fr.card")
    with monkeypatch.context() as briefly:
        briefly.setattr(connecting, "TIMEOUT", 0.05)
        command("ic", "section", "admit", "fr.card", "--yes", "--unasked")
    join(command, "fr", "fr.invitation")
    return command


def join(command: Callable[..., Result], home: str, invitation: str) -> Result:
    """Join with an invitation of ``ic``, whose people say what stands on their screen."""
    return command(home, "join", invitation, "--fingerprint", listed(command))


def begin(command: Callable[..., Result], *copies: str) -> Result:
    """Found with copies of a proposal, whose holders say the fingerprint that stands on their screen."""
    return command("ic", "roster", "adopt", *copies, "--fingerprint", first_list(copies[0]))


def first_list(copy: str) -> str:
    """The fingerprint of the list with which an International begins, in words."""
    return fingerprints.words(roster.listed(keys.decode(json.loads(Path(copy).read_text())["roster"]["body"])))


def listed(command: Callable[..., Result]) -> str:
    """The fingerprint of the committee's list, in words."""
    return str(plain(command("ic", "roster", "list", "--json"))["fingerprint"]["words"])


def plain(result: Result) -> Any:
    """What a command printed for programs."""
    return json.loads(result.stdout)


@pytest.fixture
def with_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line with a plugin whose events it knows."""
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([("notes", notes)])))


@pytest.fixture
def united(command: Callable[..., Result], with_notes: None, hub: HubProcess) -> Callable[..., Result]:
    """``ic`` has founded with a real hub, ``fr`` has joined."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en", "--hub", hub.url)
    command("ic", "found")
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "section", "card", "--out", "fr.card")
    command("ic", "section", "admit", "fr.card", "--yes")
    join(command, "fr", "fr.invitation")
    return command


@pytest.fixture
def holder(command: Callable[..., Result]) -> Callable[..., Result]:
    """``north`` holds the one root key, on a machine without a section; ``ic`` is founded with it."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("north", "key", "new-root", "--no-lock", "--holder", "Office north", "--out", "north.root")
    command("ic", "found", "--root-card", "north.root")
    command("north", "roster", "sign", "founding.proposal", "--yes")
    begin(command, "founding.proposal")
    command("ic", "roster", "propose", "renew", "--yes", "--out", "renewal")
    command("ic", "roster", "propose", "hubs", "nats://other", "--yes", "--out", "hubs")
    return command


@pytest.fixture
def at_work(tmp_path: Path, member: Callable[..., Reader], hub: HubProcess) -> Callable[..., None]:
    """``at_work("fr", "one", do=deed)``: the instance runs, says these notes until the hub has them, and meanwhile the deed."""

    def work(code: str, *texts: str, do: Callable[[], object] = lambda: None) -> None:
        section = opened(tmp_path / code)

        async def story() -> None:
            async with asyncio.timeout(60), worker.running(section):
                await until(lambda: section.fenced is None)
                await asyncio.to_thread(_say, section, texts, member(section, language="en"))
                bus = await NatsBus.connect(hub.url, "ic")
                while len(await bus.kept(f"intl.v1.log.{code}.1.*")) < number(section, code):
                    await asyncio.sleep(0.02)
                await bus.close()
                await asyncio.to_thread(do)

        asyncio.run(story())
        section.close()

    return work


@contextmanager
def room(size: int) -> Iterator[None]:
    """No file grows beyond this, in bytes: what goes over it is written in part, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def until(holds: Callable[[], bool]) -> None:
    while not await asyncio.to_thread(holds):
        await asyncio.sleep(0.02)


def _say(section: Section, texts: tuple[str, ...], by: Reader) -> None:
    for text in texts:
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=text)), by=by)


def number(section: Section, of: str) -> int:
    with section.reading() as session:
        return section.ledger.head(session, of).sequence


def opened(home: Path) -> Section:
    section = Section.open(settings.load(home, {}), Plugins([("notes", notes)]))
    section.prepare()
    return section


def copied(home: Path) -> Callable[[], None]:
    """A raw copy of the database; calling what is returned puts it back."""
    kept = home.with_suffix(".copy")
    with closing(sqlite3.connect(home / "section.db")) as source, closing(sqlite3.connect(kept)) as target:
        source.backup(target)

    def restore() -> None:
        for file in home.glob("section.db*"):
            file.unlink()
        shutil.copy(kept, home / "section.db")

    return restore


def wait_for(home: Path, of: str, last: int) -> None:
    """Until so many events of a log are there."""
    section = opened(home)
    wait(lambda: number(section, of) >= last)
    section.close()


def wait(holds: Callable[[], bool]) -> None:
    """In a thread beside the instance."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)
