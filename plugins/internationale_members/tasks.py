"""What is cleared away: sessions, failures, and old invitations, links and tokens are personal data too."""

from sqlalchemy import and_, delete, not_, or_
from sqlmodel import col

from internationale.kit import Section
from internationale_members.queries import attempts
from internationale_members.rows import FailedSignIn, Invitation, KnownBrowser, SignedIn, SignInLink, Token
from internationale_members.rules import terms


def clear(section: Section) -> None:
    """Delete what no longer serves, and what a clock dated that was ahead (it would serve for ever). Safe to run twice."""
    now = section.now()
    wrong = now + terms.AHEAD
    sign_in = not_(col(FailedSignIn.bucket).startswith(attempts.NAMES))
    over = (
        (FailedSignIn, and_(sign_in, col(FailedSignIn.at) <= now - terms.ATTEMPT_WINDOW), col(FailedSignIn.at) > wrong),
        (FailedSignIn, col(FailedSignIn.at) <= now - terms.NAMES_WINDOW, col(FailedSignIn.at) > wrong),
        (SignedIn, col(SignedIn.begun_at) <= now - terms.SESSION_LONGEST, col(SignedIn.begun_at) > wrong),
        (SignedIn, col(SignedIn.seen_at) <= now - terms.SESSION_IDLE, col(SignedIn.seen_at) > wrong),
        (KnownBrowser, col(KnownBrowser.at) <= now - terms.BROWSER, col(KnownBrowser.at) > wrong),
        (Invitation, col(Invitation.until) <= now - terms.KEPT, col(Invitation.made_at) > wrong),
        (Token, col(Token.until) <= now - terms.KEPT, col(Token.made_at) > wrong),
        (SignInLink, col(SignInLink.until) <= now - terms.KEPT, col(SignInLink.made_at) > wrong),
    )
    with section.writing() as session:
        for rows, past, ahead in over:
            session.execute(delete(rows).where(or_(past, ahead)))
