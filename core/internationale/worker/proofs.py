"""Proofs of forks, carried to everybody: two different events that one section signed for one number.

A hub keeps only one of them under the log's subject, so both travel under subjects of their own, each below the name of who
brings it (``branches``): who forked knows beforehand under which names they would travel, and may not stand in their place. What
counts is what is there, not its name. Whoever receives them comes to the same verdict by itself.
"""

import asyncio
import secrets
from dataclasses import replace
from itertools import groupby

from internationale.bus import PROOF, Bus, Outcome, Parcel
from internationale.events.envelope import Signed
from internationale.ledger import forks
from internationale.ledger.quarantine import STRANGER
from internationale.section import Section
from internationale.worker.branches import NOBODY, Branches, carriers, everybody, listed, portions
from internationale.worker.pace import in_thread
from internationale.worker.receiving import take_in

EACH = 8
"""Proofs of one section that are looked at in one round."""
AT_ONCE = 16
HEARD = 64
LIST_REST = 3600.0
"""Seconds after which all names are looked through again: what was delivered to us may have been delivered to the instance of
which a backup was made."""
CROWDED = 1000
"""Names, beyond which somebody leaves junk."""
LONG = 1.0
"""Seconds, the same for how long a list takes: of one that is too long nothing is told."""
RESTED = 20
"""So many times as long as a list took it is not asked for again."""
SLOWLY = 200
"""Where so many names stand that are about our own log, they are asked for a second later."""
_LOG, _PROOF = "intl.v1.log.", "intl.v1.proof."


class Seen:
    """What was seen of one hub's proofs, for one connection."""

    def __init__(self) -> None:
        self.branches = Branches(_whose)
        self.places: dict[str, str] = {}
        """Under which subject each of our proofs is there, by its hash; the latest last."""
        self.crowded = False
        """Whether there are so many names that each section's are listed for themselves."""
        self.listed = self.asked = 0.0
        """When all names are looked through again, and those about our own log."""


async def carry(section: Section, bus: Bus, seen: Seen | None = None) -> int:
    """Publish the proofs that the hub does not have. Returns how many events."""
    known, places = await in_thread(_known, section), (seen or Seen()).places
    if places and not await bus.kept(last := list(places.values())[-1]) >= {last}:
        places.clear()  # an old store was put back
    missing = {hash: parcel for hash, parcel in known.items() if hash not in places}
    if not missing:
        return 0
    members, published = await in_thread(carriers, section), 0
    for hash, parcel in missing.items():
        if place := await _find(bus, parcel, hash, members):
            places[hash] = place
        elif place := await _publish(bus, parcel, _name(section.code, parcel, hash)):
            places[hash] = place
            published += 1
    return published


async def _find(bus: Bus, ours: Parcel, hash: str, members: list[str]) -> str | None:
    """Where it is; also under such a name as ``_publish`` makes, where somebody stands in the place of ours."""
    found = await bus.get([_name(code, ours, hash) for code in members] + [_old_name(ours, hash[:16])])
    place = next((name for name, there in found.items() if _same(there, ours)), None)
    if place is None and found:
        others = sorted(await bus.kept(_old_name(ours, "*")) - found.keys())[:HEARD]
        found = await bus.get(others) if others else {}
        place = next((name for name, there in found.items() if _same(there, ours)), None)
    return place


async def _publish(bus: Bus, ours: Parcel, name: str) -> str | None:
    """Under our own name; where that is taken (by who had our key, or where all may write) under one that nobody foresees."""
    for each in (name, _old_name(ours, secrets.token_hex(8))):
        outcome = (await bus.publish([replace(ours, subject=each)]))[0]
        if outcome is Outcome.UNKNOWN:
            return None
        if outcome is Outcome.STORED or _same((await bus.get([each])).get(each), ours):
            return each
    return None


async def hear(section: Section, bus: Bus, wait: float, seen: Seen | None = None) -> list[str]:
    """Take in what others prove, as if it had come on the log. Returns the outcomes; ``duplicate`` for what is left for later."""
    seen = seen or Seen()
    batch = await bus.receive(PROOF, HEARD, wait)
    seen.branches.add((parcel.subject for parcel in batch.parcels), again=True)
    outcomes = await _look(section, bus, seen)
    await batch.done()
    return outcomes + ["duplicate"] * (len(batch.parcels) - len(outcomes))


async def look(section: Section, bus: Bus, seen: Seen) -> int:
    """Take in what is there and was not heard: at first and now and then all of it; each time what is about our own log, for a
    second instance of this section shares our place in the stream, and each of the two may have heard only half.

    Returns how many were looked at.
    """
    now = asyncio.get_running_loop().time()
    if now >= seen.listed:
        seen.listed = now + LIST_REST
        codes = await in_thread(everybody, section)
        names = await listed(bus, [f"{_PROOF}{code}.*.*.*" for code in ("*", *codes)])  # also of whom we do not know yet
        seen.crowded = len(names) > CROWDED
        await in_thread(seen.branches.add, names)
    elif now >= seen.asked:
        codes = await in_thread(everybody, section) if seen.crowded else ["*"]
        ours = {f"{_PROOF}{code}.{section.code}.*.*" for code in codes}
        names = await listed(bus, [*sorted(ours), f"{_PROOF}{section.code}.*.*.*"])
        took = asyncio.get_running_loop().time() - now
        seen.crowded = seen.crowded or len(names) > CROWDED or took > LONG
        seen.asked = now + max(len(names) / SLOWLY, RESTED * took)
        await in_thread(seen.branches.add, names)
    return len(await _look(section, bus, seen))


async def _look(section: Section, bus: Bus, seen: Seen) -> list[str]:
    """The next of each section's."""
    outcomes = list[str]()
    for whose, names in groupby(seen.branches.take(EACH, await in_thread(carriers, section)), _whose):
        for some in portions([*names], AT_ONCE):
            found = [_as_event(parcel) for parcel in (await bus.get(some)).values()]
            outcomes += await take_in(section, found, f"{bus.hub} proof {whose}".strip(), whose or STRANGER)
    return outcomes


def _known(section: Section) -> dict[str, Parcel]:
    """Both events of each, by hash, under the subjects of their logs."""
    with section.reading() as session:
        proofs = forks.proofs(session)
    signed = [(proof.address.subject, each) for proof in proofs for each in (proof.first, proof.second)]
    return {each.hash: _parcel(subject, each) for subject, each in signed}


def _parcel(subject: str, signed: Signed) -> Parcel:
    return Parcel(subject, signed.body, signed.signature)


def _same(one: Parcel | None, other: Parcel) -> bool:
    return one is not None and (one.body, one.signature) == (other.body, other.signature)


def _name(publisher: str, ours: Parcel, hash: str) -> str:
    """``intl.v1.proof.<publisher>.<section>.<epoch>.<sequence>-<hash16>``."""
    return f"{_PROOF}{publisher}.{ours.subject.removeprefix(_LOG)}-{hash[:16]}"


def _old_name(ours: Parcel, end: str) -> str:
    """``intl.v1.proof.<section>.<epoch>.<sequence>.<hash16>``, which was nobody's."""
    return f"{_PROOF}{ours.subject.removeprefix(_LOG)}.{end}"


def _whose(name: str) -> str:
    first, *_address, end = name.removeprefix(_PROOF).split(".")
    return first if "-" in end else NOBODY


def _as_event(parcel: Parcel) -> Parcel:
    rest = parcel.subject.removeprefix(_PROOF)
    address = rest.partition(".")[2].rpartition("-")[0] if _whose(parcel.subject) else rest.rpartition(".")[0]
    return Parcel(_LOG + address, parcel.body, parcel.signature)
