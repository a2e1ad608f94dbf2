"""Signing in and out, and who is signed in where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from internationale.kit import Invalid, NotFound, Refused, Section, http, marker
from internationale_members.queries import accounts, attempts
from internationale_members.rows import Account, SignedIn
from internationale_members.rules import passwords, terms

_ = marker("members")


@dataclass(frozen=True)
class Device:
    """One browser in which the person is signed in."""

    id: str
    device: str
    begun: datetime
    seen: datetime
    this: bool
    """Whether it is the one that asks."""


def sign_in(
    section: Section,
    handle: str,
    password: str,
    *,
    address: str,
    device: str,
    previous: str | None,
    browser: str | None = None,
) -> str:
    """Sign in with a password; returns the new session's secret. Makes its own transactions: hashing holds none open.

    ``address`` is the network address it comes from, ``previous`` the secret of a session that this one replaces,
    ``browser`` the cookie of ``browsers``. Raises ``Invalid`` (the same for a wrong password, an unknown handle and a closed
    account) and ``TooSoon``.
    """
    attempt = attempts.Attempt(handle, address, browser)
    with section.reading() as session:
        attempts.ask(session, section, attempt)
        account = accounts.by_handle(session, handle)
        known = (account.id, account.password) if account is not None and account.disabled_at is None else (None, None)
    right = passwords.matches(password, known[1])
    with section.writing(anybody=True) as session:
        right = right and _still(session, *known)
        wait = attempts.settle(session, section, attempt, right=right)
        if known[0] is not None and right and wait is None:
            return begin(session, section, known[0], device=device, previous=previous)
    raise wait or Invalid(_("The handle or the password is not right."))


def _still(session: Session, account: str | None, password: str | None) -> bool:
    """Whether the account is open and has this password (as it is kept): it may have changed while one was hashed."""
    row = session.get(Account, account) if account is not None else None
    return row is not None and row.disabled_at is None and row.password == password


def begin(session: Session, section: Section, account: str, *, device: str, previous: str | None, by_link: bool = False) -> str:
    """A new session with a new secret, in place of ``previous`` (a secret that was known before signing in is worth nothing).

    Raises ``Refused`` when the account was closed meanwhile: a session would outlast that.
    """
    if accounts.is_closed(session, account) is not False:
        raise Refused(_("This account is closed."))
    end(session, previous)
    _make_room(session, account)
    secret = http.make_secret(section)
    now = section.now()
    session.add(
        SignedIn(
            hash=terms.hash_of(secret),
            id=terms.new_id(),
            account=account,
            device=device,
            by_link=by_link,
            begun_at=now,
            seen_at=now,
        )
    )
    return secret


def is_known(session: Session, secret: str | None) -> bool:
    """Whether there is a session with this secret, whatever it is worth by now: whether there is something to ``end``."""
    return bool(secret) and session.get(SignedIn, terms.hash_of(secret or "")) is not None


def _make_room(session: Session, account: str) -> None:
    rows = session.exec(select(SignedIn).where(SignedIn.account == account).order_by(col(SignedIn.seen_at).desc(), SignedIn.id))
    for row in rows.all()[terms.SESSIONS - 1 :]:
        session.delete(row)


def end(session: Session, secret: str | None) -> None:
    """Sign out where this secret is; nothing happens when it is unknown."""
    if secret:
        session.execute(delete(SignedIn).where(col(SignedIn.hash) == terms.hash_of(secret)))


def end_one(session: Session, account: str, id: str) -> None:
    """Sign out one device of a person. Raises ``NotFound``."""
    row = session.exec(select(SignedIn).where(SignedIn.account == account, SignedIn.id == id)).first()
    if row is None:
        raise NotFound(_("This device is not signed in any more."))
    session.delete(row)


def end_all(session: Session, account: str, *, but: str | None = None) -> None:
    """Sign a person out everywhere, ``but`` where this secret is."""
    query = delete(SignedIn).where(col(SignedIn.account) == account)
    if but:
        query = query.where(col(SignedIn.hash) != terms.hash_of(but))
    session.execute(query)


def devices(session: Session, section: Section, account: str, secret: str | None) -> Sequence[Device]:
    """Where a person is signed in, the latest first."""
    this = terms.hash_of(secret) if secret else ""
    rows = session.exec(select(SignedIn).where(SignedIn.account == account).order_by(col(SignedIn.seen_at).desc(), SignedIn.id))
    return [
        Device(id=row.id, device=row.device, begun=row.begun_at, seen=row.seen_at, this=row.hash == this)
        for row in rows
        if terms.alive(row.begun_at, row.seen_at, section.now())
    ]


def by_link_lately(session: Session, section: Section, account: str, secret: str | None) -> bool:
    """Whether this session began by a one-time link, lately enough to set a password without the old one."""
    row = session.get(SignedIn, terms.hash_of(secret)) if secret else None
    return row is not None and row.account == account and row.by_link and terms.is_fresh(row.begun_at, section.now())
