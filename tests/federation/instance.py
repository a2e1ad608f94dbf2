"""One instance of a section as a process of its own, for tests that kill it.

``python instance.py HOME CODE DATABASE HUB STEP COUNT``: opens the section, runs its worker against HUB and says COUNT notes,
one after the other; then prints ``done`` and goes on receiving until it is told to stop. At STEP (see ``STEPS``) it kills itself
with SIGKILL, the first time that it comes there.
"""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from internationale import worker
from internationale.bus import storing
from internationale.kit import Utterance
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import deaths, notes
from internationale.testing.builds import today
from internationale.testing.deaths import kill
from internationale.testing.people import speaker


def middle_of_publishing() -> None:
    """Some of what is sent at once is sent, the last never."""
    original = storing._headers
    count = 0

    def headers(parcel: Any) -> Any:
        nonlocal count
        count += 1
        if count == 2:
            kill()
        return original(parcel)

    storing._headers = headers


STEPS = deaths.DEATHS | {"never": lambda: None, "in the middle of publishing": middle_of_publishing}


async def live(section: Section, count: int) -> None:
    me = speaker(section)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def say(text: str) -> None:
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=text)), by=me)

    async with worker.running(section):
        while section.fenced is not None:
            await asyncio.sleep(0.02)
        for number in range(count):
            await asyncio.to_thread(say, f"{section.code} {number}")
            print("said", number, flush=True)
        print("done", flush=True)
        await stop.wait()


def main(home: str, code: str, database: str, hub: str, step: str, count: str) -> None:
    settings = Settings(code=code, name=code, languages=("en",), home=Path(home), database=database, hubs=(hub,))
    section = Section.open(settings, today())
    section.prepare()
    STEPS[step]()
    asyncio.run(live(section, int(count)))
    section.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
