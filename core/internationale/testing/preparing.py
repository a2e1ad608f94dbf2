"""Making a section's tables, on which most of the time of many a test was spent: once with Alembic, and then only copied."""

import atexit
import shutil
from collections.abc import Hashable
from pathlib import Path

from sqlalchemy import create_engine, delete
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from internationale.ledger.database import file
from internationale.rooms.roster.rows import SecretRow
from internationale.section import Section
from internationale.testing import databases

_FILES: dict[Hashable, bytes] = {}
"""By lineages and projections: the SQLite file that ``Section.prepare`` made where there was nothing."""
_TEMPLATES: dict[Hashable, str] = {}
"""The same on PostgreSQL: the name of such a database."""


def prepare(section: Section) -> None:
    """``Section.prepare``. Where there is no database yet, the first of its kind is made so, and the others begin as its copies:
    all that is in it, but for the mark of its secret, is the same for each.
    """
    url = section.database.engine.url.render_as_string(hide_password=False)
    if databases.exists(url):
        section.prepare()
        return
    projections = tuple((each.name, each.version, tuple(each.tables)) for each in section.ledger.projections)
    kind = (tuple(section.plugins.folders("migrations").items()), projections)
    if (path := file(url)) is not None:
        _prepare_file(section, path, kind)
    else:
        _prepare_database(section, url, kind)


def _prepare_file(section: Section, path: Path, kind: Hashable) -> None:
    if kind in _FILES:
        path.touch(0o600)
        path.write_bytes(_FILES[kind])
        section.prepare()
        return
    section.prepare()
    section.database.dispose()
    shutil.copy(path, copied := path.with_name("prepared.db"))
    _forget_secret(f"sqlite:///{copied}")
    _FILES[kind] = copied.read_bytes()
    copied.unlink()


def _prepare_database(section: Section, url: str, kind: Hashable) -> None:
    own = make_url(url).database
    databases.create(own, _TEMPLATES.get(kind))
    section.prepare()
    if kind in _TEMPLATES:
        return
    section.database.dispose()
    databases.create(template := databases.new_name(), own)
    atexit.register(databases.drop, template)
    _forget_secret(make_url(url).set(database=template).render_as_string(hide_password=False))
    _TEMPLATES[kind] = template


def _forget_secret(url: str) -> None:
    """Each has its own."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(delete(SecretRow))
    engine.dispose()
