"""The members as the secretary sees them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from internationale.kit import Conflict, Reader, Refused, Role, Section, marker, paging
from internationale.kit.grants import Grant
from internationale_members.queries import accounts, branches, closings, credentials
from internationale_members.rows import Account
from internationale_members.rules import handles
from internationale_members.rules.closings import CLOSED, OPENED

_ = marker("members")


@dataclass(frozen=True)
class Person:
    """One account, with what is granted to it now."""

    id: str
    handle: str
    name: str
    branch: str
    branch_id: str
    language: str
    roles: tuple[Role, ...]
    grants: tuple[Grant, ...]
    joined: datetime
    invited_by: str
    """The handle of whoever invited them; empty for the host, and when that person has left."""
    disabled: datetime | None
    has_password: bool


@dataclass(frozen=True)
class Offers:
    """What this reader can do with an account: a page offers nothing that would be refused. ``withdraw``: ids of grants."""

    link: bool
    close: bool
    open: bool
    withdraw: frozenset[str]


@dataclass(frozen=True)
class PeoplePage:
    """One page of the members. ``total``: how many there are of those looked for."""

    people: Sequence[Person]
    total: int
    page: int
    pages: int


def every(session: Session, section: Section) -> Sequence[Person]:
    """Everybody, by handle."""
    return _people(session, section, session.exec(_by_handle("")).all())


def page(session: Session, section: Section, number: int, find: str = "") -> PeoplePage:
    """One page of those whose handle has ``find`` in it (in any spelling), by handle."""
    found = paging.part(session.exec(_by_handle(handles.key(find))).all(), number)
    return PeoplePage(_people(session, section, found.things), found.total, found.page, found.pages)


def _by_handle(key: str) -> SelectOfScalar[Account]:
    return select(Account).where(col(Account.key).contains(key, autoescape=True)).order_by(Account.key)


def _people(session: Session, section: Section, rows: Sequence[Account]) -> list[Person]:
    who, where, grants = accounts.handles_of(session), branches.names(session), section.grants.everyone(session)
    return [_person(row, tuple(grants.get(row.id, ())), who, where) for row in rows]


def one(session: Session, section: Section, account: str) -> Person:
    """Raises ``NotFound``."""
    row = accounts.get(session, account)
    return _person(row, tuple(section.grants.held(session, account)), accounts.handles_of(session), branches.names(session))


def offers(session: Session, section: Section, person: Person, by: Reader) -> Offers:
    closed, looked_after = person.disabled is not None, _may_look_after(section, person.grants, by)
    return Offers(
        link=not closed and section.grants.all_assignable(session, person.id, by),
        close=not closed and looked_after and by.id != person.id,
        open=closed and looked_after,
        withdraw=frozenset(grant.id for grant in person.grants if section.grants.may_withdraw(grant, by)),
    )


def set_branch(session: Session, account: str, branch: str) -> None:
    """Put a person into a branch, or (empty) into none. Raises ``NotFound``, ``Invalid`` at ``branch``."""
    row = accounts.get(session, account)
    row.branch = branches.chosen(session, branch)
    session.add(row)


def disable(session: Session, section: Section, account: str, *, by: Reader | None) -> None:
    """Close an account until it is opened again, and end all its ways in.

    Raises ``NotFound``, ``Conflict`` for one's own (a section must not lose its last secretary by a slip), and ``Refused`` for
    whoever holds a role that ``by`` may not take away: closing would take them all.
    """
    row = _looked_after(session, section, account, by)
    if by is not None and by.id == account:
        raise Conflict(_("Another secretary has to close your account. You can leave by yourself on your account page."))
    row.disabled_at = row.disabled_at or section.now()
    session.add(row)
    credentials.end_all(session, account)
    closings.note(session, section, CLOSED, account)


def enable(section: Section, account: str, *, by: Reader | None) -> None:
    """Open an account again. Makes its own transactions: it is noted only once it is so.

    Raises ``NotFound``, and ``Refused`` for a token, and for whoever holds a role that ``by`` may not hand out.
    """
    accounts.not_by_token(by)
    with section.writing() as session:
        row = _looked_after(session, section, account, by)
        row.disabled_at = None
        session.add(row)
        closings.note_later(session, section, OPENED, account)
    closings.catch_up(section)  # only now: one that is not opened after all stays closed, also in an older database


def _looked_after(session: Session, section: Section, account: str, by: Reader | None) -> Account:
    """An account that ``by`` may close and open."""
    row = accounts.get(session, account)
    if not _may_look_after(section, section.grants.held(session, account), by):
        raise Refused(_("You may not close or open this account: its person holds a role that you may not give."))
    return row


def _may_look_after(section: Section, grants: Iterable[Grant], by: Reader | None) -> bool:
    """Of single rights it is not asked: in need, closing must be within reach."""
    return {grant.role for grant in grants if grant.role} <= section.grants.assignable(by)


def _person(row: Account, grants: tuple[Grant, ...], who: dict[str, str], where: dict[str, str]) -> Person:
    held = {grant.role for grant in grants}
    return Person(
        id=row.id,
        handle=row.handle,
        name=row.name,
        branch=where.get(row.branch or "", ""),
        branch_id=row.branch or "",
        language=row.language,
        roles=tuple(role for role in Role if role in held),
        grants=grants,
        joined=row.joined_at,
        invited_by=who.get(row.invited_by or "", ""),
        disabled=row.disabled_at,
        has_password=row.password is not None,
    )
