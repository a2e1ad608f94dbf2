"""The exchange of signed heads: what we hold, said after every change; what the others say, taken in."""

from functools import partial

from internationale.bundle import taking, witnessing
from internationale.bus import HEADS, Bus, Outcome, Parcel
from internationale.errors import Untrusted
from internationale.events import signed
from internationale.events.heads import Heads
from internationale.events.signed import SignedDocument
from internationale.section import Section
from internationale.worker.pace import in_thread

BATCH = 256
PAUSE, SHARE = 1.0, 0.05
"""Heads are said at most so often (seconds): at once, and for each section of the International. Everybody reads everybody's, so
that with many sections each has to speak more rarely.
"""


def pause(section: Section) -> float:
    """Seconds to wait before heads are said again."""
    with section.reading() as session:
        return max(PAUSE, SHARE * len(section.keyring(session)))


async def say(section: Section, bus: Bus, *, again: bool = False) -> bool:
    """Publish our heads when the hub does not have as much as they say now (or ``again``). Whether something was said."""
    document = await in_thread(partial(witnessing.sign, again=again), section)
    if document is None:
        return False
    parcel = Parcel(f"intl.v1.heads.{section.code}", document.body, document.header)
    last = await bus.last(parcel.subject)
    if last is not None and (last.body == parcel.body or (not again and _as_much(last, parcel))):
        return False
    return await bus.publish([parcel]) == [Outcome.STORED]


def _as_much(there: Parcel, ours: Parcel) -> bool:
    """Whether they say the same; ours may have been signed since for who has asked."""
    try:
        said = signed.parse(Heads, there.body, "malformed_heads")
    except Untrusted:
        return False
    word = signed.parse(Heads, ours.body, "malformed_heads")
    return (said.section, said.roster, said.heads) == (word.section, word.roster, word.heads)


async def hear(section: Section, bus: Bus, wait: float) -> int:
    """Take in the others' heads. Returns how many were new; what is not authentic is left aside: the next true one comes soon."""
    batch = await bus.receive(HEADS, BATCH, wait)
    heard = await in_thread(taking.hear, section, [SignedDocument.from_header(one.body, one.signature) for one in batch.parcels])
    await batch.done()
    return heard.new
