"""A disk that rots: it is noticed before the pages are served, and joining again begins anew with the old key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from .conftest import join, plain

Command = Callable[..., Result]


@pytest.mark.parametrize("first", [0, 3 * 4096], ids=["the first page", "a page further back"])
def test_a_damaged_database_is_not_served(joined: Command, tmp_path: Path, first: int) -> None:
    file = tmp_path / "fr" / "section.db"
    rotten = bytearray(file.read_bytes())
    rotten[first : first + 4096] = b"\xff" * 4096
    file.write_bytes(rotten)
    told = joined("fr", "run", status=2).output
    assert str(file) in told
    assert "internationale restore FILE" in told
    file.rename(tmp_path / "rotten.db")
    join(joined, "fr", "fr.invitation")
    assert plain(joined("fr", "log", "verify", "--json"))["roster"] == 2


def test_a_database_of_which_the_names_have_rotted_is_not_served(joined: Command, tmp_path: Path) -> None:
    """What SQLite says of it is no text any more."""
    file = tmp_path / "fr" / "section.db"
    file.write_bytes(file.read_bytes().replace(b"NOT NULL,", b"NOT NULL\xac"))
    told = joined("fr", "run", status=2).output
    assert str(file) in told
    assert "internationale restore FILE" in told
