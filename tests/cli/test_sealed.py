"""Sealing keys at the host's terminal, and what is kept sealed."""

import shutil
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from internationale.kit import Utterance
from internationale.ledger.deliveries import Delivery
from internationale.section import Section
from internationale.settings import load
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.carrying import said
from internationale.testing.founding import open_section
from internationale.testing.people import speaker

from .conftest import join, plain

Command = Callable[..., Result]


def opened(tmp_path: Path, code: str) -> Section:
    return open_section(load(tmp_path / code, {}), today())


def told(tmp_path: Path, audience: str) -> Delivery:
    """What ``ic`` says to these sections."""
    section = opened(tmp_path, "ic")
    with section.writing() as session:
        section.publish(session, Utterance(notes.Written(text="secret"), audience=audience), by=speaker(section))
    (*_before, last) = said(section)
    section.close()
    return last


def test_a_new_key_reaches_the_others_by_the_card(joined: Command, tmp_path: Path) -> None:
    assert plain(joined("fr", "status", "--json"))["problems"] == []
    keys = tmp_path / "fr" / "keys" / "sealing"
    assert [path.name for path in keys.iterdir()] == ["0001.age"]
    assert (keys / "0001.age").stat().st_mode & 0o077 == 0
    assert "section card" in joined("fr", "key", "rotate-sealing").output
    assert sorted(path.name for path in keys.iterdir()) == ["0001.age", "0002.age"]
    assert "newest sealing key" in str(plain(joined("fr", "status", "--json", status=1))["problems"])
    joined("fr", "section", "card", "--out", "new.card")
    joined("ic", "section", "admit", "new.card", "--yes", "--unasked", "--out", "new.invitation")
    join(joined, "fr", "new.invitation")
    assert plain(joined("fr", "status", "--json"))["problems"] == []


def test_a_lost_key_is_said_and_put_right(joined: Command, tmp_path: Path) -> None:
    joined("ic", "section", "list")
    folder = tmp_path / "fr" / "keys" / "sealing"
    shutil.move(folder, tmp_path / "kept")
    section = opened(tmp_path, "fr")
    assert section.accept([told(tmp_path, "fr")]) == ["sealed"]
    section.close()
    listed = joined("fr", "sealed").output
    assert "ic:1:1: something from Committee (ic)" in listed
    assert "the key is missing: 1" in listed
    (thing,) = plain(joined("fr", "sealed", "--json"))["things"]
    assert (thing["readers"], thing["kib"], thing["ours"]) == (["fr", "ic"], 4, True)
    assert "key that is not here" in str(plain(joined("fr", "status", "--json", status=1))["problems"])
    shutil.rmtree(folder)
    shutil.move(tmp_path / "kept", folder)
    opened(tmp_path, "fr").close()
    assert "nothing sealed" in joined("fr", "sealed").output


def test_a_key_that_others_can_read_is_refused(joined: Command, tmp_path: Path) -> None:
    path = tmp_path / "fr" / "keys" / "sealing" / "0001.age"
    path.chmod(0o644)
    assert "chmod 600" in joined("fr", "sealed", status=2).output
    path.chmod(0o600)
    path.write_text("nonsense")
    assert "This is not a key" in joined("fr", "section", "card", status=2).output
