"""Browsers in which somebody has signed in before (OWASP's device cookies).

Whoever tries a person's password from elsewhere delays all who come from there; but never this person in a browser of their own.
The cookie says nothing of who it is, and is worth nothing without the password: whatever is tried with a wrong one is answered as
it would be without the cookie (``attempts``).
"""

import hmac
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from internationale.kit import Section
from internationale_members.rows import KnownBrowser, SignedIn
from internationale_members.rules import terms

PEOPLE = 4
"""So many people can share a browser in which they are known."""


def known(session: Session, section: Section, account: str | None, cookie: str | None) -> str:
    """The hash by which this person (None: nobody) is known in the browser with this cookie; ``""``: they are not."""
    key = _key(section)
    hashes = [_hash(key, account or "", part) for part in _parts(cookie)]
    row = session.exec(select(KnownBrowser).where(col(KnownBrowser.hash).in_(hashes)).limit(1)).first() if hashes else None
    return row.hash if row is not None and row.account == account and _holds(row, section.now()) else ""


def remember(section: Section, secret: str | None, cookie: str | None) -> str:
    """The cookie of the browser in which the session with this ``secret`` has begun: with a new part for its person, and those
    of others who are known there. Makes its own transaction. Returns ``""`` when there is no such session.
    """
    with section.writing(anybody=True) as session:
        row = session.get(SignedIn, terms.hash_of(secret)) if secret else None
        if row is None:
            return ""
        account, part, key = row.account, terms.new_secret(), _key(section)
        rows = {each.hash: each for each in session.exec(select(KnownBrowser))}
        latest = sorted((each for each in rows.values() if each.account == account), key=lambda each: each.at, reverse=True)
        over = {_hash(key, account, each) for each in _parts(cookie)} | {each.hash for each in latest[terms.BROWSERS - 1 :]}
        for hash in over & rows.keys():
            session.delete(rows[hash])
        others = {each.account for each in rows.values()} - {account}
        theirs = [each for each in _parts(cookie) if any(_hash(key, other, each) in rows for other in others)]
        session.add(KnownBrowser(hash=_hash(key, account, part), account=account, at=section.now()))
    return ".".join([part, *theirs][:PEOPLE])


def of(session: Session, section: Section, account: str) -> Sequence[datetime]:
    """When a person last signed in, in each of the browsers in which they are known."""
    rows = session.exec(select(KnownBrowser).where(KnownBrowser.account == account).order_by(col(KnownBrowser.at)))
    return [row.at for row in rows if _holds(row, section.now())]


def forget(session: Session, account: str) -> None:
    """From now on the person is known in none."""
    session.execute(delete(KnownBrowser).where(col(KnownBrowser.account) == account))


def _holds(row: KnownBrowser, now: datetime) -> bool:
    return not terms.is_ahead(row.at, now) and now - row.at < terms.BROWSER


def _parts(cookie: str | None) -> list[str]:
    return [part for part in (cookie or "")[: 64 * PEOPLE].split(".") if part.isascii() and part][:PEOPLE]


def _key(section: Section) -> bytes:
    return section.secret("members.known_browser")


def _hash(key: bytes, account: str, part: str) -> str:
    return hmac.digest(key, f"{account} {part}".encode(), "sha256").hex()
