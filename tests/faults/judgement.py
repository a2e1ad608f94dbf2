"""What came of a fault: what was told against what is there, and then the nine invariants."""

import os
from collections import Counter
from dataclasses import dataclass, field

from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import oracle
from internationale.testing.founding import open_section

from .instance import PLUGINS
from .scene import Scene

SLOW = 1.0
"""An answer of the pages that takes longer (seconds) is one too many; one may, on a machine with neighbours."""
MEMORY = 400
"""MiB that an instance may hold, whatever was done to it."""


@dataclass
class Verdict:
    """What came of one fault with one seed. ``lost``, ``doubled`` and ``diverged`` count events, texts and sections."""

    written: int = 0
    lost: int = 0
    doubled: int = 0
    diverged: int = 0
    healing: float = 0.0
    slowest: float = 0.0
    """The slowest answer of a page, in seconds, but for one: machines have neighbours."""
    memory: int = 0
    """The most that one instance held in the end, in MiB."""
    seconds: float = 0.0
    """How long it took in all."""
    course: str = ""
    """A short name for all that the seed decided."""
    wrong: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return not (self.lost or self.doubled or self.diverged or self.wrong)


def weigh(scene: Scene, verdict: Verdict) -> None:
    """What was told against what is there; then the nine invariants."""
    sections = [open_section(scene.settings[code], Plugins(PLUGINS)) for code in scene.codes]
    told = {id: hash for instance in scene.former for id, hash in instance.said.items() if id not in scene.unsaid}
    held = [hashes(section) for section in sections]
    verdict.written = len(told)
    verdict.lost = sum(each.get(id) != hash for each in held for id, hash in told.items())
    texts = Counter(row[2] for row in oracle.rows(sections[0])["notes_note"])
    verdict.doubled = sum(count - 1 for count in texts.values())
    verdict.diverged = sum(each != held[0] for each in held)
    own = {id: hash for section, each in zip(sections, held, strict=True) for id, hash in each.items() if of(id, section.code)}
    own |= {id: hash for id, hash in held[0].items() if id.partition(":")[0] not in scene.codes}
    for code in scene.codes:
        untold = sum(id not in told for id in own if of(id, code))
        if untold > scene.killed[code]:  # what was committed in the moment of death could not be told any more
            verdict.wrong.append(f"{code} has {untold} events that nobody said")
    verdict.slowest = max(sorted(scene.answers)[:-1], default=0.0)
    crowded = os.getloadavg()[0] > 2 * (os.cpu_count() or 1)  # whom a machine keeps waiting for its neighbours proves nothing
    if verdict.slowest > SLOW and not crowded:
        verdict.wrong.append(f"a page took {verdict.slowest:.1f} s")
    if verdict.memory > MEMORY:
        verdict.wrong.append(f"an instance holds {verdict.memory} MiB")
    try:
        oracle.invariants(sections, own, bad=scene.expected, secrets=scene.secrets)
    except AssertionError as error:
        verdict.wrong.append(str(error).partition("\n")[0][:300])
    for section in sections:
        section.close()


def hashes(section: Section) -> dict[str, str]:
    """The hash of each event of the log, by id."""
    with section.reading() as session:
        return {str(event.address): event.hash for event in section.ledger.every_event(session)}


def of(id: str, code: str) -> bool:
    """Whether this is the id of an event of that section."""
    return id.startswith(f"{code}:")
