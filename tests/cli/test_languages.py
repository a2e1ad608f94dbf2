"""The command line's own words in the language of the terminal: questions, refusals, what was mistyped."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from internationale.bus import connecting
from internationale.cli import cli

Command = Callable[..., Result]


@pytest.fixture
def say(joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``say("fr", "n", "section", "admit", …)``: what the command line of ``ic`` says in a language, after an answer."""
    monkeypatch.setattr(connecting, "TIMEOUT", 0.05)

    def run(language: str, answer: str, *arguments: str) -> Result:
        return CliRunner(env={"LC_ALL": language}).invoke(cli, ["--home", str(tmp_path / "ic"), *arguments], input=answer)

    return run


@pytest.mark.parametrize(
    ("language", "asks", "no", "yes"),
    [("C", "[y/N]", "Aborted!", "yes"), ("fr", "[o/N]", "Abandonné", "oui"), ("ar", "[ن/لا]", "أُلغي", "نعم")],
)
def test_yes_and_no_are_said_in_the_own_language(say: Callable[..., Result], language: str, asks: str, no: str, yes: str) -> None:
    admit = ("section", "admit", "fr.card", "--unasked")
    for answer in ("\n", "no\n", "?\n", ""):
        refused = say(language, answer, *admit)
        assert asks in refused.output
        assert no in refused.output
        assert refused.exit_code == 1
    for answer in (yes, yes[0], "y", yes.upper()):
        assert say(language, f"{answer}\n", *admit).exit_code == 0


def test_what_is_mistyped_is_said_in_the_own_language(say: Callable[..., Result]) -> None:
    missing = say("fr", "", "section", "admit")
    assert missing.exit_code == 2
    assert missing.output.splitlines() == [
        "Mode d’emploi\N{NO-BREAK SPACE}: cli section admit --help",
        "Erreur\N{NO-BREAK SPACE}: Il manque «\N{NO-BREAK SPACE}FICHE\N{NO-BREAK SPACE}».",
    ]
    unknown = say("ar", "", "status", "--jsn")
    assert "--jsn" in unknown.output
    assert unknown.output.splitlines()[1].startswith("خطأ: ")
    assert "Erreur\N{NO-BREAK SPACE}: " in say("fr", "", "section", "nothing").output
    gone = say("fr", "", "roster", "show", "gone.file").output
    assert gone == "Erreur\N{NO-BREAK SPACE}: gone.file: Ce fichier n’existe pas.\n"
    english = say("C", "", "section", "admit").output
    assert english.startswith("Usage: ")
