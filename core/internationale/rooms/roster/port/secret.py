"""Whether this instance's secret (``keys/section.secret``) is the one with which its database was written.

Were it made anew in silence, what was noted with it would be worth nothing from then on: a handle of somebody who left could be
taken by another, and what was said under it would be theirs.
"""

import hmac
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlmodel import col, delete, insert, select

from internationale.errors import Misconfigured
from internationale.messages import marker
from internationale.rooms.roster.rows import SecretRow
from internationale.settings import make_secret, read_secret

_ = marker("core")
_PURPOSE = b"check"
_GONE = _(
    "The secret with which this section's database was written is not here. Put it back from your backup: keys/section.secret. If"
    " it is lost for good: internationale key new-secret, which says what is lost with it."
)
_ANOTHER = _(
    "This is not the secret with which this section's database was written. Put the right one back from your backup:"
    " keys/section.secret. If it is lost for good: internationale key new-secret, which says what is lost with it."
)


def require(connection: Connection, path: Path) -> None:
    """The secret, made where the database knows of none yet. Raises ``Misconfigured`` where it is gone, or another one."""
    kept = _kept(connection)
    if kept is None:
        make_secret(path)
    elif not path.exists():
        raise Misconfigured(_GONE, place=str(path))
    elif not hmac.compare_digest(_check(path), kept):
        raise Misconfigured(_ANOTHER, place=str(path))


def note(connection: Connection, path: Path) -> None:
    """Have the database know it, unless it knows one. The tables are up to date by now."""
    if _kept(connection) is None:
        connection.execute(insert(SecretRow).values(check=_check(path)))


def renew(connection: Connection, path: Path) -> None:
    """From now on the secret that is here counts, or a new one where there is none."""
    make_secret(path)
    if _kept(connection) is not None:
        connection.execute(delete(SecretRow))
        note(connection, path)


def _kept(connection: Connection) -> str | None:
    if not inspect(connection).has_table(SecretRow.__tablename__):
        return None
    return connection.execute(select(col(SecretRow.check))).scalars().first()


def _check(path: Path) -> str:
    return hmac.digest(read_secret(path), _PURPOSE, "sha256").hex()
