"""The section's branches."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, select

from internationale.kit import Conflict, Invalid, NotFound, marker
from internationale_members.rows import Account, Branch, Invitation
from internationale_members.rules import terms

_ = marker("members")


@dataclass(frozen=True)
class BranchEntry:
    """One branch in a list."""

    id: str
    name: str
    members: int


def get(session: Session, branch: str) -> Branch:
    """Raises ``NotFound``."""
    row = session.get(Branch, branch)
    if row is None:
        raise NotFound(_("There is no such branch."))
    return row


def chosen(session: Session, branch: str) -> str | None:
    """What was chosen in a form: empty for none. Raises ``Invalid`` at ``branch``."""
    if branch and session.get(Branch, branch) is None:
        raise Invalid(_("There is no such branch."), place="branch")
    return branch or None


def by_name(session: Session, name: str) -> Branch | None:
    return session.exec(select(Branch).where(Branch.key == name.casefold())).first()


def every(session: Session) -> Sequence[BranchEntry]:
    """All branches by name, with how many are in each."""
    members = Counter(session.exec(select(Account.branch)))
    return [BranchEntry(row.id, row.name, members[row.id]) for row in session.exec(select(Branch).order_by(Branch.key))]


def names(session: Session) -> dict[str, str]:
    return dict(session.exec(select(Branch.id, Branch.name)).all())


def add(session: Session, name: str) -> str:
    """Found a branch; returns its id. Raises ``Conflict`` when there is one of this name."""
    row = Branch(id=terms.new_id(), name=name, key=name.casefold())
    _save(session, row)
    return row.id


def rename(session: Session, branch: str, name: str) -> None:
    """Raises ``NotFound``, ``Conflict``."""
    row = get(session, branch)
    row.name, row.key = name, name.casefold()
    _save(session, row)


def remove(session: Session, branch: str) -> None:
    """Dissolve a branch; whoever was in it is in none. Raises ``NotFound``."""
    session.delete(get(session, branch))
    for rows in (Account, Invitation):
        session.execute(update(rows).where(col(rows.branch) == branch).values(branch=None))


def _save(session: Session, row: Branch) -> None:
    with session.no_autoflush:
        other = by_name(session, row.name)
    if other is not None and other.id != row.id:
        raise Conflict(_("There is a branch of this name already."), place="name")
    session.add(row)
    session.flush()
