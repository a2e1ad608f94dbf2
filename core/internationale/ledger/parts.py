"""Content-addressed parts: what is too long for an envelope. ``hash = sha256(salt || content)``, on the wire the same bytes.

The salt makes a withdrawn part unguessable from the hash that stays in the log for ever.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from internationale.errors import Invalid
from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.ledger.records import among, chunks
from internationale.ledger.tables import part, waiting, withdrawn
from internationale.messages import marker

_ = marker("core")

SALT = 16
"""Bytes of salt before the content."""
MAX_PART = 256 * 1024
"""The largest part on the wire, salt included, in bytes."""


def add_own(connection: Connection, content: bytes, now: datetime) -> str:
    """Salt and keep a part of an own event; returns its hash. Raises ``Invalid`` when it is too large."""
    if len(content) > MAX_PART - SALT:
        raise Invalid(_("A part has at most %(kib)s KiB.") % {"kib": MAX_PART // 1024})
    salted = secrets.token_bytes(SALT) + content
    name = hashlib.sha256(salted).hexdigest()
    connection.execute(insert(part), {"hash": name, "content": salted, "received_at": now})
    return name


def add_wanted(connection: Connection, bodies: Iterable[bytes], now: datetime) -> list[str]:
    """Keep those that an event waits for; what nobody named is not kept. Returns the hashes that are new here."""
    offered = {hashlib.sha256(body).hexdigest(): bytes(body) for body in bodies if SALT <= len(body) <= MAX_PART}
    wanted = _wanted(connection, offered) - present(connection, offered)
    if wanted:
        rows = [{"hash": name, "content": offered[name], "received_at": now} for name in sorted(wanted)]
        connection.execute(insert(part), rows)
    return sorted(wanted)


def present(connection: Connection, names: Iterable[str]) -> set[str]:
    """Which of these parts are here."""
    found: set[str] = set()
    for chunk in chunks(names):
        found.update(connection.execute(select(part.c.hash).where(part.c.hash.in_(chunk))).scalars())
    return found


def taken_back(connection: Connection, addresses: Iterable[Address]) -> set[Ref]:
    """Of what was or will be said under these addresses, that of which the parts were taken back."""
    found: set[Ref] = set()
    for chunk in chunks(addresses):
        rows = connection.execute(select(withdrawn).where(among(withdrawn, chunk)))
        found.update(Ref(row.section, row.epoch, row.sequence, row.hash16) for row in rows)
    return found


def _wanted(connection: Connection, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for chunk in chunks(names):
        query = select(waiting.c.what).where(waiting.c.kind == "part", waiting.c.what.in_(chunk))
        found.update(connection.execute(query).scalars())
    return found
