"""What the committee proposes: refused where it would leave the International without a committee, or says nothing new."""

from collections.abc import Callable

import pytest
from click.testing import Result

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
