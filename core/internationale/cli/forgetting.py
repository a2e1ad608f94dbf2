"""Having a hub forget the contents of files that were taken back, by the word of the sections that attached them, or that went
with what they stood on.

Only of files that the section can read that looks after the hub: what of others was taken back, which is sealed, it cannot know.
"""

import asyncio
import time
from dataclasses import dataclass, field

from internationale.bus import purging
from internationale.bus.purging import Operator
from internationale.cli import provisioning
from internationale.cli.provisioning import Operation
from internationale.rooms.attachments.port import falling
from internationale.rooms.attachments.queries import files
from internationale.section import Section

AGAIN = 24 * 3600.0
"""Seconds after which it is looked again whether a content is there: it may have been brought once more just then."""
WITHIN = 5.0
"""About so many seconds a round takes: who watches a hub has more to do."""


@dataclass
class Forgetting:
    """What one hub was asked to forget, and when, by the clock of this process."""

    asked: dict[tuple[str, str], float] = field(default_factory=dict)

    def run(self, section: Section, operation: Operation) -> int:
        """A round; returns how many messages the hub has deleted. Raises ``Refused``, ``Misconfigured``, ``Paused``."""
        now = time.monotonic()
        with section.reading() as session:
            gone = files.gone(session, falling.let_go(section, session))
        due = [content for content in gone if now - self.asked.get(content, -AGAIN) >= AGAIN]
        if not due:
            return 0
        hub = provisioning.hub_at(section, operation.url)
        operator = Operator(hub.addresses, provisioning.whoever(section), hub.certificates)
        with provisioning.asking(section, operation.url):
            done = asyncio.run(purging.forget(operator, due, WITHIN))
        self.asked |= dict.fromkeys(done, now)
        return sum(done.values())
