"""Databases for tests: SQLite files, or those of a PostgreSQL server that ``INTERNATIONALE_TEST_DATABASE`` names."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from internationale.ledger.database import file

DATABASE = "INTERNATIONALE_TEST_DATABASE"
"""The environment variable that names a PostgreSQL maintenance database; unset: SQLite files."""


@contextmanager
def place(home: Path) -> Iterator[str]:
    """Where a database may be made, as a SQLAlchemy URL. It is not there yet; one on PostgreSQL is dropped at the end."""
    if not (server := os.environ.get(DATABASE)):
        yield f"sqlite:///{home / 'section.db'}"
        return
    name = new_name()
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        drop(name)


@contextmanager
def database(home: Path) -> Iterator[str]:
    """The same, with an empty database."""
    with place(home) as url:
        if file(url) is None:
            create(make_url(url).database)
        yield url


def exists(url: str) -> bool:
    """Whether there is a database by now."""
    if (path := file(url)) is not None:
        return path.exists()
    with _maintenance(os.environ[DATABASE]).connect() as connection:
        asked = text("SELECT EXISTS (SELECT FROM pg_database WHERE datname = :name)")
        return bool(connection.execute(asked, {"name": make_url(url).database}).scalar())


def new_name() -> str:
    """Of one more database on the server."""
    return f"internationale_{secrets.token_hex(8)}"


def create(name: str | None, template: str | None = None) -> None:
    """Make a database on the server, empty or as its ``template``, to which nobody is connected."""
    with _maintenance(os.environ[DATABASE]).connect() as connection:
        like = f"TEMPLATE {template}" if template else ""
        if template and (connection.dialect.server_version_info or ()) >= (15,):
            like += " STRATEGY file_copy"  # the older way: quicker where nothing is waited for until it is on a disk
        connection.execute(text(f"CREATE DATABASE {name} {like}"))


def drop(name: str) -> None:
    """Drop a database on the server, if it is there."""
    with _maintenance(os.environ[DATABASE]).connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@cache
def _maintenance(server: str) -> Engine:
    return create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
