"""What the READMEs promise is there: every hook with its arguments, every command, every folder's chapter."""

import inspect
import re
import tomllib
from pathlib import Path

import click
import pytest

from internationale.cli import OURS, cli
from internationale.kit import hookspecs

REPOSITORY = Path(__file__).parents[2]
CHAPTERS = [REPOSITORY / name / "README.md" for name in ("core", "plugins", "sections", "translations", "tests", "deploy")]


def hooks() -> dict[str, str]:
    found = {name: hook for name, hook in vars(hookspecs).items() if hasattr(hook, "internationale_spec")}
    return {name: f"`{name}({', '.join(inspect.signature(hook).parameters)})`" for name, hook in found.items()}


def commands(group: click.Group, words: tuple[str, ...] = ()) -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in OURS if group is cli else group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        here = (*words, name)
        found |= commands(command, here) if isinstance(command, click.Group) else {" ".join(here): command}
    return found


def test_every_hook_is_in_the_plugin_book_with_its_arguments() -> None:
    listed = re.findall(
        r"^\| (`\w+\(.*?\)`) \|", (REPOSITORY / "plugins" / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(hooks().values())


@pytest.mark.parametrize("name", sorted(hooks()))
def test_every_hook_is_a_page_of_prose(name: str) -> None:
    assert len((getattr(hookspecs, name).__doc__ or "").split()) > 10


@pytest.mark.parametrize("name", sorted(commands(cli)))
def test_every_command_has_help_and_is_in_a_readme(name: str) -> None:
    readmes = "".join(path.read_text(encoding="utf-8") for path in [REPOSITORY / "README.md", *CHAPTERS])
    assert commands(cli)[name].help
    assert re.search(rf"\b{name}\b", readmes), f"“internationale {name}” is in no README"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.parent.name)
def test_links_between_the_chapters_lead_somewhere(chapter: Path) -> None:
    for path in (REPOSITORY / "README.md", chapter):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_no_two_files_come_to_one_place_in_the_wheel() -> None:
    wheel = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    left_out = {REPOSITORY / name.strip("/") for name in wheel["exclude"]}
    roots = [REPOSITORY / folder for folder, inside in wheel["sources"].items() if inside == ""]
    names = [path.name for root in roots for path in root.iterdir() if path not in left_out and path.name != "__pycache__"]
    assert len(roots) == 2
    assert sorted(names) == sorted(set(names))
