"""The texts of a log that is stopped by two histories: others do not delete them meanwhile, and their section still can."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from internationale.events.envelope import Address, Envelope
from internationale.events.keys import ROSTER
from internationale.events.roster import LastGood
from internationale.events.signed import SignedDocument
from internationale.events.withdrawn import PartWithdrawn
from internationale.kit import Utterance
from internationale.rooms.roster.port import store_version
from internationale.rooms.roster.queries import latest as latest_of
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.founding import ROOT
from internationale.testing.people import speaker

from .test_withdrawing import carry, genesis, house, of, opened, replayed, rival, said_by, texts, withdrawal

Make = Callable[..., Any]
__all__ = ["house"]


def decided(section: Section, last: Envelope, among: Sequence[Section]) -> None:
    """The International decides up to where the log of a section counts; it goes on in a new epoch."""
    good = LastGood(epoch=last.epoch, sequence=last.sequence, hash=last.hash)
    with section.reading() as session:
        latest = latest_of(session)
    changed = changes.reopened(latest, section.code, section.log_keys.add().public, good, section.now())
    for each in among:
        with each.writing() as session:
            store_version(session, SignedDocument.seal(ROSTER, changed, ROOT), each.now())
        each.roster_changed()


def test_nobody_else_has_the_texts_of_a_stopped_log_deleted(house: list[Section], member: Make) -> None:
    """Which may count again: others who name its parts by their public hashes, and take that back, delete nothing."""
    ic, fr, ar = house
    document = opened(fr, member(fr, "delegate"))
    carry(fr, ic, ar)
    first = carrying.said(fr)
    (named,) = {of(each).parts for each in first}
    other = rival(fr, Address("fr", 1, 1))
    for section in house:
        assert section.accept([other]) == ["forked"]
    data = {"document": "ar-aaaaaaaaaaaa", "kind": "statement", "language": "fr", "title": "T", "changes": None}
    claim = said_by(ar, 1, genesis(ar), type="documents.opened", data=data | {"numbering": 1, "digest": "0" * 64}, parts=named)
    undone = withdrawal(ar, 2, of(claim).hash, str(of(claim).ref))
    for section in house:
        section.accept([claim])
        section.accept([undone])
        assert texts(section) == len(named)

    decided(fr, of(first[0]), house)
    for section in house:
        with section.reading() as session:
            assert section.documents.get(session, document).title == "T"
    replayed(house)


@pytest.mark.parametrize("hears", ["at once", "late"])
def test_its_section_still_takes_back_what_stands_in_the_part_that_was_cut(
    house: list[Section], member: Make, hears: str
) -> None:
    """Nobody needs it to count for that."""
    ic, fr, ar = house
    opened(fr, member(fr, "delegate"), "Short.\n")
    opened(fr, member(fr, "delegate"))
    carry(fr, ic, ar)
    first = carrying.said(fr)
    other = rival(fr, Address("fr", 1, 2))
    for section in house:
        assert section.accept([other]) == ["forked"]
        assert texts(section) == 1
    decided(fr, of(first[0]), house)
    with fr.writing() as session:
        said = Utterance(PartWithdrawn(event=str(of(first[1]).ref), reason="safety"))
        fr.publish(session, said, by=speaker(fr))
    for section in (ic, ar):
        section.accept(carrying.said(fr))
        if hears == "late":
            section.add_parts(carrying.parts(*house))
    assert [texts(section) for section in house] == [0, 0, 0]
    replayed(house)
