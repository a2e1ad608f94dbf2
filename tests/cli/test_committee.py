"""What the committee proposes: refused where it would leave the International without a committee, or says nothing new."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rows import ProposalRow
from internationale.settings import load
from internationale.testing.founding import open_section

Command = Callable[..., Result]


@pytest.fixture
def alone(command: Command) -> Command:
    """``ic`` has founded and admitted ``fr``, without a hub."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "found")
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "section", "card", "--out", "fr.card")
    command("ic", "section", "admit", "fr.card", "--yes", "--unasked")
    return command


def propose(command: Command, *change: str, status: int = 0) -> str:
    return command("ic", "roster", "propose", *change, "--yes", "--sign", status=status).output


@pytest.mark.parametrize("change", ["suspend", "expel", "resign", "charge"])
def test_the_only_committee_does_not_end_itself(alone: Command, change: str) -> None:
    said = propose(alone, change, "ic", status=1)
    assert "Section “Committee” is the only international committee" in said
    assert "internationale roster propose charge CODE committee" in said


def test_the_only_root_key_is_not_lost_with_its_section(alone: Command) -> None:
    propose(alone, "charge", "fr", "committee")
    said = propose(alone, "expel", "ic", status=1)
    assert "Nobody could change the list of sections any more without Committee (ic)" in said
    assert "internationale roster propose roots --root-card CARD" in said


def test_a_mandate_that_there_is_not_is_refused(alone: Command) -> None:
    assert propose(alone, "charge", "fr", "zzz", status=1) == "Error: There is no such mandate: zzz. There is: committee\n"


def test_what_waits_already_is_not_proposed_again(alone: Command) -> None:
    first = alone("ic", "roster", "propose", "expel", "fr", "--yes").output
    again = alone("ic", "roster", "propose", "expel", "fr", "--yes", status=1).output
    assert "The same is proposed already" in again
    assert first.split()[-1] in again
    assert "Proposed." in alone("ic", "roster", "propose", "suspend", "fr", "--yes").output


def test_who_was_expelled_is_told_the_way_back(alone: Command) -> None:
    alone("ic", "section", "invite", "fr")
    propose(alone, "expel", "fr")
    said = propose(alone, "readmit", "fr", status=1)
    assert "is admitted by a new request" in said


def test_of_what_one_section_proposes_without_end_a_few_are_looked_into(alone: Command, tmp_path: Path) -> None:
    """The rest are named: each is as large as the list of sections."""
    first = alone("ic", "roster", "propose", "renew", "--yes").output.split()[-1]
    section = open_section(load(tmp_path / "ic", {}), Plugins([]))
    with section.writing() as session:
        now = port.latest(session)
        values = {"section": "fr", "epoch": 9, "ref": "x", "said": section.now(), "why": "", "body": b"{}"}
        values |= {"version": now.roster.version + 1, "previous": now.hash}
        for number in range(1, 61):
            session.add(ProposalRow(**values, sequence=number, hash=f"{number:064x}"))
    section.close()
    told = alone("ic", "roster", "list").output
    named = [
        line
        for line in told.splitlines()
        if line.startswith("One more proposal for version 3, by section “Section française (fr)”.")
    ]
    assert len(named) == 50 - queries.EXAMINED
    assert f"Proposal {first} for version 3" in told
    state = json.loads(alone("ic", "roster", "list", "--json").output)
    assert [len(state[name]) for name in ("proposals", "unexamined")] == [1 + queries.EXAMINED, len(named)]


def test_no_root_key_signs_what_a_second_person_has_not_released(
    alone: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = (tmp_path / "ic/keys/root.signed").read_bytes()
    monkeypatch.setenv("INTERNATIONALE_RELEASE", "roster.proposed")
    said = alone("ic", "roster", "propose", "renew", "--yes", "--sign", status=1).output
    assert "Propose it without “--sign”" in said
    assert (tmp_path / "ic/keys/root.signed").read_bytes() == noted
    monkeypatch.setenv("INTERNATIONALE_RELEASE", "roster.signed")
    assert "These do not wait for a second person: roster.signed." in alone("ic", "status", status=2).output
