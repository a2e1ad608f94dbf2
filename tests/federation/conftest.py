"""Sections that write notes."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import nats
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from internationale.bus import LOG, streams, users
from internationale.bus.server import HubProcess
from internationale.events.nkey import Nkey
from internationale.kit import Utterance
from internationale.testing import builds, carrying, notes
from internationale.testing.databases import DATABASE
from internationale.testing.founding import open_section, unite
from internationale.testing.serving import served

from .living import prepare, restored, settled, with_hubs


@pytest.fixture
def three(federation):
    """``ic``, ``fr`` and ``ar``, who write notes."""
    return federation("ic", "fr", "ar", plugins=builds.today())


@pytest.fixture
def say(member) -> Callable[..., object]:
    """``say(fr, "text")``, ``say(fr, "answer", note)``, ``say(fr, "long", parts=(bytes,))``: returns the ref."""

    def write(section, text, *causes, parts=(), kind=None):
        payload = kind or (notes.Answered if causes else notes.Written)
        with section.writing() as session:
            utterance = Utterance(payload(text=text), refs=tuple(causes), parts=parts, author="rosa")
            return section.publish(session, utterance, by=member(section))[0].ref

    return write


@pytest.fixture
def before_a_hole(three, hub, say, backup):
    """``fr``, put back to its first event; ``ic`` and ``ar``, who hold its third and fourth: the second was lost on the
    way. All three know the hub. And the parcel of the second.
    """
    ic, fr, ar = (with_hubs(each, hub.url) for each in three)
    say(fr, "one")
    settled(ic, fr, ar)
    restore = backup(fr)
    for words in ("two", "three", "four"):
        say(fr, words)
    _one, second, *later = carrying.said(fr)
    assert ic.accept(later) == ar.accept(later) == ["parked", "parked"]
    again = with_hubs(restored(restore), hub.url)
    yield again, ic, ar, second
    again.close()


@pytest.fixture
def pair(federation):
    """``fr``, whose pages are served at the address that the roster names, and ``ar``; no hub anywhere."""
    fr, ar = (federation.alone(code, plugins=builds.today()) for code in ("fr", "ar"))
    with served(fr):
        unite([fr, ar])
        yield fr, ar


@pytest.fixture
def closed(tmp_path):
    """A hub with users; ``closed.let_in(fr=True, ar=False)``: who may come in, and whether it may speak.

    ``cut``: to what the last of them may not add.
    """
    folder = tmp_path / "closed"
    folder.mkdir()
    administrator = Nkey.generate()
    (folder / "users.conf").write_text(users.text(administrator.public, ()))
    with HubProcess(folder, users="users.conf") as process:
        process.administrator = administrator

        def let_in(*sections, silent=(), cut=()):
            known = [
                users.Member(each.code, each.nkey.public, each not in silent, frozenset(cut if each is sections[-1] else ()))
                for each in sections
            ]
            (folder / "users.conf").write_text(users.text(administrator.public, known))
            process.reload()
            asyncio.run(prepare(process, [each.code for each in sections]))

        process.let_in = let_in
        yield process


class Intruder:
    """Somebody with the hub administrator's rights, who can put anything anywhere and take it away."""

    def __init__(self, hub):
        self.hub = hub

    def put(self, subject, body, signature):
        async def deed(context):
            await context.publish(subject, body, headers={"Intl-Sig": signature})

        self._do(deed)

    def purge(self, subject):
        async def deed(context):
            await context.purge_stream(LOG, subject=subject)

        self._do(deed)

    def kept(self, subject):
        """Body and signature as the hub has them."""
        found = []

        async def deed(context):
            message = await context.get_msg(LOG, subject=subject)
            found.append((message.data, message.headers["Intl-Sig"]))

        self._do(deed)
        return found[0]

    def empty(self):
        """The hub's disk is lost."""
        self.hub.stop()
        shutil.rmtree(self.hub.folder / "store")
        self.hub.start()

    def _do(self, deed):
        async def run():
            client = await nats.connect(self.hub.url)
            try:
                await streams.provision(client.jetstream(), "nobody")
                await deed(client.jetstream())
            finally:
                await client.close()

        asyncio.run(run())


@pytest.fixture
def intruder(hub):
    return Intruder(hub)


@pytest.fixture
def said():
    """``said(fr)``: the events of a section's own log as deliveries, in order."""

    return carrying.said


def _copied_file(section):
    kept = section.settings.home / "backup.db"
    with (
        closing(sqlite3.connect(make_url(section.settings.database).database)) as source,
        closing(sqlite3.connect(kept)) as target,
    ):
        source.backup(target)
    return kept


def _copied_database(section):
    own = make_url(section.settings.database).database
    section.database.dispose()
    _on_server(f"CREATE DATABASE {own}_backup TEMPLATE {own}")
    return f"{own}_backup"


def _on_server(*orders):
    engine = create_engine(os.environ[DATABASE], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for order in orders:
            connection.execute(text(order))
    engine.dispose()


@pytest.fixture
def revert():
    """``put_back = revert(fr)``: copies the database now; ``put_back()`` puts that in its place, under whatever runs."""

    def copy(section):
        url = make_url(section.settings.database)
        if url.get_backend_name() == "sqlite":
            kept = _copied_file(section)
            return lambda: _written_over(Path(url.database), kept)
        _copied_database(section)
        return lambda: _exchange_database(section, url.database)

    def _written_over(path, kept):
        """By SQLite itself, in one transaction: whoever has it open goes on with what is there then."""
        with closing(sqlite3.connect(kept)) as copy, closing(sqlite3.connect(path, timeout=30)) as database:
            copy.backup(database)

    def _exchange_database(section, own):
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{own}'"
        closed = f"ALTER DATABASE {own} ALLOW_CONNECTIONS false"
        _on_server(closed, ended, f"ALTER DATABASE {own} RENAME TO {own}_former", f"ALTER DATABASE {own}_backup RENAME TO {own}")
        section.database.dispose()

    return copy


@pytest.fixture
def backup():
    """``restore = backup(fr)``: copies the database now; ``restore()`` closes the section and opens it as it was then."""

    def copy(section):
        url = make_url(section.settings.database)
        if url.get_backend_name() == "sqlite":
            kept = _copied_file(section)
            return lambda: _open_sqlite(section, kept)
        copied = url.set(database=_copied_database(section))
        return lambda: _open(section, copied)

    def _open_sqlite(section, kept):
        restored = section.settings.home / "restored.db"
        shutil.copy(kept, restored)
        return _open(section, make_url(f"sqlite:///{restored}"))

    def _open(section, url):
        return open_section(replace(section.settings, database=url.render_as_string(hide_password=False)), builds.today())

    return copy
