"""Which errors say that the database itself is in trouble, and which that what was said to it cannot be stored.

The difference is one between "again later" and "never". What comes while the database is in trouble is not acknowledged, so
that its carrier brings it again. Were a value that can never be stored taken for trouble, it would come again for ever and keep
out all that came with it; were trouble taken for a value, what came would be acknowledged and be nowhere.
"""

import sqlite3
from collections.abc import Mapping

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from internationale.errors import origins, without_content

POSTGRESQL: Mapping[str, str] = {
    "08": "connection exception",
    "25006": "read-only transaction: a standby after a fail-over, or a host who only lets it be read",
    "25P03": "idle-in-transaction timeout: the server ended the session",
    "25P04": "transaction timeout: the server ended the session",
    "26000": "invalid SQL statement name: what was prepared is not there any more, with a pooler in between or after a fail-over",
    "28": "invalid authorization: the server does not let this section in",
    "3D": "invalid catalog name: there is no such database now",
    "40": "transaction rollback: a deadlock, a serialization failure",
    "42P05": "duplicate prepared statement: the same, of another's before us",
    "42501": "insufficient privilege: the host took away a right",
    "53": "insufficient resources: disk full, out of memory, too many connections",
    "55": "object not in prerequisite state: a lock that is not free",
    "57": "operator intervention: shut down, starting up, cancelled, database dropped",
    "58": "system error: reading or writing a file failed",
    "72": "snapshot too old",
    "F0": "configuration file error",
    "XX001": "data corrupted",
    "XX002": "index corrupted",
}
"""Trouble of PostgreSQL, by class or whole SQLSTATE (PostgreSQL's manual, appendix A, "PostgreSQL Error Codes").

All others are about the statement or what is in it, above all: 22 data exception, 23 integrity constraint violation, 42 syntax
error or access rule violation, 54 program limit exceeded (a value that no index row has room for; psycopg makes an
``OperationalError`` of it all the same; but see ``NUMBERING``). 25P02 only says that the transaction failed before, whatever made
it fail. Without a SQLSTATE it was psycopg itself that lost the connection.
"""
NUMBERING = frozenset({"varsup.c", "multixact.c"})
"""Where PostgreSQL's source gives out the numbers of transactions. When they have nearly run out because nobody has vacuumed, it
gives out no more: 54000 as well, until somebody does. What it says of that is in the language of the server; this is not.
"""
SQLITE: frozenset[int] = frozenset(
    [
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_SCHEMA,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_NOTADB,
    ]
)
"""The same of SQLite, by primary result code (sqlite.org/rescode.html). All others are about the statement or what is in it:
ERROR, TOOBIG, CONSTRAINT, MISMATCH, RANGE, MISUSE.
"""


def outage(error: BaseException | None) -> BaseException | None:
    """The error that says that the database itself is in trouble (full, locked, gone, taken by others); None when it is the
    statement that is wrong.

    Looks through what the error arose from: SQLite gives up the whole transaction when the disk is full, so that the rollback
    to a savepoint fails in its turn, and that failure is the one that arrives.
    """
    return next((each for each in origins(error) if isinstance(each, MemoryError) or _is_trouble(each)), None)


def _is_trouble(error: BaseException) -> bool:
    """``NoneFree``: all connections with the database are taken, and none was given back in time."""
    return isinstance(error, NoneFree) or (isinstance(error, DBAPIError) and troubled(error))


def troubled(error: DBAPIError) -> bool:
    """Whether this very error is trouble of the database itself."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in SQLITE
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return state in POSTGRESQL or state[:2] in POSTGRESQL or (state == "54000" and _source(error.orig) in NUMBERING)


def account(error: BaseException) -> str:
    """An error for the log, without what people wrote: kind and place. Of trouble of the database one line, with the code that it
    gives it itself: there may be as many as requests.
    """
    trouble = outage(error)
    if trouble is None:
        return without_content(error)
    orig = trouble.orig if isinstance(trouble, DBAPIError) else None
    code = getattr(orig, "sqlite_errorname", None) or getattr(orig, "sqlstate", None) or type(orig or trouble).__qualname__
    return f"{type(trouble).__qualname__} ({code})"


def _source(error: BaseException | None) -> str:
    """The file of PostgreSQL's source that an error arose in; empty for what did not come from it."""
    diagnostic = getattr(error, "diag", None)
    return (getattr(diagnostic, "source_file", None) or "").rpartition("/")[2]
