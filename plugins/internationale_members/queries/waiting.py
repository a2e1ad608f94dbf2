"""What waits for a person, and for the host."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from internationale.kit import Message, Need, Reader, Role, Section, marker
from internationale.kit.grants import holds
from internationale_members.queries import branches, restoring
from internationale_members.rows import Account, Invitation
from internationale_members.rules import roles

_ = marker("members")

SOON = timedelta(days=2)


def needs(section: Section, session: Session, reader: Reader) -> list[Need]:
    """For everybody a password; for the secretary accounts of a backup, invitations that run out, members without a branch."""
    found = []
    account = session.get(Account, reader.id)
    if account is not None and account.password is None:
        found.append(
            Need(
                title=_("Choose a password"),
                detail=_("You signed in by a link that works only once."),
                path="/members/account#password",
                action=_("Choose"),
                weight=5,
            )
        )
    if holds(reader, roles.MANAGE) and (row := restoring.reverted(session)) is not None:
        found.append(
            Need(title=restoring.title(row), detail=restoring.CHANGES, path="/members", action=_("Look through them"), weight=9)
        )
    if holds(reader, roles.INVITE) and (running_out := _running_out(section, session)):
        found.append(
            Need(
                title=_("Invitations run out within two days: %(number)s") % {"number": running_out},
                detail=_("Ask the people concerned, or invite them anew."),
                path="/members/invitations",
                action=_("Look"),
                weight=2,
            )
        )
    if holds(reader, roles.MANAGE) and branches.every(session) and (without := _without_branch(session)):
        found.append(
            Need(
                title=_("Members without a branch: %(number)s") % {"number": without},
                detail=None,
                path="/members",
                action=_("Look"),
                weight=1,
            )
        )
    return found


def without_secretary(section: Section) -> list[Message]:
    """For ``internationale status``: somebody has to look after membership."""
    with section.reading() as session:
        closed = set(session.exec(select(Account.id).where(col(Account.disabled_at).is_not(None))))
        for person, grants in section.grants.everyone(session).items():
            if person not in closed and any(grant.role is Role.SECRETARY for grant in grants):
                return []
        until = _invited(section, session)
    if until is not None:
        return [_("There is no secretary yet. An invitation is open until %(day)s.") % {"day": until.date()}]
    return [_("There is no secretary. Invite one: internationale members invite --role secretary")]


def _invited(section: Section, session: Session) -> datetime | None:
    """Until when the last invitation for a secretary is open; None: there is none."""
    open = (col(Invitation.used_at).is_(None), col(Invitation.withdrawn_at).is_(None), Invitation.until > section.now())
    return session.exec(select(func.max(Invitation.until)).where(Invitation.role == Role.SECRETARY, *open)).one()


def _running_out(section: Section, session: Session) -> int:
    now = section.now()
    open = (col(Invitation.used_at).is_(None), col(Invitation.withdrawn_at).is_(None))
    query = select(func.count()).select_from(Invitation).where(*open, Invitation.until > now, Invitation.until < now + SOON)
    return session.exec(query).one()


def _without_branch(session: Session) -> int:
    query = select(func.count()).select_from(Account).where(col(Account.branch).is_(None), col(Account.disabled_at).is_(None))
    return session.exec(query).one()
