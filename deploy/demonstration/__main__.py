"""``deploy/demo``: three sections on this machine, to look around in or to be checked."""

import argparse
import contextlib
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from first_half import first_half
from instances import CODES, Broken, Federation
from people import CAST, Staff
from second_half import second_half
from story import Story

TOLD = "told.json"
"""What a kept demo must remember: that the first half was told."""


@contextlib.contextmanager
def folder(given: Path | None) -> Iterator[Path]:
    """Where the demo lives: the folder named, which is kept, or one that goes with the demo."""
    if given is not None:
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="internationale-demo-") as temporary:
        yield Path(temporary)


def check(place: Path) -> None:
    """Play the whole story, and say how long the crossings took."""
    with Federation(place) as federation:
        story = Story(federation, print)
        first_half(story)
        second_half(story)
    times = sorted(story.crossings)
    median, worst = times[len(times) // 2] * 1000, times[-1] * 1000
    print(f"\nAs told: {len(times)} crossings, half of them within {median:.0f} ms, the slowest {worst:.0f} ms.")


def show(place: Path) -> None:
    """Tell the first half, print the links, and run until Ctrl-C."""
    began = time.monotonic()
    told = place / TOLD
    if not told.exists() and (place / "hub").exists():
        raise Broken(f"{place} holds a demo whose story was broken off; remove it, or name another folder")
    with Federation(place) as federation:
        if not told.exists():
            story = Story(federation, lambda line: None if line.startswith(" ") else print(line))
            first_half(story)
            links = {code: story_staff.links() for code, story_staff in zip(CODES, (story.ic, story.fr, story.ar), strict=True)}
            signed = {code: [(person.handle, person.role, link) for person, link in people] for code, people in links.items()}
            told.write_text(json.dumps(CAST, ensure_ascii=False), encoding="utf-8")
        else:
            signed = {code: _fresh_links(federation, code) for code in CODES}
        _welcome(federation, signed, time.monotonic() - began)
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
                for instance in federation.instances.values():
                    instance.process.check()
        print("\nStopping ...")


def _fresh_links(federation: Federation, code: str) -> list[tuple[str, str, str]]:
    """New sign-in links for people of a kept demo."""
    people = Staff(federation[code]).people.values()
    return [(each.handle, each.role, federation[code].command("members", "link", each.handle).strip()) for each in people]


def _welcome(federation: Federation, signed: dict[str, list[tuple[str, str, str]]], seconds: float) -> None:
    print(f"\nThree sections are running (ready in {seconds:.0f} s). Each link signs in once.\n")
    for code in CODES:
        print(f"  {code}  {federation[code].url}")
        for handle, role, link in signed[code]:
            print(f"      {role:11} {handle:8} {link}")
        print()
    print("Begin as the committee's delegate: the French section's amendment waits for an answer. Ctrl-C ends the demo.")


def main() -> int:
    """Exit status 0, or 1 with what is amiss."""
    parser = argparse.ArgumentParser(prog="deploy/demo", description=__doc__)
    parser.add_argument("--check", action="store_true", help="play the whole story over HTTP and exit")
    parser.add_argument("--data", type=Path, help="keep everything in this folder")
    options = parser.parse_args()
    # a terminal's hang-up and a service's stop end the demo as Ctrl-C does: in order, leaving nothing behind
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with folder(options.data) as place:
            (check if options.check else show)(place)
    except Broken as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
