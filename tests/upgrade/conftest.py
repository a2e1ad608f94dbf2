"""Sections as the release before left them, opened by the code of today; and builds that know more or less than each other."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from internationale import settings
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing.databases import database

BEFORE = Path(__file__).parent / "before"


def restore(url: str, code: str) -> None:
    """Put what the release before wrote into an empty database."""
    kind = make_url(url).get_backend_name()
    written = (BEFORE / kind / code / "section.sql").read_text(encoding="utf-8")
    if kind == "sqlite":
        connection = sqlite3.connect(make_url(url).database or "")
        connection.executescript(written)
        connection.close()
        return
    engine = create_engine(url)
    with engine.begin() as opened:
        opened.connection.cursor().execute(written)
    engine.dispose()


def home_of(folder: Path, kind: str, code: str) -> Path:
    """A home with the settings and keys of then."""
    home = folder / code
    shutil.copytree(BEFORE / kind / code, home, ignore=shutil.ignore_patterns("*.sql"))
    for key in (home / "keys").iterdir():
        key.chmod(0o600)
    return home


@pytest.fixture
def left_behind(tmp_path: Path) -> Iterator[Callable[[str], Settings]]:
    """``left_behind("fr")``: settings of a section with the database that the release before wrote, and no more."""
    with ExitStack() as stack:

        def take(code: str) -> Settings:
            (tmp_path / "databases" / code).mkdir(parents=True)
            url = stack.enter_context(database(tmp_path / "databases" / code))
            restore(url, code)
            home = home_of(tmp_path, make_url(url).get_backend_name(), code)
            return replace(settings.load(home, {}), database=url, hubs=())

        yield take


@pytest.fixture
def opened(left_behind: Callable[[str], Settings]) -> Iterator[Callable[[str], Section]]:
    """``opened("fr")``: such a section, brought up to date."""
    with ExitStack() as stack:

        def take(code: str) -> Section:
            section = Section.open(left_behind(code))
            stack.callback(section.close)
            section.prepare()
            return section

        yield take
