"""Copies of a SQLite database: one is made of a running database, another is put in its place. Each whole, or not at all.

A copy of ours is one file: SQLite's log beside it (``-wal``) belongs to the database that was there before. SQLite does not know
that. It would play that log over the copy, and mix two databases.
"""

import contextlib
import fcntl
import logging
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from internationale.settings import whole

_log = logging.getLogger(__name__)

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a database, by how the name goes on."""
_VERSIONS = slice(18, 20)
"""Where in its file a database says how it is written and read: both 1 without a log beside it, both 2 with one."""


def copy(source: Path, target: Path) -> None:
    """A consistent copy of a database that may be in use, in one file."""
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)
    settle(target)


def copy_idle(source: Path, target: Path) -> None:
    """A copy of a database that nobody uses, with what was left beside it; of the source nothing is touched."""
    for beside in ("", "-wal", "-journal") if _keeps_a_log(source) else ("", "-journal"):
        if (left := _beside(source, beside)).exists():
            copied = _beside(target, beside)
            os.close(os.open(copied, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            shutil.copyfile(left, copied)
    settle(target)


def settle(database: Path) -> None:
    """Have everything of a database that nobody uses in its one file, nothing beside it. Raises ``sqlite3.Error``."""
    with closing(sqlite3.connect(database)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    if mode != "delete":
        raise sqlite3.OperationalError("the log beside the database cannot be closed")
    for beside in BESIDE:
        _beside(database, beside).unlink(missing_ok=True)


def take_place(part: Path, database: Path) -> Path | None:
    """Put a copy in the place of a database that nobody uses, at one stroke. Returns where the former one is kept, if any.

    Whatever interrupts it, one of the two is in its place; a log of the former one that stays beside the copy is known for that
    at the next opening (``set_foreign_log_aside``).
    """
    kept = None
    if database.exists():
        kept = _free(database.with_name(f"{database.name}.former"))
        for beside in ("", "-wal"):
            if _beside(database, beside).exists():
                _also_named(_beside(database, beside), _beside(kept, beside))
        whole.sync_names(database.parent)
    whole.sync(part)
    part.replace(database)
    whole.sync_names(database.parent)
    for beside in BESIDE:
        _beside(database, beside).unlink(missing_ok=True)
    whole.sync_names(database.parent)
    return kept


def set_foreign_log_aside(database: Path) -> Path | None:
    """Before a database is opened: have SQLite not see the log of another one that was in its place. Returns where that is now.

    A database that keeps a log says so in its file before there is anything in the log; a copy of ours says that it keeps none.
    Not to be called by a process that has this database open already: SQLite's locks would be gone.
    """
    log = _beside(database, "-wal")
    try:
        with log.open("rb") as file:
            with contextlib.suppress(OSError):  # where there are no locks SQLite has none either
                fcntl.flock(file, fcntl.LOCK_EX)  # until it is decided: another process may be at it
            opened, named = os.fstat(file.fileno()), log.stat()
            if not named.st_size or (opened.st_dev, opened.st_ino) != (named.st_dev, named.st_ino) or _keeps_a_log(database):
                return None
            aside = _free(database.with_name(f"{log.name}.former"))
            log.rename(aside)
    except FileNotFoundError:
        return None
    whole.sync_names(database.parent)
    _log.warning("%s belonged to another database than the one that is there now: it was set aside as %s", log, aside)
    return aside


def _keeps_a_log(database: Path) -> bool:
    with database.open("rb") as file:
        return file.read(_VERSIONS.stop)[_VERSIONS] != b"\1\1"


def _beside(database: Path, beside: str) -> Path:
    return database.with_name(database.name + beside)


def _free(path: Path) -> Path:
    """This name, or the first with a number behind it that nothing has."""
    number, found = 1, path
    while found.exists() or _beside(found, "-wal").exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found


def _also_named(file: Path, name: Path) -> None:
    """The same file under another name; where there are no links, a copy."""
    try:
        name.hardlink_to(file)
    except OSError:
        shutil.copy2(file, name)
        whole.sync(name)
