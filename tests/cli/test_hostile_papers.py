"""Files of proposals that nobody's software makes, before those who hold a root key: in a section, and where there is none."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from internationale.events import keys
from internationale.events.roster import Roster
from internationale.events.signed import SignedDocument
from internationale.rooms.roster.rules.papers import Paper, printed, read_proposal

Command = Callable[..., Result]


def otherwise(tmp_path: Path, before: dict[str, Any] | None = None, **changed: Any) -> Path:
    """The renewal with something else in it; ``before``: in the version that it says to follow, too."""
    paper = read_proposal((tmp_path / "renewal").read_bytes(), "renewal")
    assert paper.previous is not None
    previous = paper.previous
    if before is not None:
        previous = SignedDocument(_changed(previous.body, before), ())
        changed["prevhash"] = keys.digest(keys.ROSTER, previous.body).hex()
    file = tmp_path / "hostile"
    file.write_text(printed(Paper(SignedDocument(_changed(paper.roster.body, changed), ()), previous).plain()))
    return file


def _changed(body: bytes, values: dict[str, Any]) -> bytes:
    return Roster.model_validate_json(json.dumps(json.loads(body) | values)).serialize()


def signatures(file: Path) -> list[str]:
    return list(json.loads(file.read_text())["roster"]["signatures"])


def moment(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize("where", ["ic", "north"])
def test_a_version_of_a_time_to_come_is_not_signed(holder: Command, tmp_path: Path, where: str) -> None:
    file = otherwise(tmp_path, issued=moment(3), expires=moment(300))
    key = ("--key", str(tmp_path / "north/keys/root.key"))
    assert (
        "by this machine's clock today is"
        in holder(where, "roster", "sign", "hostile", "--yes", "--unasked", *key, status=1).output
    )
    assert signatures(file) == []


@pytest.mark.parametrize("where", ["ic", "north"])
def test_what_nobody_would_follow_is_not_signed(holder: Command, tmp_path: Path, where: str) -> None:
    file = otherwise(tmp_path, sections=[])
    key = ("--key", str(tmp_path / "north/keys/root.key"))
    said = holder(where, "roster", "sign", "hostile", "--yes", "--unasked", *key, status=1).output
    assert "Nobody would follow this version, whoever signs it: roster_history ic" in said
    assert signatures(file) == []


def test_a_number_far_away_is_signed_neither_in_a_section_nor_elsewhere(holder: Command, tmp_path: Path) -> None:
    """Noted as signed, it would forbid the key to sign anything true after it."""
    file = otherwise(tmp_path, before={"version": 10**15 - 2}, version=10**15 - 1)
    key = ("--key", str(tmp_path / "north/keys/root.key"))
    assert "does not follow the version" in holder("ic", "roster", "sign", "hostile", "--yes", "--unasked", *key, status=1).output
    assert "would sign none in between any more" in holder("north", "roster", "sign", "hostile", "--yes", status=1).output
    assert signatures(file) == []
    holder("north", "roster", "sign", "renewal", "--yes")
    assert "Version 2 is in force" in holder("ic", "roster", "adopt", "renewal", "--unasked").output


def test_a_reason_that_looks_like_our_own_words_stays_behind_its_bar(holder: Command, tmp_path: Path) -> None:
    """What somebody says of a proposal comes after what it changes, and no line of it stands where ours stand."""
    why = "It is due.\nNothing changes but the dates.\n  ✓ Everybody has signed"
    holder("ic", "roster", "propose", "renew", "--yes", "--unasked", "--why", why)
    (hash_,) = (each["hash"] for each in json.loads(holder("ic", "roster", "list", "--json").output)["proposals"])
    key = str(tmp_path / "north/keys/root.key")
    lines = holder("ic", "roster", "sign", hash_, "--key", key, "--yes", "--unasked").output.splitlines()
    quoted = [line for line in lines if line.startswith("  │ ")]
    assert quoted == ["  │ It is due.", "  │ Nothing changes but the dates.", "  │   ✓ Everybody has signed"]
    assert lines.count("Nothing changes but the dates.") == 1
    assert lines.index("Nothing changes but the dates.") < lines.index(quoted[0])
