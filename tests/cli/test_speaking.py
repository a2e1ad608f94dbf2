"""Commands that speak: each is sure first that the section remembers all that it said, as the running instance is at its start.

The database is put back raw (a copied file, a snapshot of the machine): nothing in it tells that it is old.
"""

import asyncio
import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType

import click
import nats
import pytest
from click.testing import Result

from internationale import settings, worker
from internationale.bus import LOG, connecting
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.cli.root import Home
from internationale.kit import Reader, Utterance, hookimpl
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import notes

from .conftest import plain

Command = Callable[..., Result]
SILENT = "No hub has answered"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub on this machine answers within a second."""
    monkeypatch.setattr(connecting, "TIMEOUT", 1.0)


@pytest.fixture
def with_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line with a plugin whose events it knows."""
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([("notes", notes)])))


@pytest.fixture
def united(command: Command, with_notes: None, hub: HubProcess) -> Command:
    """``ic`` has founded with a real hub, ``fr`` has joined."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en", "--hub", hub.url)
    command("ic", "found")
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "section", "card", "--out", "fr.card")
    command("ic", "section", "admit", "fr.card", "--yes")
    command("fr", "join", "fr.invitation")
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
                while len(await bus.kept(f"intl.v1.log.{code}.1.*")) < _number(section, code):
                    await asyncio.sleep(0.02)
                await bus.close()
                await asyncio.to_thread(do)

        asyncio.run(story())
        section.close()

    return work


async def until(holds: Callable[[], bool]) -> None:
    while not await asyncio.to_thread(holds):
        await asyncio.sleep(0.02)


def _say(section: Section, texts: tuple[str, ...], by: Reader) -> None:
    for text in texts:
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=text)), by=by)


def _number(section: Section, of: str) -> int:
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


def numbers(command: Command, home: str, of: str) -> dict[str, str]:
    """What one section holds of a log: by number, the bytes."""
    lines = map(json.loads, command(home, "log", "export", "--section", of).output.splitlines())
    return {line["subject"].rpartition(".")[2]: line["body"] for line in lines if ".log." in line["subject"]}


def test_a_command_takes_back_what_a_raw_copy_forgot_and_goes_on_after_it(united, at_work, tmp_path):
    at_work("fr", "one", "two")
    restore = copied(tmp_path / "fr")
    at_work("fr", "three", "four", "five")
    said = numbers(united, "fr", "fr")
    restore()
    assert list(numbers(united, "fr", "fr")) == ["1", "2"]
    united("fr", "key", "rotate-log")
    after = numbers(united, "fr", "fr")
    assert list(after) == ["1", "2", "3", "4", "5", "6"]
    assert {number: after[number] for number in said} == said
    at_work("fr")
    at_work("ic", do=lambda: wait_for(tmp_path / "ic", "fr", 6))
    assert numbers(united, "ic", "fr") == after
    assert plain(united("ic", "status", "--json"))["counts"]["forks"] == 0


def test_without_an_answer_nothing_is_said_and_the_hosts_word_counts_once(united, at_work, hub, tmp_path):
    at_work("fr", "one")
    hub.stop()
    refused = united("fr", "key", "rotate-log", status=1).output
    assert SILENT in refused
    assert f"internationale --home {tmp_path / 'fr'} fence open" in refused
    assert list(numbers(united, "fr", "fr")) == ["1"]
    united("fr", "fence", "open", "--confirm", "fr")
    united("fr", "key", "rotate-log")
    assert list(numbers(united, "fr", "fr")) == ["1", "2"]
    assert SILENT in united("fr", "roster", "propose", "renew", "--yes", status=1).output
    hub.start()
    united("fr", "roster", "propose", "renew", "--yes")
    assert list(numbers(united, "fr", "fr")) == ["1", "2", "3"]


def test_who_cannot_fetch_back_what_others_hold_of_it_stays_silent(united, at_work, hub, tmp_path):
    """The hub has lost it, but another section's heads tell that it was there."""
    restore = copied(tmp_path / "fr")
    at_work("fr", "one", "two")
    at_work("ic", do=lambda: (wait_for(tmp_path / "ic", "fr", 2), wait_for_heads(hub)))
    restore()
    asyncio.run(purge(hub, "intl.v1.log.fr.1.*"))
    assert "Others hold 2 events" in united("fr", "key", "rotate-log", status=1).output
    assert plain(united("fr", "fence", "show", "--json")) == {"silent": True, "reason": "behind"}


def test_while_the_instance_runs_and_may_speak_no_hub_is_asked(united, at_work, hub, tmp_path):
    def offline() -> None:
        hub.stop()
        united("fr", "key", "rotate-log")

    at_work("fr", "one", do=offline)
    assert list(numbers(united, "fr", "fr")) == ["1", "2"]
    assert SILENT in united("fr", "roster", "propose", "renew", "--yes", status=1).output  # it has ended


def test_an_instance_that_still_waits_for_an_answer_is_no_reason_to_speak(united, hub, tmp_path):
    hub.stop()
    section = opened(tmp_path / "fr")

    async def story() -> None:
        async with worker.running(section):
            assert SILENT in (await asyncio.to_thread(united, "fr", "key", "rotate-log", status=1)).output

    asyncio.run(story())
    section.close()


def test_a_database_that_was_exchanged_under_a_running_instance_is_looked_at(united, at_work, tmp_path):
    at_work("fr", "one")
    restore = copied(tmp_path / "fr")

    def exchange() -> None:
        restore()
        united("fr", "key", "rotate-log")

    at_work("fr", "two", "three", do=exchange)
    assert list(numbers(united, "fr", "fr")) == ["1", "2", "3", "4"]


def test_a_command_that_does_not_ask_first_may_not_speak(united, monkeypatch, member):
    """Also one of a plugin: it is found out when it is tried for the first time."""

    @click.command("speak")
    @click.option("--first", is_flag=True)
    @click.pass_obj
    def speak(home: Home, first: bool) -> None:
        section = home.speaking() if first else home()
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text="one")), by=home.host())

    speaking = ModuleType("speaking")
    speaking.commands = hookimpl(lambda cli: cli.add_command(speak), specname="commands")
    both = [("notes", notes), ("speaking", speaking)]
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls(both)))
    assert "Nothing was said: this command" in united("fr", "speak", status=1).output
    united("fr", "speak", "--first")
    assert list(numbers(united, "fr", "fr")) == ["1"]


def wait_for(home: Path, of: str, number: int) -> None:
    """Until so many events of a log are there."""
    section = opened(home)
    wait(lambda: _number(section, of) >= number)
    section.close()


def wait(holds: Callable[[], bool]) -> None:
    """In a thread beside the instance."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def wait_for_heads(hub: HubProcess) -> None:
    """Until the committee has told the hub what it holds of the other's log."""
    wait(lambda: b'"fr"' in asyncio.run(_heads(hub)))


async def _heads(hub: HubProcess) -> bytes:
    bus = await NatsBus.connect(hub.url, "ic")
    last = await bus.last("intl.v1.heads.ic")
    await bus.close()
    return last.body if last else b""


async def purge(hub: HubProcess, subject: str) -> None:
    client = await nats.connect(hub.url)
    await client.jetstream().purge_stream(LOG, subject=subject)
    await client.close()
