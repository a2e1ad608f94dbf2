"""Whoever waits for something long is told how far it has come, beside what the command prints."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale import settings
from internationale.cli import progress
from internationale.kit import Reader, Utterance
from internationale.ledger import replaying
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import notes

Command = Callable[..., Result]
SAID = 1_100


@pytest.fixture
def spoken(joined: Command, tmp_path: Path) -> Command:
    """``ic`` has said many notes."""
    section = Section.open(settings.load(tmp_path / "ic", {}), Plugins([("notes", notes)]))
    section.prepare()
    everything = {each.name: frozenset({None}) for each in section.capabilities}
    with section.writing() as session:
        said = [Utterance(notes.Written(text=str(number))) for number in range(SAID)]
        section.publish(session, *said, by=Reader(id="x", capabilities=everything))
    section.close()
    return joined


def test_checking_the_log(spoken: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert spoken("ic", "log", "verify").stderr == ""
    monkeypatch.setattr(progress, "EVERY", 400)
    assert spoken("ic", "log", "verify").stderr.splitlines() == ["400 of 1100 events checked.", "800 of 1100 events checked."]
    assert f'"events": {SAID}' in spoken("ic", "log", "verify", "--json").stdout


def test_making_the_tables_anew(spoken: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin is away: what it knew is taken back, and all that is left is made anew."""
    monkeypatch.setattr(replaying, "EVERY", 1)
    result = spoken("ic", "sent", "--json")
    assert result.stderr.splitlines() == [
        "The tables are made anew from the log: 500 of 1100 events.",
        "The tables are made anew from the log: 1000 of 1100 events.",
    ]
    assert spoken("ic", "sent", "--json").stderr == "", "the next start has nothing to do"
