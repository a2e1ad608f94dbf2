"""What is cleared away: sessions, failures, and old invitations and links are personal data too."""

from sqlalchemy import delete, or_
from sqlmodel import col

from internationale.kit import Section
from internationale_members.rows import FailedSignIn, Invitation, SignedIn, SignInLink
from internationale_members.rules import terms


def clear(section: Section) -> None:
    """Delete what no longer serves. Safe to run twice."""
    now = section.now()
    with section.writing() as session:
        session.execute(delete(FailedSignIn).where(col(FailedSignIn.at) <= now - terms.ATTEMPT_WINDOW))
        over = or_(col(SignedIn.begun_at) <= now - terms.SESSION_LONGEST, col(SignedIn.seen_at) <= now - terms.SESSION_IDLE)
        session.execute(delete(SignedIn).where(over))
        for rows in (Invitation, SignInLink):
            session.execute(delete(rows).where(col(rows.until) <= now - terms.KEPT))
