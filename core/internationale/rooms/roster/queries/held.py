"""What the others' latest heads say of single logs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select, union_all
from sqlmodel import Session, col

from internationale.events.heads import Head
from internationale.ledger import reasons, tables
from internationale.ledger.reading import Gap
from internationale.rooms.roster.queries.chain import latest
from internationale.rooms.roster.queries.heads import own_heads
from internationale.rooms.roster.rows import HeldRow

_PLACE = (col(HeldRow.origin), col(HeldRow.epoch), col(HeldRow.sequence))
_SAME_LOG = (col(HeldRow.origin) == tables.head.c.section) & (col(HeldRow.epoch) == tables.head.c.epoch)
_SAME_NUMBER = _SAME_LOG & (col(HeldRow.sequence) == tables.head.c.sequence)
_FURTHEST = select(*_PLACE[:2], func.max(col(HeldRow.sequence)).label("last")).group_by(*_PLACE[:2])
_AHEAD = _FURTHEST.join(tables.head, _SAME_LOG & (col(HeldRow.sequence) > tables.head.c.sequence))
_OTHERWISE = union_all(  # nearly all say the same: what differs is found from both sides in the index
    select(*_PLACE, col(HeldRow.witness)).join(tables.head, _SAME_NUMBER & (col(HeldRow.hash) < tables.head.c.hash)),
    select(*_PLACE, col(HeldRow.witness)).join(tables.head, _SAME_NUMBER & (col(HeldRow.hash) > tables.head.c.hash)),
)


def held(session: Session, origin: str) -> Mapping[str, Head]:
    """How far each section has signed to hold one log."""
    said = select(col(HeldRow.witness), col(HeldRow.epoch), col(HeldRow.sequence), col(HeldRow.hash))
    rows = session.execute(said.where(col(HeldRow.origin) == origin))
    return {witness: Head(epoch, sequence, hash) for witness, epoch, sequence, hash in rows}


@dataclass(frozen=True)
class OwnLog:
    """How many events of our own log are here, and how many the other sections have signed to hold."""

    here: int
    elsewhere: int

    @property
    def behind(self) -> bool:
        """Others hold more of it than we do: usually a restored backup. The fence keeps such a section silent."""
        return self.elsewhere > self.here


def own_log(session: Session, own: str) -> OwnLog:
    """Our own log in the epoch that the list of sections names, as those say it whom the host believes in this: of another epoch
    anybody can say what they like, and nothing that we write depends on it.
    """
    mine = own_heads(session).get(own)
    liars = reasons.claimants(session.connection(), disbelieved=True)
    theirs = [head for witness, head in held(session, own).items() if witness != own and witness not in liars]
    version = latest(session)
    entry = None if version is None else version.roster.entry(own)
    epoch = 1 if entry is None else entry.epoch
    return OwnLog(
        here=mine.sequence if mine is not None and mine.epoch == epoch else 0,
        elsewhere=max((head.sequence for head in theirs if head.epoch == epoch), default=0),
    )


def ahead(session: Session, epochs: Mapping[str, int]) -> list[Gap]:
    """What others have signed to hold beyond what we hold, of these logs in these epochs."""
    here = {(row.section, row.epoch): row.sequence for row in session.execute(select(tables.head))}
    unheld = [code for code, epoch in epochs.items() if (code, epoch) not in here]
    rows = (*session.execute(_AHEAD), *session.execute(_FURTHEST.where(_PLACE[0].in_(unheld))))
    furthest = {row.origin: row.last for row in rows if epochs.get(row.origin) == row.epoch}
    logs = ((origin, epochs[origin], last) for origin, last in sorted(furthest.items()))
    return [Gap(origin, epoch, here.get((origin, epoch), 0) + 1, last) for origin, epoch, last in logs]


@dataclass(frozen=True)
class Claim:
    """What is missing here, or is another here, by what sections have signed; ``witnesses``: who has."""

    gap: Gap
    witnesses: tuple[str, ...]


def claims(session: Session, epochs: Mapping[str, int]) -> list[Claim]:
    """Each thing that others have signed to hold beyond what we hold, or otherwise, with who says so; the nearest first."""
    found: dict[Gap, list[str]] = {}
    for most in ahead(session, epochs):
        said = select(col(HeldRow.sequence), col(HeldRow.witness)).where(
            col(HeldRow.origin) == most.section, col(HeldRow.epoch) == most.epoch, col(HeldRow.sequence) >= most.first
        )
        for last, witness in session.execute(said.order_by(*said.selected_columns)):
            found.setdefault(replace(most, last=last), []).append(witness)
    mine = own_heads(session)
    for witness, origins in contradictions(session).items():
        for origin in origins:
            if origin in epochs:
                end = Gap(origin, mine[origin].epoch, mine[origin].sequence, mine[origin].sequence, another=True)
                found.setdefault(end, []).append(witness)
    return [Claim(gap, tuple(witnesses)) for gap, witnesses in found.items()]


def contradictions(session: Session) -> Mapping[str, tuple[str, ...]]:
    """By section: the logs of which it holds something else than we do under the same number."""
    mine = {(origin, head.epoch) for origin, head in own_heads(session).items()}
    found: dict[str, set[str]] = {}
    for row in session.execute(_OTHERWISE):
        if (row.origin, row.epoch) in mine:
            found.setdefault(row.witness, set()).add(row.origin)
    return {witness: tuple(sorted(origins)) for witness, origins in sorted(found.items())}
