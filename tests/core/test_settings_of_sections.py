"""The sections in ``sections/`` are real: their settings load, and nothing of them collides."""

from pathlib import Path

import pytest

from internationale import settings

SECTIONS = Path(__file__).parents[2] / "sections"
HOMES = sorted(path.parent for path in SECTIONS.glob("*/section.toml"))


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)
def test_each_loads_and_is_named_like_its_folder(home: Path) -> None:
    assert settings.load(home, {}).code == home.name


def test_they_can_run_beside_one_another() -> None:
    loaded = [settings.load(home, {}) for home in HOMES]
    assert {section.code for section in loaded} >= {"ar", "fr", "ic"}
    for distinct in (lambda section: section.port, lambda section: section.name, lambda section: section.base_url):
        assert len({distinct(section) for section in loaded}) == len(loaded)


def test_no_key_and_no_database_is_in_the_repository() -> None:
    ignored = (SECTIONS.parent / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"sections/*/keys/", "sections/*/section.db*"} <= set(ignored)


def test_the_readme_explains_every_setting() -> None:
    readme = (SECTIONS / "README.md").read_text(encoding="utf-8")
    missing = [name for name in settings.KEYS if f"`{name}`" not in readme and name != "plugins"]
    assert (missing, "`[plugins.<name>]`" in readme) == ([], True)
