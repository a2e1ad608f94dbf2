"""Proofs of forks, carried to everybody: two different events that one section signed for one number.

A hub keeps only one of them under the log's subject, so both travel under subjects of their own. Whoever receives them comes
to the same verdict by itself.
"""

from internationale.bus import PROOF, Bus, Parcel
from internationale.events.envelope import Signed
from internationale.ledger import forks
from internationale.section import Section
from internationale.worker.pace import in_thread
from internationale.worker.receiving import take_in

AT_ONCE = 16
_LOG, _PROOF = "intl.v1.log.", "intl.v1.proof."


async def carry(section: Section, bus: Bus) -> int:
    """Publish the proofs that the hub does not have. Returns how many events."""
    known = await in_thread(_known, section)
    there = await bus.kept(f"{_PROOF}*.*.*.*") if known else set()
    missing = [parcel for parcel in known if parcel.subject not in there]
    for parcel in missing:
        await bus.publish([parcel])
    return len(missing)


async def hear(section: Section, bus: Bus, wait: float) -> list[str]:
    """Take in what others prove, as if it had come on the log. Returns the outcomes."""
    batch = await bus.receive(PROOF, 16, wait)
    outcomes = await take_in(section, [_as_event(parcel) for parcel in batch.parcels], f"{bus.hub} proof")
    await batch.done()
    return outcomes


async def look(section: Section, bus: Bus, seen: set[str]) -> int:
    """Take in proofs about our own log by their names: a second instance of this section shares our place in the stream, so that
    each of the two may have heard only half. ``seen``: what was looked at before; returns how many were not.
    """
    names = sorted(await bus.kept(f"{_PROOF}{section.code}.*.*.*") - seen)[:AT_ONCE]
    found = await bus.get(names) if names else {}
    await take_in(section, [_as_event(parcel) for parcel in found.values()], f"{bus.hub} proof")
    seen.update(names)
    return len(names)


def _known(section: Section) -> list[Parcel]:
    with section.reading() as session:
        proofs = forks.proofs(session)
    return [_as_proof(proof.address.subject, signed) for proof in proofs for signed in (proof.first, proof.second)]


def _as_proof(subject: str, signed: Signed) -> Parcel:
    return Parcel(f"{_PROOF}{subject.removeprefix(_LOG)}.{signed.hash[:16]}", signed.body, signed.signature)


def _as_event(parcel: Parcel) -> Parcel:
    address = parcel.subject.removeprefix(_PROOF).rpartition(".")[0]
    return Parcel(_LOG + address, parcel.body, parcel.signature)
