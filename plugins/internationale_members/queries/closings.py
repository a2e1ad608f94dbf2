"""The list of what outlasts the database of accounts. Closing and leaving are noted before they are committed: should that fail
after all, they are done at the next start. A password is noted once it has changed: nobody shall be left without any. So is an
account that was opened again: nobody shall be let in because that failed.

What cannot be noted (the disk is full, the folder is not ours to write) keeps nobody from closing an account, leaving or changing
a password. It is kept in the database, in the same transaction, until it can; and the host is told.
"""

from sqlmodel import Session, col, select

from internationale.kit import Message, Section, marker
from internationale_members.rows import Unnoted
from internationale_members.rules import closings
from internationale_members.rules.closings import Standing

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
    """Note what is kept, in the order in which it was done. Safe to run twice: what the list has already is not noted after what
    came later, be it that this was cut short the last time, or that the database was put back.
    """
    with section.writing(anybody=True) as session:
        for row in session.exec(select(Unnoted).order_by(col(Unnoted.id))).all():
            if not section.outside(FILE).add(row.word, once=True):
                return
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
    """What holds after the list and what is still kept and not in it yet."""
    noted = section.outside(FILE).all()
    kept = session.exec(select(Unnoted.word).order_by(col(Unnoted.id))).all()
    known = frozenset(noted)
    return closings.standing([*noted, *(word for word in kept if word not in known)])


def _keep(session: Session, word: str) -> None:
    session.add(Unnoted(word=closings.once(word)))


def _word(section: Section, deed: str, of: str) -> str:
    return closings.word(deed, closings.mark(of, secret(section)))
