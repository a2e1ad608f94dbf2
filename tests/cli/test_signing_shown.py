"""What is signed is what was shown, whoever has seen to it that the hashes of two proposals begin alike."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from internationale.cli import roster as commands
from internationale.events import keys
from internationale.events.roster import Roster
from internationale.kit import Section, Utterance
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.events import Proposed
from internationale.rooms.roster.rules import changes
from internationale.testing.people import speaker

from .conftest import opened
from .test_ceremony import Command, three_roots

__all__ = ["three_roots"]
DIGITS = 8


def dated(draft: Roster) -> Iterator[bytes]:
    """The same change, a millisecond later each time: as many bytes as one likes."""
    body, issued = draft.serialize(), draft.issued.replace(microsecond=0)
    for number in count():
        at = issued + timedelta(milliseconds=number)
        yield body.replace(_written(draft, draft.issued), _written(draft, at))


def _written(draft: Roster, issued: datetime) -> bytes:
    whole = draft.model_copy(update={"issued": issued}).serialize()
    return whole[whole.index(b'"issued":') :].split(b",")[0]


def alike(one: Roster, other: Roster) -> tuple[bytes, bytes]:
    """A proposal of each, whose hashes begin alike. By the birthday that takes some hundred thousand."""
    seen: dict[str, dict[int, bytes]] = {}
    for pair in zip(dated(one), dated(other), strict=True):
        for which, body in enumerate(pair):
            found = seen.setdefault(digest(body)[:DIGITS], {})
            found[which] = body
            if len(found) == 2:
                return found[0], found[1]
    raise AssertionError


def digest(body: bytes) -> str:
    return keys.digest(keys.ROSTER, body).hex()


def say(section: Section, body: bytes, times: int = 1) -> None:
    draft = Roster.model_validate_json(body)
    said = Proposed(version=draft.version, previous=draft.prevhash, hash=digest(body), why="")
    for _number in range(times):
        with section.writing() as session:
            section.publish(session, Utterance(said, parts=(body,)), by=speaker(section))


@pytest.fixture
def pair(three_roots: Command, tmp_path: Path) -> Iterator[tuple[Section, bytes, bytes]]:
    """The committee's section; one proposal that changes the dates only, and one by which one key alone governs from now on."""
    section = opened(tmp_path / "ic")
    with section.reading() as session:
        latest = port.latest(session)
    now = section.now()
    harmless, harmful = changes.renewed(latest, now), changes.governed(latest, latest.roster.roots, 1, now)
    yield section, *alike(harmless, harmful)
    section.close()


def signed(section: Section, body: bytes) -> bool:
    with section.reading() as session:
        return any(holder.signed for holder in queries.proposal(session, digest(body)).holders)


def test_another_proposal_that_comes_while_the_first_is_read_is_not_signed(three_roots, pair, monkeypatch):
    section, harmless, harmful = pair
    say(section, harmless)

    def while_it_is_read(question: object) -> None:
        section.now, real = lambda: real() - timedelta(hours=1), section.now
        say(section, harmful, 50)
        section.now = real

    monkeypatch.setattr(commands, "agreed", while_it_is_read)
    assert "Nothing changes but the dates" in three_roots("ic", "roster", "sign", digest(harmless)[:DIGITS]).output
    assert (signed(section, harmless), signed(section, harmful)) == (True, False)


def test_of_two_whose_hashes_begin_alike_the_whole_is_asked_for(three_roots, pair):
    section, harmless, harmful = pair
    say(section, harmless)
    say(section, harmful)
    for deed in (("show",), ("sign", "--yes"), ("adopt", "--unasked")):
        said = three_roots("ic", "roster", deed[0], digest(harmless)[:DIGITS], *deed[1:], status=1).output
        assert "give the whole hash of the one you mean" in said
    assert "Nothing changes but the dates" in three_roots("ic", "roster", "sign", digest(harmless), "--yes").output
    assert (signed(section, harmless), signed(section, harmful)) == (True, False)
