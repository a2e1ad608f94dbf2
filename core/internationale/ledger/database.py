"""The database of one section: how it is opened, read and written. The same promises on SQLite and PostgreSQL.

One writer at a time: SQLite by ``BEGIN IMMEDIATE``, PostgreSQL by an advisory lock, both taken when a writing session
begins. What a writer has read is therefore still so when it commits, and numbers of the own log cannot be given twice.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as WaitedTooLong
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlmodel import Session

from internationale.errors import Misconfigured
from internationale.ledger import copies
from internationale.ledger.opened import Opened
from internationale.ledger.outages import troubled
from internationale.messages import marker

_ = marker("core")

WRITER = 0x494E544C
"""The key of PostgreSQL's advisory lock that the one writer holds: "INTL"."""
PATIENCE_MS = 30_000
"""How long a writer waits for the one before it, in milliseconds."""
CROWD, BRIEF = 8, 2.0
"""Where so many wait for their turn to write, another waits so long (seconds): each holds a thread, and who reads needs one."""
WAL_BYTES = 16 * 1024 * 1024
"""What SQLite's write-ahead log is cut down to after a large transaction (a replay): else the disk stays that much fuller."""
ERASED = "erased"
"""Key in ``session.info``: something was deleted that must not stay anywhere. It is scrubbed after the commit."""
_SESSION: dict[str, Any] = {"expire_on_commit": False, "close_resets_only": False}
"""What is asked with a session after its end is a mistake: it would take a connection that nobody gives back."""
_DAMAGED = _(
    "The database is damaged: %(why)s. Put your latest backup in its place: internationale restore FILE. Without one, put the"
    " file aside and join again with your invitation. What this section has said is then fetched back from the others before it"
    " says anything new."
)

_UNUSABLE = _("The database cannot be used: %(why)s. Nothing was changed.")


@dataclass(frozen=True)
class Database:
    """The database of one section: one set of connections that write, one that cannot.

    Two sets, because who reads may have something to write down meanwhile (when somebody was seen): if all connections were with
    such readers, each would wait for another's. And on SQLite a connection is told that it must not write by a setting, and every
    change of a setting makes SQLite compile all prepared statements again: that was half of the time of a transaction.
    """

    engine: Engine
    readers: Engine
    queue: Lock = field(default_factory=Lock)
    """Where the writers of this process wait for each other. SQLite alone has them look again now and then, up to a tenth of a
    second apart, and whoever looks first is the next; against other processes, and for all that is promised, its lock stands.
    """
    patient: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(CROWD))
    """Those who may wait there for long."""
    opened: Opened | None = None
    """The file of SQLite; None for one that is no file, and on PostgreSQL."""
    kept: list[Connection] = field(default_factory=list)
    """The connection that the writers of this process hand on to each other, on SQLite: a fifth of a transaction went into taking
    one out of the pool and giving it back. PostgreSQL's may have been closed at the other end; they are looked at each time.
    """

    @contextmanager
    def writer(self) -> Iterator[Connection]:
        """The connection of the writer whose turn it is. Who has waited too long has one of its own, and hears from the database
        that it is locked. Raises SQLAlchemy's ``TimeoutError`` where very many wait.
        """
        if not self._has_turn():
            with self.engine.connect() as connection:
                yield connection
            return
        try:
            if self.engine.dialect.name != "sqlite":
                with self.engine.connect() as connection:
                    yield connection
                return
            if not self.kept:
                self.kept.append(self.engine.connect())
            yield self.kept[0]
        finally:
            self.queue.release()

    def _has_turn(self) -> bool:
        if self.queue.acquire(blocking=False):
            return True
        if not self.patient.acquire(blocking=False):
            if self.queue.acquire(timeout=BRIEF):
                return True
            raise WaitedTooLong("many others wait for their turn to write")
        try:
            return self.queue.acquire(timeout=PATIENCE_MS / 1000)
        finally:
            self.patient.release()

    def exchanged(self) -> bool:
        """Whether somebody has put another file in the place of the one that is open here."""
        return self.opened is not None and self.opened.exchanged()

    def scrub(self) -> None:
        """What was deleted is overwritten in a SQLite file, but stays in the log beside it until that is written over: write it
        back now. Somebody who reads or writes meanwhile is not waited for long; then the next time does it.
        """
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection, contextlib.suppress(OperationalError):
                cursor = connection.connection.cursor()
                for setting in ("busy_timeout=1000", "wal_checkpoint(TRUNCATE)", f"busy_timeout={PATIENCE_MS}"):
                    cursor.execute(f"PRAGMA {setting}")

    def dispose(self) -> None:
        """Let go of all connections."""
        while self.kept:
            self.kept.pop().close()
        self.engine.dispose()
        self.readers.dispose()
        if self.opened is not None:
            self.opened.first = None


def connect(url: str) -> Database:
    """A database by ``sqlite:///file`` or ``postgresql+psycopg://…`` with the settings that a signed log needs.

    Raises ``Misconfigured`` when the log of another database lies beside it and cannot be set aside.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine, readers = (create_engine(parsed, pool_size=20, max_overflow=20, hide_parameters=True) for _ in range(2))
        if (path := file(url)) is not None:
            _set_foreign_log_aside(path)
        opened = None if path is None else Opened(path)
        for each in (engine, readers):
            if opened is not None:
                event.listen(each, "connect", partial(_keep_private, opened.path))
                event.listen(each, "connect", opened.note)
            event.listen(each, "connect", _sqlite_settings)
        event.listen(readers, "connect", _sqlite_reader)
        # not by listening to "begin": an engine with listeners asks them before and after every statement
        engine.dialect.do_begin = _begin_writing  # type: ignore[assignment, method-assign]  # of this engine only
        readers.dialect.do_begin = _begin_reading  # type: ignore[assignment, method-assign]  # of this engine only
        engine.dialect.do_savepoint = _plainly("SAVEPOINT")  # type: ignore[assignment, method-assign]  # of this engine only
        release = _plainly("RELEASE SAVEPOINT")
        engine.dialect.do_release_savepoint = release  # type: ignore[assignment, method-assign]  # of this engine only
        return Database(engine, readers, opened=opened)
    engine = create_engine(parsed, pool_size=2, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
    readers = create_engine(parsed, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True)
    for each in (engine, readers):
        event.listen(each, "connect", _postgresql_settings)
    event.listen(engine, "begin", _begin_postgresql_writing)
    event.listen(readers, "begin", _begin_postgresql_reading)
    return Database(engine, readers)


def file(url: str) -> Path | None:
    """Where a SQLite database lies, and what SQLite puts beside it; None for one that is no file, and for PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return None
    return Path(parsed.database).resolve()  # SQLite follows links too


def _set_foreign_log_aside(path: Path) -> None:
    try:
        copies.set_foreign_log_aside(path)
    except OSError as error:
        raise Misconfigured(_UNUSABLE % {"why": error}, place=str(path)) from error


def _keep_private(path: Path, _connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """People's names and debates are not for everybody on the same machine: a new file, empty yet, is ours alone, another one
    loses what everybody may. What SQLite puts beside the file gets the same rights.
    """
    for each in (path, *(path.with_name(path.name + beside) for beside in ("-wal", "-shm"))):
        with contextlib.suppress(FileNotFoundError, PermissionError):  # another's file: its owner decides
            found = each.stat()
            if found.st_mode & 0o007 or not found.st_size:
                each.chmod(found.st_mode & (0o770 if found.st_size else 0o600))


def _sqlite_settings(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """FULL, because a power cut must not take back an event that is already on the bus: the section would fork itself."""
    connection.isolation_level = None  # sqlite3 would begin by itself, too late and too weakly; ``_begin_writing`` does it
    settings = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={PATIENCE_MS}")
    for setting in settings:
        connection.execute(f"PRAGMA {setting}")
    connection.execute(f"PRAGMA journal_size_limit={WAL_BYTES}")


def _sqlite_reader(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA query_only=ON")


def _begin_writing(connection: PoolProxiedConnection) -> None:
    connection.cursor().execute("BEGIN IMMEDIATE")


def _begin_reading(connection: PoolProxiedConnection) -> None:
    connection.cursor().execute("BEGIN")


def _plainly(words: str) -> Callable[[Connection, str], None]:
    """SQLAlchemy compiles a statement anew for each savepoint, whose name it makes: that took longer than what is in it."""

    def run(connection: Connection, name: str) -> None:
        connection.connection.cursor().execute(f"{words} {name}")

    return run


def _postgresql_settings(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Moments come back in UTC: in the zone of a server or its host, the first and the last day that there may be have moments
    in years that Python has no date for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _begin_postgresql_writing(connection: Connection) -> None:
    connection.execute(text(f"SET LOCAL lock_timeout = {PATIENCE_MS}"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({WRITER})"))


def _begin_postgresql_reading(connection: Connection) -> None:
    connection.execute(text("SET TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ"))


def check(url: str) -> None:
    """Look for pages of a SQLite file that a bad disk has changed (a gigabyte takes some seconds). PostgreSQL sees to its own.

    Raises ``Misconfigured``, with what to do. What is inside the pages is for ``internationale log verify`` to check.
    """
    path = file(url)
    if path is None:
        return
    _set_foreign_log_aside(path)
    try:
        with closing(sqlite3.connect(path)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    except UnicodeDecodeError as error:  # SQLite's own sentence has bytes of the damaged page in it
        found = error.object.decode(errors="replace")
    if found != "ok":
        raise Misconfigured(_DAMAGED % {"why": found}, place=str(path))


def trouble(error: DatabaseError, url: str) -> Misconfigured | None:
    """What the host is told of an error of the database itself: a damaged file, a full disk, a server that is away. None for
    what only a mistake of ours can be.
    """
    parsed = make_url(url)
    place = parsed.database or "" if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
    if isinstance(error.orig, sqlite3.Error):
        kind = error.orig.sqlite_errorcode & 0xFF  # the rest only says more about the kind
        if kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return Misconfigured(_DAMAGED % {"why": error.orig}, place=place)
    if not troubled(error):
        return None
    return Misconfigured(_UNUSABLE % {"why": str(error.orig).strip()}, place=place)


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """A session that sees one moment of the database and can change nothing."""
    with Session(database.readers, **_SESSION) as session:
        yield session


@contextmanager
def writing(database: Database) -> Iterator[Session]:
    """A session in one transaction: committed at the end, rolled back when anything raises."""
    with database.writer() as connection, Session(connection, **_SESSION) as session, session.begin():
        session.connection()  # begin now, so that what is read first is still so when we commit
        yield session
