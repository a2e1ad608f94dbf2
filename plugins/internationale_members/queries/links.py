"""One-time links for people who cannot sign in otherwise: made by the secretary or the host, good for one day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from internationale.kit import NotFound, Reader, Refused, Section, marker
from internationale_members.queries import accounts, sessions
from internationale_members.rows import Account, SignInLink
from internationale_members.rules import terms

_ = marker("members")


@dataclass(frozen=True)
class LinkEntry:
    """A link that was made for a person, as they see it themselves: nobody comes in under their name unnoticed."""

    made_by: str
    """The handle; empty for the host, on the command line."""
    made: datetime
    used: datetime | None


def make(session: Session, section: Section, account: str, *, by: Reader | None) -> str:
    """A new link's secret, in place of any other that was not used.

    Raises ``NotFound``, and ``Refused`` for a token, and when the person holds a role or a single right that ``by`` may not hand
    out: nobody shall come by such a thing through another's account.
    """
    row = accounts.get(session, account)
    accounts.not_by_token(by)
    if not section.grants.all_assignable(session, account, by) or row.disabled_at is not None:
        raise Refused(_("You may not make a link for this account."))
    session.execute(delete(SignInLink).where(col(SignInLink.account) == account, col(SignInLink.used_at).is_(None)))
    secret = terms.new_secret()
    session.add(
        SignInLink(
            id=terms.new_id(),
            hash=terms.hash_of(secret),
            account=account,
            made_by=by.id if by else None,
            made_at=section.now(),
            until=section.now() + terms.LINK,
        )
    )
    return secret


def link(section: Section, secret: str) -> str:
    return f"{section.base_url}/members/link/{secret}"


def look(session: Session, section: Section, secret: str) -> str:
    """Whose link this is: the handle. Uses nothing up. Raises ``NotFound``."""
    return _open(session, section, secret)[1].handle


def use(session: Session, section: Section, secret: str, *, device: str, previous: str | None) -> str:
    """Sign in by the link, once; returns the new session's secret. Raises ``NotFound``."""
    row, account = _open(session, section, secret)
    row.used_at = section.now()
    session.add(row)
    return sessions.begin(session, section, account.id, device=device, previous=previous, by_link=True)


def made_for(session: Session, account: str) -> Sequence[LinkEntry]:
    """The links that were made for a person, the latest first."""
    who = accounts.handles_of(session)
    rows = session.exec(select(SignInLink).where(SignInLink.account == account).order_by(col(SignInLink.made_at).desc()))
    return [LinkEntry(made_by=who.get(row.made_by or "", ""), made=row.made_at, used=row.used_at) for row in rows]


def _open(session: Session, section: Section, secret: str) -> tuple[SignInLink, Account]:
    row = session.exec(select(SignInLink).where(SignInLink.hash == terms.hash_of(secret))).first()
    account = session.get(Account, row.account) if row else None
    if row is None or account is None or row.used_at is not None or account.disabled_at:
        raise _gone()
    if not terms.is_open(row.made_at, row.until, section.now()):
        raise _gone()
    return row, account


def _gone() -> NotFound:
    return NotFound(_("This link does not hold, or not any more. Please ask for a new one."))
