"""Invitations: how people come in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from internationale.kit import Invalid, NotFound, Reader, Refused, Role, Section, marker, paging
from internationale_members.queries import accounts, attempts, branches, readers
from internationale_members.rows import Invitation
from internationale_members.rules import passwords, roles, terms

_ = marker("members")


@dataclass(frozen=True)
class InvitationEntry:
    """One invitation in the secretary's list. ``state``: open, used, expired or withdrawn."""

    id: str
    role: Role
    branch: str
    note: str
    invited_by: str
    """The handle; empty for the host, on the command line."""
    made: datetime
    until: datetime
    state: str


@dataclass(frozen=True)
class InvitationsPage:
    """One page of the secretary's list."""

    invitations: Sequence[InvitationEntry]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Welcome:
    """What the invited person sees."""

    role: Role
    branch: str
    until: datetime


def make(
    session: Session, section: Section, *, role: Role, branch: str, days: int, note: str, by: Reader | None
) -> tuple[str, str]:
    """Invite one person to this role; returns the invitation's id and the secret for its link, which is shown this once.

    Raises ``Refused`` for a role that ``by`` may not hand out, and for a token; ``Invalid`` at ``branch`` or ``days``.
    """
    accounts.not_by_token(by)
    if role not in section.grants.assignable(by):
        raise Refused(_("You may not invite to this role."), place="role")
    if not 1 <= days <= terms.INVITATION_LONGEST_DAYS:
        raise Invalid(_("An invitation holds for 1 to %(days)s days.") % {"days": terms.INVITATION_LONGEST_DAYS}, place="days")
    secret = terms.new_secret()
    row = Invitation(
        id=terms.new_id(),
        hash=terms.hash_of(secret),
        role=role,
        branch=branches.chosen(session, branch),
        note=note,
        invited_by=by.id if by else None,
        made_at=section.now(),
        until=section.now() + timedelta(days=days),
    )
    session.add(row)
    return row.id, secret


def link(section: Section, secret: str) -> str:
    return f"{section.base_url}/members/invitation/{secret}"


def look(session: Session, section: Section, secret: str) -> Welcome:
    """What the invitation is to. Raises ``NotFound``, the same for an unknown and for a used one."""
    row = _open(session, section, secret)
    branch = branches.names(session).get(row.branch or "", "")
    return Welcome(role=Role(row.role), branch=branch, until=row.until)


def accept(section: Section, secret: str, *, handle: str, password: str, language: str, accepted: bool) -> str:
    """Open the account; returns its id. Makes its own transactions: hashing holds none open, and what was tried stays counted.

    Raises ``NotFound``, ``Invalid`` at ``handle``, ``password``, ``language`` or ``accept``, and ``TooSoon`` at ``handle``.
    """
    with section.reading() as session:
        look(session, section, secret)
        shown = accounts.check(session, section, handle)
    passwords.check(password, (shown, section.code, section.name))
    if not accepted:
        raise Invalid(_("Whoever joins accepts the principles."), place="accept")
    with section.writing(anybody=True) as session:
        attempts.name(session, section, _open(session, section, secret).id)
    hashed = passwords.hash_of(password)
    with section.writing(anybody=True) as session:
        row = _open(session, section, secret)
        inviter = _inviter(session, section, row)
        account = accounts.open(
            session,
            section,
            handle=shown,
            language=language,
            branch=row.branch,
            password=hashed,
            accepted=True,
            invited_by=row.invited_by,
        )
        row.used_at, row.note = section.now(), ""
        session.add(row)
        for role in roles.on_opening(Role(row.role)):
            section.grants.give_role(session, account.id, role, by=inviter)
        return account.id


def withdraw(session: Session, section: Section, id: str) -> None:
    """Raises ``NotFound`` when it is not open any more."""
    row = session.get(Invitation, id)
    if row is None or _state(row, section.now()) != "open":
        raise NotFound(_("There is no such invitation."))
    row.withdrawn_at, row.note = section.now(), ""
    session.add(row)


def page(session: Session, section: Section, number: int) -> InvitationsPage:
    """A page of all that are kept, the latest first."""
    rows = session.exec(select(Invitation).order_by(col(Invitation.made_at).desc(), col(Invitation.id))).all()
    found = paging.part(rows, number)
    who, where = accounts.handles_of(session), branches.names(session)
    entries = [
        InvitationEntry(
            id=row.id,
            role=Role(row.role),
            branch=where.get(row.branch or "", ""),
            note=row.note,
            invited_by=who.get(row.invited_by or "", ""),
            made=row.made_at,
            until=row.until,
            state=_state(row, section.now()),
        )
        for row in found.things
    ]
    return InvitationsPage(entries, found.total, found.page, found.pages)


def _open(session: Session, section: Section, secret: str) -> Invitation:
    row = session.exec(select(Invitation).where(Invitation.hash == terms.hash_of(secret))).first()
    if row is None or _state(row, section.now()) != "open":
        raise _gone()
    _inviter(session, section, row)
    return row


def _inviter(session: Session, section: Section, row: Invitation) -> Reader | None:
    """Whoever invited, as they are today: an invitation is worth no more than the office behind it. None: the host."""
    if row.invited_by is None:
        return None
    reader = readers.by_account(section, session, row.invited_by)
    if reader is None or Role(row.role) not in section.grants.assignable(reader):
        raise _gone()
    return reader


def _state(row: Invitation, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.used_at is not None:
        return "used"
    return "open" if terms.is_open(row.made_at, row.until, now) else "expired"


def _gone() -> NotFound:
    return NotFound(_("This invitation does not hold, or not any more. Please ask for a new one."))
