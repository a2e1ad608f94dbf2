"""A database that was put back from a copy: whoever was shut out since then stays out, and the secretary hears of it."""

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from internationale.kit import Message, Reader, Restored, Section, marker
from internationale_members.queries import accounts, closings, credentials, leaving
from internationale_members.rows import Account, Invitation, Reverted, SignedIn, SignInLink, Token
from internationale_members.rules import closings as rules

_ = marker("members")


def end_ways_in(session: Session, section: Section, restored: Restored) -> None:
    """End what may have been ended since the copy was made: sessions, tokens, links and invitations. The secretary is told."""
    for rows in (SignedIn, Token, Reverted):
        session.execute(delete(rows))
    session.execute(delete(SignInLink).where(col(SignInLink.used_at).is_(None)))
    open = (col(Invitation.used_at).is_(None), col(Invitation.withdrawn_at).is_(None))
    session.execute(update(Invitation).where(*open).values(withdrawn_at=section.now(), note=""))
    session.add(Reverted(at=section.now(), copied_at=restored.copied))


def close_again(session: Session, section: Section) -> None:
    """Do again what the database has forgotten of the list that outlasts it. Raises ``Misconfigured`` when it is unreadable."""
    standing = closings.standing(session, section)
    if not (standing.closed or standing.left or standing.changed):
        return
    secret = closings.secret(section)
    for row in session.exec(select(Account)).all():
        mark = rules.mark(row.id, secret)
        if mark in standing.left:
            leaving.wipe(session, section, row.id)
            continue
        if mark in standing.closed and row.disabled_at is None:
            row.disabled_at = section.now()
            credentials.end_all(session, row.id)
        if row.password is not None and rules.mark(row.password, secret) in standing.changed:
            row.password = None
        session.add(row)


def reverted(session: Session) -> Reverted | None:
    """That the accounts are as they were in a copy, until somebody has looked through them."""
    return session.exec(select(Reverted)).first()


def looked_through(session: Session, *, by: Reader) -> None:
    """Somebody has looked through the accounts. Raises ``Refused`` for a token: nobody else would be told to."""
    accounts.not_by_token(by)
    session.execute(delete(Reverted))


def told(section: Section) -> list[Message]:
    """For ``internationale status``."""
    with section.reading() as session:
        row = reverted(session)
    return [] if row is None else [title(row), CHANGES]


def title(row: Reverted) -> Message:
    if row.copied_at is None:
        return _("This section was restored from a backup.")
    return _("This section was restored from a backup of %(day)s.") % {"day": row.copied_at.date()}


CHANGES = _(
    "Everybody has to sign in anew, and open invitations were withdrawn. Accounts that were closed since then, people who left,"
    " passwords that were changed and rights that were taken away may be as they were before. A secretary has to look through the"
    " accounts."
)
