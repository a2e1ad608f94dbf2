"""The help of every command in the language of the terminal: found by its own words, complete, within the width."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner, Result

from internationale.cli import cli
from internationale.cli.helping import CLICKS
from internationale.i18n.catalogs import read
from internationale.i18n.commands import WORDS, descriptions, flowing
from internationale.i18n.extraction import TARGETS, po_file
from internationale.kit import hookimpl
from internationale.plugins import Plugins

NAME = "internationale"
PLUGINS = ("members", "programme", "translation")
ISOLATES = re.compile("[\u2066-\u2069]")


def every(command: click.Command, context: click.Context) -> Iterator[tuple[click.Context, click.Command]]:
    yield context, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from every(below, click.Context(below, info_name=name, parent=context))


COMMANDS = {context.command_path: (context, command) for context, command in every(cli, click.Context(cli, info_name=NAME))}


def words(language: str, path: str) -> dict[str, str]:
    """The catalogs that a command speaks from."""
    known: dict[str, str] = {}
    for domain in ("core", *(name for name in path.split()[1:2] if name in PLUGINS)):
        known |= {str(each.id): str(each.string) for each in read(po_file(language, domain), language) if each.id}
    return known


def shown(language: str, *arguments: str) -> Result:
    return CliRunner(env={"LC_ALL": language}).invoke(cli, arguments, prog_name=NAME)


def page(language: str, path: str) -> str:
    result = shown(language, *path.split()[1:], "--help")
    assert result.exit_code == 0, result.output
    return result.output


def run_together(text: str) -> str:
    """Without spaces and marks: however it is wrapped."""
    return "".join(ISOLATES.sub("", text).split())


@pytest.mark.parametrize("path", COMMANDS)
def test_the_help_is_in_the_own_language(path: str) -> None:
    context, command = COMMANDS[path]
    helps = {each.help for each in command.get_params(context) if isinstance(each, click.Option) and each.help}
    sentences = [flowing(each) for each in (command.help, *sorted(helps)) if each]
    assert sentences
    english = page("C", path)
    assert english.startswith(f"Usage: {path} [OPTIONS]")
    assert all(run_together(each) in run_together(english) for each in sentences)
    for language in TARGETS:
        catalog, own = words(language, path), page(language, path)
        assert all(run_together(catalog[each]) in run_together(own) for each in sentences)
        assert not any(run_together(each) in run_together(own) for each in sentences)
        for option in (each for each in command.get_params(context) if isinstance(each, click.Option)):
            assert all(name in own for name in option.opts)
        assert [line for line in own.splitlines() if len(ISOLATES.sub("", line)) > 80] == []
        assert not re.search(r"\b(Usage|Options|Commands|default|required):", own.replace("Options\N{NO-BREAK SPACE}:", ""))


@pytest.mark.parametrize("path", [path for path, (_context, command) in COMMANDS.items() if isinstance(command, click.Group)])
def test_commands_are_listed_in_the_own_language(path: str) -> None:
    _context, group = COMMANDS[path]
    assert isinstance(group, click.Group)
    below = {name: command for name, (_above, command) in COMMANDS.items() if name.rpartition(" ")[0] == path}
    assert below
    for language in TARGETS:
        rows = dict(re.findall(r"^  ([\w-]+) +(\S.*)$", ISOLATES.sub("", page(language, path)), re.MULTILINE))
        for name, command in below.items():
            said = words(language, name)[flowing(command.help or "")]
            row = rows[name.rpartition(" ")[2]].removesuffix("...")
            assert run_together(said).startswith(run_together(row))


def test_every_word_for_what_is_put_in_is_in_the_catalogs() -> None:
    for path, (context, command) in COMMANDS.items():
        rows = [each.get_help_record(context) for each in command.get_params(context) if isinstance(each, click.Option)]
        pieces = [*command.collect_usage_pieces(context), *(row[0] for row in rows if row)]
        assert {word for piece in pieces for word in WORDS.findall(piece)} <= words("fr", path).keys()
    assert {each.id for each in CLICKS} <= words("fr", NAME).keys()


def test_what_is_read_from_the_right_keeps_options_and_lines_in_order() -> None:
    usage, line, *_rest = page("ar", f"{NAME} found").splitlines()
    assert usage == "\u2067الاستعمال:\u2069"
    assert line == f"  {NAME} found [OPTIONS]"
    assert "\u2067مع \u2066--root-card\u2069: اكتب هنا ما يوقّعونه." in page("ar", f"{NAME} found")


def test_a_group_alone_shows_its_help() -> None:
    for path in ("", "section"):
        alone = shown("fr", *path.split())
        assert alone.exit_code == 2
        assert alone.output == page("fr", f"{NAME} {path}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--nothing", "Il n’y a pas ici d’option « --nothing »."),
        ("nothing", "Il n’y a pas ici de commande « nothing »."),
        ("section lost", "Il n’y a pas ici de commande « lost ». Peut-être : list"),
        ("--home .", "Aucune commande n’est donnée."),
        ("status too much", "Ceci est en trop : too much"),
        ("hub run", "Il manque « --data »."),
        ("status --json=1", "« --json » ne prend pas de valeur."),
        ("section card --out", "« --out » demande 1 valeur."),
        ("roster propose hubs --certificate wss://a.example", "« --certificate » demande 2 valeurs."),
        ("bundle import gone", "FICHIER : « gone » n’existe pas."),
        ("bundle import .", "FICHIER : « . » ne peut pas être ouvert."),
        ("hub run --data . --port x", "« --port » est un nombre entier de 1 à 65535."),
        ("sealed --page 0", "« --page » est un nombre entier, au moins 1."),
        (
            "waiting list nothing",
            "« GENRE » ne peut être que l’un de ceux-ci : waiting, parked, void, failed, quarantined",
        ),
    ],
)
def test_what_is_mistyped_is_explained(arguments: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = shown("fr", *arguments.split())
    assert result.exit_code == 2
    usage, error = result.output.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert usage.startswith("Mode d’emploi : internationale")
    assert error == f"Erreur : {told}"


@pytest.fixture
def strike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody's plugin, written for plain click, with a catalog of its own."""
    catalog = tmp_path / "translations" / "fr" / "LC_MESSAGES" / "strike.po"
    catalog.parent.mkdir(parents=True)
    catalog.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n'
        '\nmsgid "Call a strike."\nmsgstr "Appeler à la grève."\n\nmsgid "The day."\nmsgstr "Le jour."\n',
        encoding="utf-8",
    )

    @click.command()
    @click.option("--day", help="The day.", required=True, envvar="DAY", show_envvar=True)
    @click.argument("place", metavar="CODE")
    def call(day: str, place: str) -> None:
        """Call a
        strike.
        """

    @hookimpl
    def commands(cli: click.Group) -> None:
        group = click.Group("strike", help="Not in any catalog.")
        group.add_command(call)
        cli.add_command(group)

    module = ModuleType("strike")
    vars(module)["commands"] = commands
    monkeypatch.setattr(Plugins, "installed", classmethod(lambda cls, off=(): cls([("strike", module)])))
    monkeypatch.setattr(Plugins, "folders", lambda self, folder: {"strike": tmp_path / folder})


def test_a_plugin_of_others_speaks_from_its_own_catalog(strike: None) -> None:
    own = page("fr", f"{NAME} strike call").replace("\N{NO-BREAK SPACE}", " ")
    assert own.splitlines() == [
        "Utilisation : internationale strike call [OPTIONS] CODE",
        "",
        "  Appeler à la grève.",
        "",
        "Options :",
        "  --day TEXTE  Le jour.  [environnement : DAY; obligatoire]",
        "  -h, --help   Afficher cette aide et quitter.",
    ]
    assert "Not in any catalog." in page("fr", f"{NAME} strike")


@pytest.mark.parametrize(
    ("language", "begins"),
    [("fr_FR.UTF-8", "Utilisation\N{NO-BREAK SPACE}: internationale "), ("ar_TN.UTF-8", "\u2067الاستعمال:"), ("C", "Usage: ")],
)
def test_a_terminal_shows_it(language: str, begins: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "internationale", "--help"],
        env={**os.environ, "LC_ALL": language, "PYTHONUTF8": "0" if language == "C" else "1"},
        capture_output=True,
        check=True,
    ).stdout
    assert told.decode().startswith(begins)
    assert told.isascii() is (language == "C")


def test_words_are_found_where_they_stand() -> None:
    source = '''
import click

@click.group()
def all(): """What a group says."""

@all.command("one")
@click.option("--out", metavar="PAPER", help="Into "
    "this.")
@click.argument("card")
def one(out, card):
    """One thing.

    And
    another.
    """

def helper():
    """Not for people."""
'''
    found = ["What a group says.", "One thing.\n\nAnd another.", "Into this.", "PAPER", "CARD"]
    assert sorted(descriptions(source)) == sorted(found)
    assert list(descriptions(source.replace("import click", ""))) == []


@pytest.fixture
def passphrases(command: Callable[..., Result]) -> Callable[[str], Result]:
    """Making a root key while this is typed, in French."""
    return lambda typed: CliRunner(env={"LC_ALL": "fr"}).invoke(cli, ["key", "new-root", "--holder", "Office"], input=typed)


def test_a_new_passphrase_is_asked_for_in_the_own_language(passphrases: Callable[[str], Result]) -> None:
    told = passphrases("a long secret 1\na long secret 2\na long secret 3\na long secret 3\n")
    assert told.exit_code == 0, told.output
    assert told.output.count("Encore une fois, pour confirmer") == 2
    assert "Ce ne sont pas les mêmes." in told.output
