"""The list of what outlasts the database of accounts. Closing and leaving are noted before they are committed: should that fail
after all, they are done at the next start. A password is noted once it has changed: nobody shall be left without any. So is an
account that was opened again: nobody shall be let in because that failed.

What cannot be noted (the disk is full, the folder is not ours to write) keeps nobody from closing an account, leaving or changing
a password. It is kept in the database, in the same transaction, until it can; and the host is told.
"""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from internationale.kit import Message, Section, marker
from internationale_members.rows import Unnoted
from internationale_members.rules import closings
from internationale_members.rules.closings import OPENED, Standing

_ = marker("members")
FILE = "members.closed"


def note(session: Session, section: Section, deed: str, account: str) -> None:
    """Note it now; after what is still kept, which came before it."""
    word = _word(section, deed, account)
    if session.exec(select(Unnoted.id).limit(1)).first() is not None or not section.outside(FILE).add(word):
        _keep(session, word)


def note_later(session: Session, section: Section, deed: str, of: str) -> None:
    """Have it noted by ``catch_up``. ``of``: an account's id, or (``CHANGED``) the hash of a password that holds no more."""
    _keep(session, _word(section, deed, of))


def catch_up(section: Section) -> None:
    """Note what is kept, in the order in which it was done. Safe to run twice."""
    with section.writing(anybody=True) as session:
        for row in session.exec(select(Unnoted).order_by(col(Unnoted.id))).all():
            if not section.outside(FILE).add(row.word):
                return
            session.delete(row)


def skip_noted(session: Session, section: Section) -> None:
    """In a database that was put back: what was noted since the copy was made is not noted after what came later."""
    noted = frozenset(section.outside(FILE).all())
    for row in session.exec(select(Unnoted)).all():
        if row.word in noted:
            session.delete(row)


def told(section: Section) -> list[Message]:
    """For ``internationale status``."""
    with section.reading() as session:
        waits = session.exec(select(Unnoted.id).limit(1)).first() is not None
    return [_WAITS % {"file": FILE}] if waits else []


_WAITS = _(
    "Of accounts that were closed, people who left or passwords that were changed something could not be noted in %(file)s,"
    " beside the keys: a backup that is put back would not know of it. Make room on the disk, and see that the section may write"
    " there. It tries again by itself."
)


def secret(section: Section) -> bytes:
    """With which accounts and passwords are marked in the list."""
    return section.secret(FILE)


def standing(session: Session, section: Section) -> Standing:
    """What holds after the list and what is still kept. Of that only words count which the list does not have yet: another may be
    the same, in a database that was put back without a word, and something else have come after it.
    """
    noted = section.outside(FILE).all()
    kept = session.exec(select(Unnoted.word).order_by(col(Unnoted.id))).all()
    known = frozenset(noted)
    return closings.standing([*noted, *(word for word in kept if word not in known)])


def drop_opened(session: Session, section: Section, account: str) -> None:
    """An account is closed after all: what is still kept of its having been opened is not noted any more."""
    session.execute(delete(Unnoted).where(col(Unnoted.word) == _word(section, OPENED, account)))


def _keep(session: Session, word: str) -> None:
    session.add(Unnoted(word=closings.once(word)))


def _word(section: Section, deed: str, of: str) -> str:
    return closings.word(deed, closings.mark(of, secret(section)))
