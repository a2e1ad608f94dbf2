"""Files that do not count any more, of which there are still rows: a text on which they stand was taken back, and all rows are
made anew only after a while (``ledger.pacing``). By then they would be handed out to whoever asks.

Costs nothing when no such rows remain.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlmodel import Session

from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.ledger import falling, remaining, withdrawing
from internationale.ledger.judging import address
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rows.shared import File


def fallen(section: Any, session: Session, some: Iterable[File]) -> frozenset[str]:
    """Of these files, by ref, those that do not count, or are decided anew (their log was cut): they are not handed out."""
    if not remaining.remain(session.connection()):
        return frozenset()
    return standing_on(section, session, withdrawing.aside(session.connection()), {file.ref: file.upon for file in some})


def let_go(section: Any, session: Session) -> frozenset[str]:
    """Of all files, by ref, those that go for good, by the word of the section on whose text they stand: nobody keeps them."""
    if not remaining.remain(session.connection()):
        return frozenset()
    return standing_on(section, session, withdrawing.going(session.connection()), files.standing(session))


def standing_on(section: Any, session: Session, first: Collection[Address], some: Mapping[str, str]) -> frozenset[str]:
    """The refs of those files that fall with the ``first`` events. ``some``: each file's ref, and what it stands on
    (``File.upon``), so that their own events, however many, need not be opened.
    """
    upon = {ref: set(map(_place, causes.split())) for ref, causes in some.items()}
    grounds = set[Address]().union(*upon.values())
    gone = falling.falling(session, section.vocabulary, section.ledger.seals, first, grounds) | frozenset(first)
    return frozenset(ref for ref, causes in upon.items() if _place(ref) in gone or not gone.isdisjoint(causes))


def _place(ref: str) -> Address:
    return address(Ref.parse(ref))
