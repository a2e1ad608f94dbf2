"""A backup is whole and marked or not there at all, and put back it is what it was, whatever lies beside its place."""

import fcntl
import shutil
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

import internationale_members
from internationale import i18n
from internationale.cli import using
from internationale.kit import Reader, Utterance
from internationale.ledger import copies, reasons
from internationale.ledger.reasons import WORDS, Lasting
from internationale.plugins import Plugins
from internationale.settings import whole
from internationale.testing import notes

from .conftest import number, opened, plain

Command = Callable[..., Result]


@pytest.fixture
def life(joined: Command, with_notes: None, tmp_path: Path, member: Callable[..., Reader]) -> Callable[..., None]:
    """``life("one", "two", crash=True)``: ``fr`` says these notes. ``crash``: as a power cut leaves it, with SQLite's log."""

    def lived(*texts: str, crash: bool = False) -> None:
        section = opened(tmp_path / "fr")
        for text in texts:
            with section.writing() as session:
                section.publish(session, Utterance(notes.Written(text=text)), by=member(section))
        left = {file: file.read_bytes() for file in (tmp_path / "fr").glob("section.db*")} if crash else {}
        section.close()
        for file, content in left.items():
            file.write_bytes(content)

    return lived


def mark(file: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT reason FROM ledger_fence").fetchall()


def said(home: Path) -> int:
    section = opened(home)
    try:
        return number(section, "fr")
    finally:
        section.close()


def crashed(home: Path) -> Path:
    log = home / "section.db-wal"
    assert log.stat().st_size > 0
    return log


def test_a_backup_has_its_name_when_it_is_whole_and_marked(joined: Command, life: Callable[..., None], tmp_path: Path) -> None:
    life("one")
    there: list[bool] = []
    with pytest.MonkeyPatch.context() as watching:
        watching.setattr(whole, "sync", lambda path: there.append((tmp_path / "b.db").exists()))
        joined("fr", "backup", "b.db")
    assert there == [False, True]  # its content, then its name
    assert mark(tmp_path / "b.db") == [("restored",)]
    assert (tmp_path / "b.db").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("b.db?*")) == []


def test_what_a_killed_backup_has_left_goes_with_the_next_one_and_with_the_next_start(
    joined: Command, life: Callable[..., None], tmp_path: Path
) -> None:
    """People's data is in it, perhaps without the mark."""
    life("one")
    for left in ("b.db.0123abcd.part", "b.db.0123abcd.part-journal", "fr/c.db.0123abcd.part"):
        (tmp_path / left).write_text("rosa", encoding="utf-8")
    joined("fr", "backup", "b.db")
    assert list(tmp_path.glob("*.part*")) == []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with (tmp_path / "fr" / "section.toml").open("a") as settings:
            settings.write(f"port = {taken.getsockname()[1]}\n")
        joined("fr", "run", status=2)
    assert list((tmp_path / "fr").glob("*.part*")) == []


def test_a_backup_that_was_interrupted_is_not_there(
    joined: Command, life: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: object, **_options: object) -> None:
        assert not (tmp_path / "b.db").exists()
        raise OSError("the power went")

    monkeypatch.setattr(reasons, "put_back", interrupted)
    assert "the power went" in joined("fr", "backup", "b.db", status=2).output
    assert list(tmp_path.glob("b.db*")) == []


def test_a_backup_put_in_its_place_by_hand_is_not_mixed_with_what_was_there(
    joined: Command, life: Callable[..., None], tmp_path: Path
) -> None:
    """The crashed database's log is still beside it: SQLite would play it over the backup."""
    life("one")
    joined("fr", "backup", "b.db")
    joined("fr", "fence", "close")
    joined("fr", "fence", "open", "--confirm", "fr")
    life("two", "three", crash=True)
    log = crashed(tmp_path / "fr").read_bytes()
    shutil.copy(tmp_path / "b.db", tmp_path / "fr" / "section.db")
    assert plain(joined("fr", "fence", "show", "--json"))["reason"] == "restored"
    assert said(tmp_path / "fr") == 1
    assert (tmp_path / "fr" / "section.db-wal.former").read_bytes() == log


def test_what_a_crash_leaves_beside_its_own_database_is_kept(joined: Command, life: Callable[..., None], tmp_path: Path) -> None:
    life("one")
    life("two", crash=True)
    crashed(tmp_path / "fr")
    assert said(tmp_path / "fr") == 2
    assert list((tmp_path / "fr").glob("*.former*")) == []


def test_a_database_says_that_it_keeps_a_log_before_there_is_anything_in_it(tmp_path: Path) -> None:
    """Whether it is new or a copy of ours that is opened for the first time: so only another's log is ever set aside."""
    for file in (tmp_path / "new.db", tmp_path / "copy.db"):
        with closing(sqlite3.connect(file)) as connection:
            for statement in ("PRAGMA journal_mode=WAL", "CREATE TABLE a (b)", "INSERT INTO a VALUES (1)"):
                connection.execute(statement)
                assert copies.set_foreign_log_aside(file) is None
            connection.commit()
            assert file.with_name(f"{file.name}-wal").stat().st_size > 0
            assert copies.set_foreign_log_aside(file) is None
            if file.name == "new.db":
                copies.copy(file, tmp_path / "copy.db")
                with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
                    copy.execute("DROP TABLE a")
                    copy.commit()


@pytest.fixture
def backed_up(joined: Command, life: Callable[..., None]) -> None:
    """``fr`` said one thing, was copied, said two more, and crashed."""
    life("one")
    joined("fr", "backup", "b.db")
    life("two", "three", crash=True)


@pytest.mark.usefixtures("backed_up")
def test_restore_puts_it_in_place_and_keeps_the_former_one(joined: Command, tmp_path: Path) -> None:
    home = tmp_path / "fr"
    for left in ("section.db.0123abcd.part", "section.db.0123abcd.part-wal"):  # one before this was killed
        (home / left).write_text("rosa", encoding="utf-8")
    former = {name: (home / f"section.db{name}").read_bytes() for name in ("", "-wal")}
    told = joined("fr", "restore", "b.db", "--yes").output
    assert "section.db.former" in told
    assert "fence open" in told
    assert {name: (home / f"section.db.former{name}").read_bytes() for name in ("", "-wal")} == former
    assert sorted(file.name for file in home.glob("section.db*")) == ["section.db", "section.db.former", "section.db.former-wal"]
    assert (home / "section.db").stat().st_mode & 0o777 == 0o600
    assert plain(joined("fr", "fence", "show", "--json"))["reason"] == "restored"
    assert said(home) == 1
    with closing(sqlite3.connect(home / "section.db.former")) as connection:
        assert connection.execute("SELECT count(*) FROM ledger_event").fetchone() == (3,)


@pytest.mark.usefixtures("backed_up")
def test_status_says_why_the_section_is_silent(joined: Command) -> None:
    words = i18n.word(WORDS[Lasting.RESTORED], "en")
    assert words not in joined("fr", "status").output
    joined("fr", "restore", "b.db", "--yes")
    assert words in joined("fr", "status", status=1).output
    assert words in plain(joined("fr", "status", "--json", status=1))["problems"]


def test_nobody_comes_back_in_with_a_restored_database(joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([("members", internationale_members)])))
    joined("fr", "members", "add", "rosa", "--role", "secretary")
    joined("fr", "members", "add", "spy")
    joined("fr", "backup", "b.db")
    joined("fr", "members", "disable", "spy")
    joined("fr", "restore", "b.db", "--yes")
    people = {line.split("\t")[0]: line for line in joined("fr", "members", "list").output.splitlines()}
    assert ("closed" in people["spy"], "closed" in people["rosa"]) == (True, False)
    assert "Everybody has to sign in anew" in joined("fr", "status", status=1).output
    joined("fr", "fence", "open", "--confirm", "fr")
    with closing(sqlite3.connect(tmp_path / "fr" / "section.db")) as connection:
        assert connection.execute("SELECT count(*) FROM members_link").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM members_reverted WHERE copied_at IS NOT NULL").fetchone() == (1,)


@pytest.mark.parametrize("way", ["restore", "fence close"])
def test_each_time_a_database_is_put_back_it_is_heard(
    joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Also from a plain copy of one that was put back before, and waits still."""
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([("members", internationale_members)])))
    joined("fr", "backup", "b.db")
    joined("fr", "restore", "b.db", "--yes")
    joined("fr", "members", "add", "rosa")
    shutil.copy(tmp_path / "fr" / "section.db", tmp_path / "plain.db")
    joined("fr", *({"restore": ("restore", "plain.db", "--yes"), "fence close": ("fence", "close")}[way]))
    with closing(sqlite3.connect(tmp_path / "fr" / "section.db")) as connection:
        assert connection.execute("SELECT count(*) FROM members_account").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM members_link").fetchone() == (0,)
        assert connection.execute("SELECT copied_at FROM members_reverted").fetchall() == [(None,)]


def test_who_only_believes_everybody_again_signs_nobody_out(
    joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([("members", internationale_members)])))
    joined("fr", "members", "add", "rosa")
    joined("fr", "fence", "close", "--believe")
    assert plain(joined("fr", "fence", "show", "--json"))["reason"] == "restored"
    with closing(sqlite3.connect(tmp_path / "fr" / "section.db")) as connection:
        assert connection.execute("SELECT count(*) FROM members_link").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM members_reverted").fetchone() == (0,)


@pytest.mark.usefixtures("backed_up")
def test_a_database_behind_a_link_is_restored_where_it_is(joined: Command, tmp_path: Path) -> None:
    there = tmp_path / "disk"
    there.mkdir()
    for file in (tmp_path / "fr").glob("section.db*"):
        file.rename(there / file.name)
    (tmp_path / "fr" / "section.db").symlink_to(there / "section.db")
    joined("fr", "restore", "b.db", "--yes")
    assert (tmp_path / "fr" / "section.db").is_symlink()
    assert sorted(file.name for file in there.iterdir()) == ["section.db", "section.db.former", "section.db.former-wal"]
    assert said(tmp_path / "fr") == 1


@pytest.mark.usefixtures("backed_up")
@pytest.mark.parametrize("point", ["before", "after"])
def test_whatever_interrupts_restore_one_of_the_two_is_there(
    joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    replaced = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if point == "after":
            replaced(self, target)
        raise OSError("the power went")

    with monkeypatch.context() as cut:
        cut.setattr(Path, "replace", interrupted)
        joined("fr", "restore", "b.db", "--yes", status=2)
    assert said(tmp_path / "fr") == {"before": 3, "after": 1}[point]
    assert plain(joined("fr", "fence", "show", "--json"))["silent"] is (point == "after")


@pytest.mark.usefixtures("backed_up")
def test_a_plain_copy_that_is_restored_begins_silent_too(joined: Command, tmp_path: Path) -> None:
    for beside in ("", "-wal"):
        shutil.copy(tmp_path / "fr" / f"section.db{beside}", tmp_path / f"plain.db{beside}")
    joined("fr", "restore", "plain.db", "--yes")
    assert plain(joined("fr", "fence", "show", "--json"))["reason"] == Lasting.RESTORED
    assert said(tmp_path / "fr") == 3
    assert sorted(file.name for file in tmp_path.glob("plain.db*")) == ["plain.db", "plain.db-wal"]


@pytest.mark.usefixtures("backed_up")
def test_restore_takes_a_damaged_databases_place(joined: Command, tmp_path: Path) -> None:
    (tmp_path / "fr" / "section.db").write_bytes(b"\xff" * 8192)
    joined("fr", "restore", "b.db", "--yes")
    assert said(tmp_path / "fr") == 1


@pytest.mark.usefixtures("backed_up")
def test_restore_asks_first(joined: Command, tmp_path: Path) -> None:
    joined("fr", "restore", "b.db", status=1)
    assert said(tmp_path / "fr") == 3


@pytest.mark.usefixtures("backed_up")
def test_restore_keeps_off_a_running_section(joined: Command, tmp_path: Path) -> None:
    with (tmp_path / "fr" / using.FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert "is running" in joined("fr", "restore", "b.db", "--yes", status=1).output
        joined("fr", "fence", "show")
    with (tmp_path / "fr" / using.FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "being restored" in joined("fr", "fence", "show", status=1).output
    assert said(tmp_path / "fr") == 3


@pytest.mark.usefixtures("backed_up")
def test_restore_takes_no_other_file(joined: Command, tmp_path: Path) -> None:
    joined("ic", "backup", "ic.db")
    (tmp_path / "text").write_text("Bread and roses. " * 100, encoding="utf-8")
    (tmp_path / "empty").touch()
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE a (b)")
    cut = (tmp_path / "b.db").read_bytes()
    (tmp_path / "cut.db").write_bytes(cut[: len(cut) // 2])
    before = sorted(file.name for file in (tmp_path / "fr").iterdir())
    for file, why in (
        ("nowhere", "no such file"),
        ("text", "damaged"),
        ("empty", "not the database of a section"),
        ("other.db", "not the database of a section"),
        ("cut.db", "damaged"),
    ):
        assert why in joined("fr", "restore", file, "--yes", status=2).output
    assert {*(file.name for file in (tmp_path / "fr").iterdir())} == {*before, using.FILE}
    assert said(tmp_path / "fr") == 3


def test_restore_takes_no_other_sections_database(joined: Command, life: Callable[..., None], tmp_path: Path) -> None:
    joined("it", "init", "it", "--name", "Italia", "--language", "it")
    joined("ic", "backup", "ic.db")
    assert "it is another section's" in joined("it", "restore", "ic.db", "--yes", status=2).output
    assert list((tmp_path / "it").glob("section.db?*.part*")) == []
    assert plain(joined("it", "fence", "show", "--json"))["silent"] is False
