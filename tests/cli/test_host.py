"""``status``, ``plugins``, help, and what is said to those who mistype."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from internationale.cli import OURS, cli
from internationale.events import keys
from internationale.events.heads import Head, Heads
from internationale.events.signed import SignedDocument
from internationale.plugins import Plugins
from internationale.rooms.roster.port import store_heads
from internationale.settings import load, read_key
from internationale.testing.founding import open_section

from .conftest import plain

Command = Callable[..., Result]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found, context = [], click.Context(group)
    for name in OURS if group is cli else group.list_commands(context):
        each = group.get_command(context, name)
        found.append((*path, name))
        if isinstance(each, click.Group):
            found += commands(each, (*path, name))
    return found


@pytest.mark.parametrize("path", commands(cli), ids=" ".join)
def test_every_command_explains_itself(command: Command, path: tuple[str, ...]) -> None:
    usage, empty, *explained = command("nowhere", *path, "--help").output.splitlines()
    assert usage.startswith("Usage: internationale")
    assert (empty, explained[0].startswith("  "), explained[0].strip() != "") == ("", True, True)


def test_status_shows_everything_and_hides_the_password(joined: Command, tmp_path: Path) -> None:
    state = plain(joined("fr", "status", "--json"))
    assert (state["code"], state["logs"], state["hubs"], state["federation"]["version"]) == (
        "fr",
        {},
        [{"hub": "nats://127.0.0.1:1", "unsent": 0}],
        2,
    )
    assert state["counts"] == dict.fromkeys(["waiting", "void", "failed", "parked", "quarantined", "refused", "forks"], 0)
    assert state["problems"] == []


def test_a_section_that_forgot_what_it_said_is_told_so(joined: Command, tmp_path: Path) -> None:
    assert plain(joined("fr", "status", "--json"))["own_log"] == {"here": 0, "elsewhere": 0}
    section = open_section(load(tmp_path / "fr", {}), Plugins([]))
    committee = read_key(load(tmp_path / "ic", {}).log_key)
    heads = Heads(section="ic", time=section.now(), roster=2, heads={"fr": Head(epoch=1, sequence=3, hash="a" * 64)})
    with section.writing() as session:
        assert store_heads(session, SignedDocument.seal(keys.HEADS, heads, committee), section.now())
    section.close()
    said = joined("fr", "status", status=1).output
    assert "0 events are here; others have signed to hold 3" in said
    assert "behind its own log: 0 of its events are here, and others hold 3" in said


def test_a_plugin_that_is_set_aside_is_a_problem(joined: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([], broken={"lost": "ImportError()"})))
    assert "Plugin lost is set aside: ImportError()" in joined("fr", "status", status=1).output
    assert "lost" in joined("fr", "plugins", status=1).output


def test_plugins_are_listed_with_those_that_are_off_left_out(tmp_path: Path) -> None:
    (tmp_path / "section.toml").write_text('code = "fr"\nname = "x"\nlanguages = ["fr"]\noff = ["actions"]\n', encoding="utf-8")
    said = CliRunner().invoke(cli, ["--home", str(tmp_path), "plugins"]).output
    assert ("programme" in said, "actions" in said) == (True, False)


def test_no_section_here_is_misuse(command: Command) -> None:
    for arguments in (("status",), ("run",), ("log", "verify"), ("section", "list"), ("found",)):
        assert "There is no section here" in command("nowhere", *arguments, status=2).output


def test_wrong_settings_are_misuse(joined: Command, tmp_path: Path) -> None:
    file = tmp_path / "fr" / "section.toml"
    file.write_text("prot = 1\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    assert "Did you mean “port”?" in joined("fr", "status", status=2).output


def test_what_does_not_exist_is_misuse(command: Command) -> None:
    assert "No such command 'nonsense'" in command("nowhere", "nonsense", status=2).output


def test_the_home_may_stand_in_the_environment(joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERNATIONALE_HOME", str(tmp_path / "fr"))
    result = CliRunner().invoke(cli, ["section", "list"])
    assert (result.exit_code, "Section française" in result.output) == (0, True)


def test_a_database_of_a_newer_version_is_left_alone(joined: Command, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/fr/section.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE roster_alembic_version SET version_num = 'roster_9999'"))
    for arguments in (("status",), ("run",)):
        assert "newer version of this software" in joined("fr", *arguments, status=2).output
    engine.dispose()
