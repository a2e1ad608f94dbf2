"""Files that are there whole or not at all."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


def test_another_is_taken_the_place_of_by_a_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could read it still can; and where there is no room it stays."""
    file = tmp_path / "file"
    file.write_text("former", encoding="utf-8")
    file.chmod(0o640)
    (tmp_path / "link").symlink_to(file)
    with whole.instead(tmp_path / "link") as part:
        part.write_text("new", encoding="utf-8")
        assert file.read_text(encoding="utf-8") == "former"
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("new", 0o640)
    assert (tmp_path / "link").is_symlink()
    monkeypatch.setattr(whole, "sync", full)
    with pytest.raises(OSError, match="No space"), whole.instead(file) as part:
        part.write_text("newer", encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == {"file": "new", "link": "new"}


def test_of_a_key_for_which_there_is_no_room_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = tmp_path / "keys" / "log.key", SigningKey.generate()
    with monkeypatch.context() as filled:
        filled.setattr(whole, "sync", full)
        with pytest.raises(OSError, match="No space"):
            settings.write_key(path, key)
    assert list(path.parent.iterdir()) == []
    settings.write_key(path, key)
    assert settings.read_key(path) == key


@contextmanager
def writing(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes this file, and does not come to an end with it."""
    words = """
import pathlib, sys, time
from internationale.settings import whole
with whole.fresh(pathlib.Path(sys.argv[1])) as part:
    part.write_text("rosa")
    print(part.name, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", words, str(file)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_a_killed_one_has_left_goes_with_the_next_of_its_name_and_not_while_it_writes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with writing(file) as other:
        assert other.stdout is not None
        part = tmp_path / other.stdout.readline().strip()
        assert whole.clear(tmp_path) == []
        with whole.fresh(file):
            pass
        assert sorted(tmp_path.iterdir()) == [file, part]
        other.kill()
        other.wait()
        (tmp_path / f"{part.name}-journal").touch()
        file.unlink()
        with whole.fresh(file):
            pass
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_goes_that_is_not_called_so(tmp_path: Path) -> None:
    kept = {
        "file.part",
        "file.0123ABCD.part",
        "file.0123abcd.part.old",
        "file.0123abcd.partly",
        "0123abcd.part",
        "file.0123abcde.part",
    }
    others = {"other.0123abcd.part", "file.more.0123abcd.part"}
    for name in {*kept, *others, "file.0123abcd.part", "file.4567abcd.part-wal"}:
        (tmp_path / name).touch()
    (tmp_path / "file.89abcdef.part").mkdir()
    (tmp_path / "file.00000000.part").symlink_to(tmp_path / "file.part")
    stays = {"file.89abcdef.part", "file.00000000.part", *kept}
    whole.clear(tmp_path, "file")
    assert {path.name for path in tmp_path.iterdir()} == {*stays, *others}
    assert whole.clear(tmp_path) == sorted(tmp_path / name for name in others)
    assert {path.name for path in tmp_path.iterdir()} == stays
    assert whole.clear(tmp_path / "missing") == []
