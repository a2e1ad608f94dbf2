"""What belongs to a person: taking it along (GDPR article 20), and leaving (article 17)."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col

from internationale.kit import Conflict, Invalid, Reader, Section, marker
from internationale_members.queries import accounts, browsers, closings, credentials, links, people, sessions
from internationale_members.rows import Account, FormerHandle, Invitation, SignInLink, Token
from internationale_members.rules import handles
from internationale_members.rules.closings import LEFT

_ = marker("members")


def export(session: Session, section: Section, account: str) -> dict[str, object]:
    """All that this section keeps about a person, as plain JSON values; no secrets, no hashes. ``kept`` is what rooms and
    other plugins keep.
    """
    row, person = accounts.get(session, account), people.one(session, section, account)
    return {
        "section": section.code,
        "exported": _text(section.now()),
        "account": {
            "id": row.id,
            "handle": row.handle,
            "name": row.name,
            "branch": person.branch,
            "language": row.language,
            "joined": _text(row.joined_at),
            "principles_accepted": _text(row.principles_at),
            "invited_by": person.invited_by,
        },
        "grants": [
            {
                "role": grant.role,
                "capability": grant.capability,
                "object": grant.object,
                "until": _text(grant.until),
                "granted": _text(grant.granted_at),
            }
            for grant in person.grants
        ],
        "signed_in": [
            {"device": device.device, "begun": _text(device.begun), "seen": _text(device.seen)}
            for device in sessions.devices(session, section, account, None)
        ],
        "known_browsers": [_text(moment) for moment in browsers.of(session, section, account)],
        "tokens": [
            {"name": token.name, "made": _text(token.made), "until": _text(token.until), "used": _text(token.used)}
            for token in credentials.tokens(session, section, account)
        ],
        "sign_in_links": [
            {"made_by": link.made_by, "made": _text(link.made), "used": _text(link.used)}
            for link in links.made_for(session, account)
        ],
        "kept": section.kept(session, account),
    }


def leave(section: Section, by: Reader, *, handle: str, password: str, address: str, browser: str | None = None) -> None:
    """Erase one's own account and all that hangs on it. Makes its own transactions: hashing holds none open.

    What they said to other sections under their handle stays said; nobody else can take the handle. Raises ``Refused`` for a
    token, ``Invalid`` at ``handle`` or ``password``, which confirm that it is meant, ``TooSoon`` like signing in, and
    ``Conflict``.
    """
    account = accounts.in_person(by)
    with section.reading() as session:
        row = accounts.get(session, account)
        key, hashed = row.key, row.password
    if handles.key(handle) != key:
        raise Invalid(_("Please enter your handle to confirm that you leave."), place="handle")
    if hashed is not None:
        credentials.confirm(section, handle, password, hashed, address=address, browser=browser, place="password")
    with section.writing() as session:
        if accounts.get(session, account).password != hashed:
            raise Conflict(_("The password was changed meanwhile."))
        erase(session, section, account)


def erase(session: Session, section: Section, account: str) -> None:
    """Raises ``NotFound``, and whatever keeps a room or plugin from forgetting the person: then nothing may be kept of it."""
    wipe(session, section, account)
    closings.note(session, section, LEFT, account)


def wipe(session: Session, section: Section, account: str) -> None:
    """The same for somebody of whom it is noted already that they have left."""
    row = accounts.get(session, account)
    section.grants.forget(session, account)
    section.forget(session, account)
    sessions.end_all(session, account)
    browsers.forget(session, account)
    for rows in (Token, SignInLink):
        session.execute(delete(rows).where(col(rows.account) == account))
    session.execute(update(FormerHandle).where(col(FormerHandle.account) == account).values(account=None))
    session.execute(update(Invitation).where(col(Invitation.invited_by) == account).values(note=""))
    accounts.give_up(session, section, row.key, None)
    session.execute(delete(Account).where(col(Account.id) == account))


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
