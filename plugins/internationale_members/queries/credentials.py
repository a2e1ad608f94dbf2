"""A person's password and API tokens, and an end to all ways in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
    used: datetime | None


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


def make_token(session: Session, section: Section, by: Reader, name: str) -> tuple[str, str]:
    """A new token of one's own: its id, and its secret, which is shown this once.

    Raises ``Refused`` for a token, and ``Conflict`` when there are too many.
    """
    account = accounts.in_person(by)
    if len(tokens(session, account)) >= TOKENS:
        raise Conflict(_("You have %(number)s tokens. Please withdraw one that you no longer use.") % {"number": TOKENS})
    secret = terms.new_secret(readers.TOKEN_PREFIX)
    row = Token(id=terms.new_id(), hash=terms.hash_of(secret), account=account, name=name, made_at=section.now())
    session.add(row)
    return row.id, secret


def tokens(session: Session, account: str) -> Sequence[TokenEntry]:
    """A person's tokens, the oldest first."""
    rows = session.exec(select(Token).where(Token.account == account).order_by(col(Token.made_at), col(Token.id)))
    return [TokenEntry(row.id, row.name, row.made_at, row.used_at) for row in rows]


def withdraw_token(session: Session, account: str, id: str) -> None:
    """Raises ``NotFound``."""
    row = session.get(Token, id)
    if row is None or row.account != account:
        raise NotFound(_("There is no such token."))
    session.delete(row)
