"""The proofs of forks that are held here, and what stands still because of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from internationale.events import envelope, proofs, roster
from internationale.events.envelope import Address, Envelope, Signed
from internationale.kit import NotFound, marker
from internationale.ledger import forks, tables
from internationale.ledger.forks import Proof
from internationale.rooms.exchange.queries.alarms import standing_still
from internationale.rooms.roster import queries

_ = marker("core")


@dataclass(frozen=True)
class Saying:
    """One of the two messages: what it claims, in its own bytes."""

    type: str
    time: datetime
    author: str | None
    audience: str
    hash: str
    data: dict[str, Any]

    @classmethod
    def of(cls, read: Envelope) -> "Saying":
        return cls(read.type, read.time, read.author, read.audience, read.hash, dict(read.data))


@dataclass(frozen=True)
class Fork:
    """One proof. ``stands``: the log still waits for a decision; ``behind``: messages after it that are kept and do not count."""

    section: str
    epoch: int
    sequence: int
    found: datetime
    first: Saying
    second: Saying
    stands: bool
    behind: int

    @property
    def id(self) -> str:
        return f"{self.section}:{self.epoch}:{self.sequence}"


def every(session: Session) -> tuple[Fork, ...]:
    """All proofs, the undecided first."""
    still = {section for section, _number in standing_still(session)}
    held = (_fork(session, proof, still) for proof in forks.proofs(session))
    return tuple(sorted(held, key=lambda fork: (not fork.stands, fork.section, fork.epoch, fork.sequence)))


def lines(session: Session, id: str = "") -> Iterator[str]:
    """One proof (by the number that has two messages, such as ``fr:1:7``), or all, as a file that can be checked anywhere.

    Raises ``NotFound``.
    """
    held = [proof for proof in forks.proofs(session) if id in ("", str(proof.address))]
    if not held:
        raise NotFound(_("There is no such proof here."))
    chain = roster.verify_chain(queries.chain(session))
    for proof in held:
        yield from proofs.lines(chain, proof.address, (proof.first, proof.second))


def _fork(session: Session, proof: Proof, still: set[str]) -> Fork:
    where = proof.address
    return Fork(
        section=where.section,
        epoch=where.epoch,
        sequence=where.sequence,
        found=_found(session, where),
        first=_saying(proof.first),
        second=_saying(proof.second),
        stands=where.section in still,
        behind=_behind(session, where),
    )


def _saying(signed: Signed) -> Saying:
    return Saying.of(envelope.parse(signed.body))


def _found(session: Session, where: Address) -> datetime:
    fork = tables.fork
    query = select(fork.c.found_at).filter_by(section=where.section, epoch=where.epoch, sequence=where.sequence)
    found: datetime = session.connection().execute(query).scalar_one()
    return found


def _behind(session: Session, where: Address) -> int:
    parked = tables.parked
    after = (parked.c.section == where.section) & (parked.c.epoch == where.epoch) & (parked.c.sequence > where.sequence)
    return int(session.connection().execute(select(func.count()).select_from(parked).where(after)).scalar_one())
