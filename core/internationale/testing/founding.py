"""An International for tests: sections with keys, databases and a roster that names them all."""

import os
import secrets
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url

from internationale.events import card, roster
from internationale.events.keys import SigningKey
from internationale.events.signed import SignedDocument
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries, rules
from internationale.section import Section, utc_now
from internationale.settings import Settings, write_key

DATABASE = "INTERNATIONALE_TEST_DATABASE"
"""The environment variable that names a PostgreSQL maintenance database; unset: SQLite files."""
NAMES = {
    "ic": ("International Committee", ("en",)),
    "fr": ("Section française", ("fr",)),
    "ar": ("الفرع العربي", ("ar",)),
}
_PREPARED: dict[Hashable, tuple[tuple[str, Any], ...]] = {}
"""By kind of database, lineages and projections: the statements that make all tables."""


@contextmanager
def database(home: Path) -> Iterator[str]:
    """A fresh database, as a SQLAlchemy URL: a SQLite file, or a PostgreSQL database that is dropped at the end."""
    url = os.environ.get(DATABASE)
    if not url:
        yield f"sqlite:///{home / 'section.db'}"
        return
    name = f"internationale_{secrets.token_hex(8)}"
    maintenance = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with maintenance.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
        with maintenance.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        maintenance.dispose()


def begin(home: Path, code: str, url: str, *, hubs: Sequence[str] = ()) -> Settings:
    """Settings and key of a new section."""
    name, languages = NAMES.get(code, (f"Section {code}", ("en",)))
    settings = Settings(
        code=code, name=name, languages=languages, home=home, database=url, hubs=tuple(hubs), base_url="http://127.0.0.1"
    )
    write_key(settings.log_key, SigningKey.generate())
    return settings


def open_section(settings: Settings, plugins: Plugins | None, now: Callable[[], datetime] = utc_now) -> Section:
    """A prepared section."""
    section = Section.open(settings, plugins, now)
    prepare(section)
    return section


def prepare(section: Section) -> None:
    """``Section.prepare``. What that does to an empty database is noted once, and done again without Alembic: most of the time of
    many a test was spent on it.
    """
    engine = section.database.engine
    projections = tuple((each.name, each.version, tuple(each.tables)) for each in section.ledger.projections)
    key = (engine.dialect.name, tuple(section.plugins.folders("migrations").items()), projections)
    with engine.begin() as connection:
        empty = not inspect(connection).get_table_names()
        for statement, parameters in _PREPARED.get(key, ()) if empty else ():
            connection.exec_driver_sql(statement, parameters)
    if not empty or key in _PREPARED:
        section.prepare()
        return
    with _noting(engine) as done:
        section.prepare()
    _PREPARED[key] = tuple(done)


@contextmanager
def _noting(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """The statements with which a database is changed in this block."""
    done: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, _context: object, _many: bool) -> None:
        if not statement.lstrip().startswith(("SELECT", "PRAGMA", "SET")):
            done.append((statement, parameters))

    event.listen(engine, "after_cursor_execute", note)
    try:
        yield done
    finally:
        event.remove(engine, "after_cursor_execute", note)


def unite(sections: Sequence[Section], root: SigningKey | None = None) -> tuple[SignedDocument, ...]:
    """Found an International: the first is its committee, the others are admitted in order. Returns the chain of rosters."""
    root = root or SigningKey.generate()
    first, *others = sections
    chain = [rules.founding(card.verify(port.own_card(first)), root, (), first.now())]
    latest = roster.verify(None, chain[0])
    for other in others:
        version = rules.admitting(card.verify(port.own_card(other)), latest, root, first.now())
        if version is not None:
            chain.append(version)
            latest = roster.verify(latest, version)
    for section in sections:
        with section.writing() as session:
            port.adopt(session, chain, code=section.code, key=section.key.public, now=section.now())
    return tuple(chain)


def admit(committee: Section, newcomer: Section, root: SigningKey) -> tuple[SignedDocument, ...]:
    """One more section for an International that exists, with its only root key. Returns the chain of rosters."""
    with committee.writing() as session:
        latest = queries.latest(session)
        if latest is None:
            raise LookupError(f"{committee.code} belongs to no International")
        version = rules.admitting(card.verify(port.own_card(newcomer)), latest, root, committee.now())
        if version is not None:
            port.store_version(session, version, committee.now())
        chain = queries.chain(session)
    with newcomer.writing() as session:
        port.adopt(session, chain, code=newcomer.code, key=newcomer.key.public, now=newcomer.now())
    return chain
