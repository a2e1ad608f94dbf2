"""Lineages of scripts: what is behind is brought up to date, what is not is left alone, and Alembic with it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect

from internationale.errors import Misconfigured
from internationale.ledger import database, migrate

SCRIPT = """
import sqlalchemy as sa
from alembic import op

{revision}
{before}

def upgrade():
    op.create_table("{table}", sa.Column("id", sa.Integer(), primary_key=True))
"""


def write(folder: Path, name: str, revision: str, before: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(SCRIPT.format(revision=revision, before=before, table=f"own_{name}"), encoding="utf-8")


@pytest.fixture
def upgraded(fresh_database: Callable[[], str], tmp_path: Path) -> Callable[[], list[str]]:
    """``upgraded()``: the owner's tables after its scripts were run."""
    url = fresh_database()

    def upgrade() -> list[str]:
        opened = database.connect(url)
        try:
            with opened.engine.begin() as connection:
                migrate.upgrade(connection, {"own": tmp_path / "scripts"})
                tables = inspect(connection).get_table_names()
        finally:
            opened.dispose()
        return sorted(name for name in tables if name.startswith("own_") and name != "own_alembic_version")

    return upgrade


@pytest.mark.parametrize(
    ("revision", "before"),
    [
        ('revision = "a_later"', 'down_revision = "m_first"'),
        ('revision: str = "a_later"', 'down_revision: str | None = "m_first"'),
        ('revision = "a_" + "later"', 'down_revision = "m_first"'),
        ('revision = "a_later"', 'down_revision = ("m_first",)'),
    ],
)
def test_what_comes_later_is_run_however_it_is_named_and_written(upgraded, tmp_path: Path, revision: str, before: str) -> None:
    write(tmp_path / "scripts", "first", 'revision = "m_first"', "down_revision = None")
    assert upgraded() == upgraded() == ["own_first"]
    write(tmp_path / "scripts", "again", revision, before)
    assert upgraded() == upgraded() == ["own_again", "own_first"]


def test_tables_of_a_newer_version_are_refused(upgraded, tmp_path: Path) -> None:
    write(tmp_path / "scripts", "first", 'revision = "m_first"', "down_revision = None")
    write(tmp_path / "scripts", "later", 'revision = "m_later"', 'down_revision = "m_first"')
    assert upgraded() == ["own_first", "own_later"]
    (tmp_path / "scripts" / "later.py").unlink()
    with pytest.raises(Misconfigured):
        upgraded()


def test_a_start_with_nothing_to_migrate_holds_neither_alembic_nor_the_websocket_library(fresh_database) -> None:
    """Together they were 18 of the 145 MiB of an instance at rest."""
    program = """
import sys
import internationale.worker
from internationale.bus.nats import NatsBus
from internationale.ledger import database, migrate

with database.connect(sys.argv[1]).engine.begin() as connection:
    migrate.upgrade(connection, {})
print("alembic" in sys.modules, "aiohttp.client" in sys.modules)
"""
    url = fresh_database()
    said = [subprocess.check_output([sys.executable, "-c", program, url], text=True).strip() for _start in range(2)]
    assert said == ["True False", "False False"]
