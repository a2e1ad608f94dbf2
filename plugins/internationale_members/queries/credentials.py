"""A person's password and API tokens, and an end to all ways in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from internationale.kit import Conflict, Invalid, NotFound, Reader, Section, marker
from internationale_members.queries import accounts, attempts, browsers, closings, readers, sessions
from internationale_members.rows import SignInLink, Token
from internationale_members.rules import passwords, terms
from internationale_members.rules.closings import CHANGED

_ = marker("members")

TOKENS = 20
"""The most tokens of one person."""


@dataclass(frozen=True)
class TokenEntry:
    """One token in a list."""

    id: str
    name: str
    made: datetime
    until: datetime
    used: datetime | None
    ended: bool


def change_password(
    section: Section, by: Reader, *, old: str, new: str, secret: str | None, address: str, browser: str | None = None
) -> None:
    """Set one's own password and end every way in but the session with this ``secret``. Makes its own transactions: hashing
    holds none open.

    The old one is needed, unless there is none or the person has just come by a one-time link; attempts at it are counted like
    those at signing in, from the network address ``address`` and the ``browser`` with this cookie. Raises ``Refused`` for a
    token, ``Invalid`` at ``old`` or ``new``, and ``TooSoon``.
    """
    account = accounts.in_person(by)
    with section.reading() as session:
        row = accounts.get(session, account)
        hashed, handle = row.password, row.handle
        excused = hashed is None or sessions.by_link_lately(session, section, account, secret)
    passwords.check(new, (handle, section.code, section.name), place="new")
    if not excused:
        confirm(section, handle, old, hashed, address=address, browser=browser, place="old")
    renewed = passwords.hash_of(new)
    with section.writing() as session:
        row = accounts.get(session, account)
        if row.password != hashed:
            raise Conflict(_("The password was changed meanwhile."))
        if hashed is not None:
            attempts.renew(session, section, account, place="new")
            closings.note_later(session, section, CHANGED, hashed)
        row.password = renewed
        session.add(row)
        end_all(session, account, but=secret)
    closings.catch_up(section)  # only now: one that is not changed after all is still needed


def confirm(
    section: Section, handle: str, password: str, hashed: str | None, *, address: str, place: str, browser: str | None = None
) -> None:
    """Whether it is the person, by their present password: counted like signing in, or a browser left open would serve to try it.

    Raises ``Invalid`` at ``place``, and ``TooSoon``.
    """
    attempt = attempts.Attempt(handle, address, browser, place)
    with section.reading() as session:
        attempts.ask(session, section, attempt)
    right = passwords.matches(password, hashed)
    with section.writing() as session:
        wait = attempts.settle(session, section, attempt, right=right)
    if wait is not None:
        raise wait
    if not right:
        raise Invalid(_("This is not your present password."), place=place)


def end_all(session: Session, account: str, *, but: str | None = None) -> None:
    """End every way in ``but`` the session with this secret: the others, tokens, and links that were not used. No browser is
    known any more.
    """
    sessions.end_all(session, account, but=but)
    browsers.forget(session, account)
    session.execute(delete(Token).where(col(Token.account) == account))
    session.execute(delete(SignInLink).where(col(SignInLink.account) == account, col(SignInLink.used_at).is_(None)))


def make_token(
    section: Section, by: Reader, name: str, *, password: str, days: int, address: str, browser: str | None = None
) -> tuple[str, str]:
    """A new token of one's own for so many ``days``: its id, and its secret, which is shown this once. Makes its own
    transactions: hashing holds none open.

    The password is asked for: a token outlasts the session in which it is made, so whoever has come by a browser that was left
    open must not get one. Raises ``Refused`` for a token, ``Conflict`` when there are too many, or no password, and ``Invalid``
    and ``TooSoon`` at ``password``, like changing it.
    """
    account = accounts.in_person(by)
    with section.reading() as session:
        row = accounts.get(session, account)
        handle, hashed = row.handle, row.password
        _check_room(session, section, account)
    if hashed is None:
        raise Conflict(_("Choose a password first: whoever makes a token is asked for it."), place="password")
    confirm(section, handle, password, hashed, address=address, browser=browser, place="password")
    with section.writing() as session:
        if accounts.get(session, account).password != hashed:
            raise Conflict(_("The password was changed meanwhile."))
        _check_room(session, section, account)
        secret, now = terms.new_secret(readers.TOKEN_PREFIX), section.now()
        until = now + timedelta(days=days)
        token = Token(id=terms.new_id(), hash=terms.hash_of(secret), account=account, name=name, made_at=now, until=until)
        session.add(token)
        return token.id, secret


def _check_room(session: Session, section: Section, account: str) -> None:
    if sum(not token.ended for token in tokens(session, section, account)) >= TOKENS:
        raise Conflict(_("You have %(number)s tokens. Please withdraw one that you no longer use.") % {"number": TOKENS})


def tokens(session: Session, section: Section, account: str) -> Sequence[TokenEntry]:
    """A person's tokens, the oldest first."""
    rows = session.exec(select(Token).where(Token.account == account).order_by(col(Token.made_at), col(Token.id)))
    now = section.now()
    return [
        TokenEntry(row.id, row.name, row.made_at, row.until, row.used_at, ended=not terms.is_open(row.made_at, row.until, now))
        for row in rows
    ]


def withdraw_token(session: Session, account: str, id: str) -> None:
    """Raises ``NotFound``."""
    row = session.get(Token, id)
    if row is None or row.account != account:
        raise NotFound(_("There is no such token."))
    session.delete(row)
