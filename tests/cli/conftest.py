"""The command line, run in this process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from internationale.cli import cli
from internationale.plugins import Plugins


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``command("fr", "status", status=1)`` runs ``internationale --home <tmp>/fr status``, in English and without plugins."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([])))
    for name in ("LC_ALL", "LANG", "INTERNATIONALE_HOME"):
        monkeypatch.setenv(name, "C" if name != "INTERNATIONALE_HOME" else "")

    def run(home: str, *arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(cli, ["--home", str(tmp_path / home), *arguments], prog_name="internationale")
        assert result.exit_code == status, result.output + repr(result.exception)
        return result

    return run


@pytest.fixture
def joined(command: Callable[..., Result]) -> Callable[..., Result]:
    """``ic`` has founded, ``fr`` has joined."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en", "--hub", "nats://127.0.0.1:1")
    command("ic", "found")
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr", "--language", "br")
    command("fr", "section", "card", "--out", "fr.card")
    command("ic", "section", "admit", "fr.card", "--yes")
    command("fr", "join", "fr.invitation")
    return command


def plain(result: Result) -> Any:
    """What a command printed for programs."""
    return json.loads(result.stdout)
