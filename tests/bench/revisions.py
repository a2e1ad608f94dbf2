"""What it costs all others that a section revises one text again and again: an event must not cost more the more there are.

``tests/bench/run revisions`` takes 3,000 revisions; ``python tests/bench/revisions.py 500`` as many as are asked for.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from internationale.kit import Ref, Utterance
from internationale.ledger.deliveries import Delivery
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rules import state, writing
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.founding import begin, open_section, unite
from internationale.testing.people import member, speaker
from internationale.text.operations import Replace
from internationale_statements.events import Cosigned

REVISIONS, BURST = int(sys.argv[1]) if sys.argv[1:] else 3_000, 100
CHANGES = 100
"""Revisions of a text of two megabytes."""
LONG = 19_990
"""Lines of the long text: nearly as many as a text may have for its blocks to be looked into."""


def revise(section: Section, id: str, before: Ref, number: int, block: int | None = None) -> Ref:
    """The next revision, as its home says it without reading the whole history: another title, a letter of a block if given."""
    with section.writing() as session:
        base = documents.text_pinned(session, id, before)
        operations = () if block is None else (Replace(base.blocks[block].id, 2, 3, base.blocks[block].raw[2], "b"),)
        said, parts = writing.revision(id, number, base.blocks, operations, title=f"T{number}", note="")
        found: Ref = section.publish(session, Utterance(said, refs=(before,), parts=parts), by=speaker(section))[0].ref
        return found


def hear(section: Section, said: Sequence[Delivery], of: Section) -> float:
    """Take these in; returns the seconds."""
    began = time.monotonic()
    section.accept(said)
    section.add_parts(carrying.parts(of))
    return time.monotonic() - began


def cosign(section: Section, id: str, number: int, ref: Ref) -> float:
    """A co-signature; returns the seconds. As after a restart: nothing is remembered."""
    state._memory = state._Memory()
    began = time.monotonic()
    with section.writing() as session:
        section.publish(session, Utterance(Cosigned(document=id, revision=number), refs=(ref,)), by=speaker(section))
    return time.monotonic() - began


def opened(section: Section, text: str) -> tuple[str, Ref]:
    with section.writing() as session:
        said = {"kind": "statement", "language": "fr", "title": "T", "text": text, "audience": "international"}
        id = section.documents.open(session, **said, by=member(section, "delegate"))
        return id, section.documents.get(session, id).ref


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        aa, bb = (open_section(begin(home / each, each, f"sqlite:///{home / each}.db"), None) for each in ("aa", "bb"))
        unite([aa, bb])
        id, ref = opened(aa, "Non.")
        print(f"\nrevisions: {REVISIONS} of one text, heard by another section in bursts of {BURST}")
        bb.accept(carrying.said(aa))
        for number in range(2, REVISIONS + 2):
            ref = revise(aa, id, ref, number)
        said = carrying.said(aa)[1:]
        for first in range(0, len(said), BURST):
            took = hear(bb, said[first : first + BURST], aa)
            if first in {0, (len(said) - 1) // BURST * BURST}:
                print(f"{f'hearing revisions from number {first + 2}, ms each':52}{took * 1000 / BURST:10.2f}", flush=True)
        print(f"{'a co-signature under the last, after a restart, ms':52}{cosign(bb, id, REVISIONS + 1, ref) * 1000:10.1f}")
        long = "".join("- a\n" for _ in range(LONG))
        id, ref = opened(aa, long)
        bb.accept(carrying.said(aa)[-1:])
        bb.add_parts(carrying.parts(aa))
        revise(aa, id, ref, 2, block=0)
        print(f"{f'hearing one word changed in {LONG} lines, ms':52}{hear(bb, carrying.said(aa)[-1:], aa) * 1000:10.1f}")
        keep_long(aa, bb)
        aa.close()
        bb.close()


def keep_long(aa: Section, bb: Section) -> None:
    """What one word changed costs in a text of nearly two megabytes, again and again."""
    paragraphs = [f"{number} {'word ' * 180}\n\n" for number in range(2_000)]
    id, ref = opened(aa, "".join(paragraphs))
    bb.accept(carrying.said(aa)[-1:])
    bb.add_parts(carrying.parts(aa))
    before, heard = disk(bb), 0.0
    for number in range(2, CHANGES + 2):
        ref = revise(aa, id, ref, number, block=number)
        heard += hear(bb, carrying.said(aa)[-1:], aa)
    print(f"{f'one word changed in {sum(map(len, paragraphs)) // 1000} kB, ms each':52}{heard * 1000 / CHANGES:10.1f}")
    print(f"{'the same, kB of disk each':52}{(disk(bb) - before) / CHANGES / 1000:10.1f}")
    began = time.monotonic()
    with bb.reading() as session:
        documents.text_pinned(session, id, ref)
    print(f"{'reading the last, ms':52}{(time.monotonic() - began) * 1000:10.1f}")


def disk(section: Section) -> int:
    """Bytes that a section's database takes."""
    with section.reading() as session:
        pages, size = (
            session.connection().exec_driver_sql(f"PRAGMA {each}").scalar_one() for each in ("page_count", "page_size")
        )
        return int(pages * size)


if __name__ == "__main__":
    main()
