"""Commands that speak: each is sure first that the section remembers all that it said, as the running instance is at its start.

The database is put back raw (a copied file, a snapshot of the machine): nothing in it tells that it is old.
"""

import asyncio
import json
from collections.abc import Callable
from types import ModuleType

import click
import nats
import pytest
from click.testing import Result

from internationale import worker
from internationale.bus import LOG
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.cli.root import Home
from internationale.kit import Utterance, hookimpl
from internationale.plugins import Plugins
from internationale.testing import notes

from .conftest import copied, opened, plain, wait, wait_for

Command = Callable[..., Result]
SILENT = "No hub has answered"


pytestmark = pytest.mark.usefixtures("impatient")


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
    assert plain(united("fr", "fence", "show", "--json")) == {
        "silent": True,
        "reason": "behind",
        "keyless": False,
        "claimants": ["ic"],
        "disbelieved": [],
    }


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
