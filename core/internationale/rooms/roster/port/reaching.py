"""Noting for whom what this section says to some only is really sealed."""

from collections.abc import Sequence

from sqlmodel import Session

from internationale.events.envelope import Envelope
from internationale.rooms.roster import queries
from internationale.rooms.roster.rows import SealedForRow

READERS = SealedForRow
"""The table in which it is noted."""


def note_readers(session: Session, said: Sequence[Envelope]) -> None:
    """In the transaction in which it was ``said``, so that the list of sections is the one by which it was sealed."""
    sealed = [envelope for envelope in said if envelope.readers is not None]
    if not sealed:
        return
    members = queries.members(session)
    for envelope in sealed:
        readers = " ".join(code for code in envelope.audience.split() if code in members or code == envelope.section)
        session.merge(SealedForRow(epoch=envelope.epoch, sequence=envelope.sequence, readers=readers))
