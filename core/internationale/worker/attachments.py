"""The contents of attachments: what is here to the hub, what is wanted from whoever has it, chunk by chunk.

A chunk is believed for its hash, which a signed event names, whoever brings it. So one that is wrong or missing is looked for
elsewhere: at the hub under the sender's name, under anybody's, with the sections themselves, at the sender's own address.
What came is kept, so that a fetch that was cut off goes on where it was.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec

from internationale.bus import Bus, NotAllowed, Outcome, Parcel, Unprovisioned, Unreachable
from internationale.rooms.attachments.port import fetching, taking
from internationale.rooms.attachments.port.fetching import Wanted
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.queries.files import Known
from internationale.rooms.attachments.rules import words
from internationale.section import Section
from internationale.worker import origin
from internationale.worker.branches import listed
from internationale.worker.pace import Backoff, in_thread, outside

_log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds after which it is looked for something new to fetch or to offer."""
OFFERED = timedelta(days=30)
"""For so long after it was attached a content is kept at the hubs by whoever has it."""
LOOKED_AT = 500
"""Attachments that are offered in one round."""
AUDIT_REST = 3600.0
"""Seconds after which it is looked whether a hub still has what was offered."""
ATTEMPTS = 3
"""How often a chunk is published to a hub that does not answer, before the rest of the file is left for later."""
REFUSED_REST = 60.0
"""Seconds after which a hub that did not take a chunk (it is full, or slow) is offered it again."""
BARRED_REST = 300.0
"""The same for one that does not allow it: only its operator can change that."""
AT_ONCE = 8
"""Chunks fetched from a hub at a time."""
ASKED = 4
"""Chunks asked of another section at a time."""
PATIENCE = 3.0
"""Seconds without a word after which a section is taken not to answer."""
SOONEST, LATEST = 5.0, 300.0
"""Seconds before a content that nobody had is looked for again: at first, and in the end."""


class Question(msgspec.Struct, kw_only=True):
    """What one section asks another: chunks (numbers from 0) of a content that ``section`` attached."""

    section: str
    blob: str
    chunks: list[int]


class Carriage:
    """The contents between one section and one hub, for as long as the connection lasts. ``not_taken`` is told when the hub does
    not allow what is brought; what is fetched goes on.
    """

    def __init__(self, section: Section, bus: Bus, not_taken: Callable[[NotAllowed], None] = lambda _trouble: None) -> None:
        self._section = section
        self._room = section.attachments
        self._bus = bus
        self._offered: set[str] = set()
        self._looked: dict[str, bool] = {}
        self._refused: dict[str, float] = {}
        self._not_taken = not_taken
        self._barred = 0.0
        self._audited = -AUDIT_REST
        self._later: dict[tuple[str, object], tuple[float, float]] = {}

    async def run(self) -> None:
        """Until cancelled, or until the connection is lost. What is wrong with attachments never holds up the logs."""
        backoff = Backoff()
        while True:
            try:
                moved = await self.fetch() + await self.offer()
            except Unreachable:
                raise
            except Exception:
                _log.exception("hub %s: attachments", self._bus.hub)
                await backoff.pause()
                continue
            backoff.reset()
            if not moved:
                await asyncio.sleep(LOOK)

    async def offer(self) -> int:
        """Bring to the hub what was attached lately, is here, and is not there. Returns how many chunks."""
        now = asyncio.get_running_loop().time()
        if now - self._audited > AUDIT_REST:
            self._audited = now
            self._offered.clear()
        sent = 0
        try:
            for known in await in_thread(self._recent) if now >= self._barred else ():
                sent += await self._offer(known)
        except NotAllowed as trouble:
            self._barred, self._audited = now + BARRED_REST, -AUDIT_REST
            self._not_taken(trouble)
        return sent

    async def fetch(self) -> int:
        """One round over all that is wanted. Returns how many chunks came."""
        came, now, every = 0, asyncio.get_running_loop().time(), await in_thread(fetching.look, self._room)
        for wanted in every:
            again, _pause = self._later.get((wanted.ref, wanted.since), (now, 0))
            if again <= now:
                came += await self._fetch(wanted)
        self._later = {key: self._later[key] for each in every if (key := (each.ref, each.since)) in self._later}
        return came

    async def _fetch(self, wanted: Wanted) -> int:
        left, trouble = set(wanted.missing), words.NOBODY
        try:
            for bring in (self._from_sender, self._from_anybody, self._from_sections, self._from_pages):
                if left:
                    await bring(wanted, left)
        except OSError as error:
            if not fetching.is_full(error):
                raise
            trouble = words.NO_ROOM
        came = len(wanted.missing) - len(left)
        whole = await in_thread(fetching.settle, self._room, wanted, trouble)
        _log.info("attachment %s: %s chunks came, %s are missing", wanted.ref, came, len(left))
        self._note(wanted, done=whole)
        return came

    def _note(self, wanted: Wanted, *, done: bool) -> None:
        key = (wanted.ref, wanted.since)
        _again, pause = self._later.pop(key, (0.0, SOONEST / 2))
        if not done:
            pause = min(pause * 2, LATEST)
            self._later[key] = (asyncio.get_running_loop().time() + pause, pause)

    async def _from_sender(self, wanted: Wanted, left: set[int]) -> None:
        await self._from_hub(wanted, left, {wanted.section: left})

    async def _from_anybody(self, wanted: Wanted, left: set[int]) -> None:
        try:
            there = await self._there(wanted.content.blob, "*", *await in_thread(self._members, wanted.section))
        except Unprovisioned:
            return
        await self._from_hub(
            wanted, left, {publisher: has & left for publisher, has in there.items() if publisher != wanted.section}
        )

    async def _from_hub(self, wanted: Wanted, left: set[int], offers: Mapping[str, set[int]]) -> None:
        for publisher, has in offers.items():
            for some in batches(has & left, AT_ONCE):
                names = {subject(publisher, wanted.content.blob, number): number for number in some}
                try:
                    found = await self._bus.get(list(names))
                except Unprovisioned:
                    return
                bodies = {names[parcel.subject]: parcel.body for parcel in found.values() if parcel.subject in names}
                left -= await in_thread(self._keep, wanted, bodies)

    async def _from_sections(self, wanted: Wanted, left: set[int]) -> None:
        for peer in await in_thread(self._members, wanted.section):
            for some in batches(left, ASKED):
                question = Question(section=wanted.section, blob=wanted.content.blob, chunks=list(some))
                answer = await self._bus.ask(peer, msgspec.json.encode(question), PATIENCE)
                came = await in_thread(self._keep, wanted, _numbered(answer, some))
                left -= came
                if not came:
                    break

    async def _from_pages(self, wanted: Wanted, left: set[int]) -> None:
        """The sender's own address, where no hub helps."""
        for number in sorted(left):
            try:
                body = await outside(origin.chunk, self._section, wanted.section, wanted.content.blob, number)
            except origin.Unanswered as trouble:
                _log.info("section %s does not answer over HTTPS: %s", wanted.section, trouble)
                return
            if not await in_thread(self._keep, wanted, {number: body}):
                return
            left.discard(number)

    def _keep(self, wanted: Wanted, bodies: Mapping[int, bytes]) -> set[int]:
        return {number for number, body in bodies.items() if fetching.add(self._room, wanted, number, body)}

    async def _offer(self, known: Known) -> int:
        """Our own under our name; another's only where nobody has offered it. What the hub does not take now is tried later.

        Under their own names its sender and we are believed to have put it; of everybody else's it is looked whether it is that.
        """
        ref, blob, code, sent = known.file.ref, known.file.blob, self._section.code, 0
        try:
            there = await self._there(blob, code, known.file.section)
            lacking = set(range(len(known.content.chunks))) - there.get(code, set())
            if known.file.section != code:
                lacking -= there.get(known.file.section, set())
                others = await in_thread(self._members, known.file.section) if lacking else []
                there = await self._there(blob, *others)
                for publisher in others:
                    lacking -= await self._true(known, publisher, there.get(publisher, set()) & lacking)
            for number in lacking:
                if not await self._send(known, number):
                    self._refused[ref] = time.monotonic() + REFUSED_REST
                    break
                sent += 1
        except Unprovisioned:
            _log.info("hub %s: takes no attachments; other sections ask for them directly", self._bus.hub)
        return sent

    async def _there(self, blob: str, *publishers: str) -> dict[str, set[int]]:
        """Which chunks the hub has under each of these names."""
        return numbers(await listed(self._bus, [subject(publisher, blob, "*") for publisher in publishers]))

    async def _true(self, known: Known, publisher: str, numbers: set[int]) -> set[int]:
        """Those chunks under a section's name that are what was attached, until one is not; each is looked at once."""
        true = set[int]()
        for number in sorted(numbers):
            name = subject(publisher, known.file.blob, number)
            if name not in self._looked:
                body = (await self._bus.get([name])).get(name)
                self._looked[name] = body is not None and known.content.fits(number, body.body)
            if not self._looked[name]:
                break
            true.add(number)
        return true

    async def _send(self, known: Known, number: int) -> bool:
        body = await in_thread(self._room.store.get, known.content.chunks[number])
        if body is None:
            return False
        parcel = Parcel(subject(self._section.code, known.file.blob, str(number)), body)
        for _ in range(ATTEMPTS):
            outcome = (await self._bus.publish([parcel]))[0]
            if outcome in (Outcome.STORED, Outcome.PRESENT):
                return True
        _log.warning("hub %s: chunk %s of attachment %s: %s", self._bus.hub, number, known.file.id, outcome.value)
        return False

    def _recent(self) -> list[Known]:
        """Some of what was attached lately, is here, counts, and was not offered yet; noted as offered."""
        now = time.monotonic()
        for ref in [ref for ref, again in self._refused.items() if again <= now]:
            del self._refused[ref]
            self._offered.discard(ref)
        with self._section.reading() as session:
            refs = sorted(set(files.since(session, self._section.now() - OFFERED)) - self._offered)[:LOOKED_AT]
            found = files.by_ref(session, refs)
            living = {file.ref for file in self._room.living(session, [known.file for known in found])}
        self._offered.update(refs)
        return [known for known in found if known.removal is None and known.file.ref in living]

    def _members(self, first: str) -> list[str]:
        """Whom to ask: the sender, then the other members."""
        with self._section.reading() as session:
            codes = [card.code for card in self._section.sections(session) if card.status == "member"]
        return sorted((code for code in codes if code != self._section.code), key=lambda code: (code != first, code))


def answer(section: Section, sender: str, blob: str, chunks: Sequence[int]) -> list[Parcel]:
    """The chunks of a content of ``sender`` that another section asks for, as far as they are here."""
    found = []
    with section.reading() as session:
        for number in chunks[:ASKED]:
            body = taking.chunk(session, section.attachments, sender, blob, number)
            if body is not None:
                found.append(Parcel(subject(section.code, blob, str(number)), body))
    return found


def subject(publisher: str, blob: str, number: str | int) -> str:
    """Where a chunk travels: under the name of whoever brings it."""
    return f"intl.v1.blob.{publisher}.{blob}.{number}"


def numbers(subjects: set[str]) -> dict[str, set[int]]:
    """The numbers of the chunks under these subjects, by publisher."""
    found: dict[str, set[int]] = {}
    for each in subjects:
        publisher, _blob, number = each.split(".")[3:]
        if number.isascii() and number.isdigit() and len(number) < 6:
            found.setdefault(publisher, set()).add(int(number))
    return found


def batches(items: set[int], size: int) -> Iterator[list[int]]:
    """In any order, so that two hubs that are asked at once bring different ones."""
    order = random.sample(sorted(items), len(items))
    return (order[start : start + size] for start in range(0, len(order), size))


def _numbered(answer: Sequence[Parcel], asked: Sequence[int]) -> dict[int, bytes]:
    """Parcels of an answer by the number in their subject."""
    found = {str(number): number for number in asked}
    ends = ((parcel.subject.rpartition(".")[2], parcel.body) for parcel in answer)
    return {found[end]: body for end, body in ends if end in found}
