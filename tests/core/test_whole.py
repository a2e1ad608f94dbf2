"""Files that are there whole or not at all."""

import errno
from pathlib import Path

import pytest

from internationale import settings
from internationale.events.keys import SigningKey
from internationale.settings import whole


def full(path: Path) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_it_has_its_name_when_all_of_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(whole, "sync", lambda path: synced.append(path.name))
    with whole.fresh(tmp_path / "file") as part:
        part.write_text("all of it", encoding="utf-8")
        assert not (tmp_path / "file").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert ((tmp_path / "file").read_text(encoding="utf-8"), (tmp_path / "file").stat().st_mode & 0o777) == ("all of it", 0o600)
    assert synced == [part.name, tmp_path.name]


def test_another_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError), whole.fresh(tmp_path / "file") as part:
        part.write_text("other", encoding="utf-8")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("file", "mine")]


def test_also_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    with whole.fresh(tmp_path / "file") as part:
        part.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError), whole.fresh(tmp_path / "file") as part:
        part.write_text("other", encoding="utf-8")
    assert [(path.name, path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()] == [("file", "mine")]


def test_of_a_key_for_which_there_is_no_room_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = tmp_path / "keys" / "log.key", SigningKey.generate()
    with monkeypatch.context() as filled:
        filled.setattr(whole, "sync", full)
        with pytest.raises(OSError, match="No space"):
            settings.write_key(path, key)
    assert list(path.parent.iterdir()) == []
    settings.write_key(path, key)
    assert settings.read_key(path) == key
