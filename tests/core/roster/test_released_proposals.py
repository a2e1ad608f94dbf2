"""A change of the list that waited for a second person is proposed only where it can still come into force, and once."""

from datetime import timedelta

import pytest

from internationale.errors import Conflict, Held
from internationale.events import keys
from internationale.events.roster import Roster, Status
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Role
from internationale.rooms.exchange import port as exchange
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing.builds import today
from internationale.testing.federations import Federation
from internationale.testing.founding import ROOT
from internationale.testing.people import person


@pytest.fixture
def ic(federation: Federation) -> Section:
    ic, _fr, _ar = federation("ic", "fr", "ar", plugins=today())
    ic.releasing.names = frozenset({"roster.proposed"})
    return ic


@pytest.fixture
def clara(ic: Section) -> Reader:
    return person(ic, "clara", Role.DELEGATE)


def draft(ic: Section, status: Status = Status.SUSPENDED, days: int = 0) -> Roster:
    with ic.reading() as session:
        known = port.latest(session)
        good = queries.last_good(session, changes.entry_of(known, "ar"))
    return changes.ended(known, "ar", status, good, ic.now() + timedelta(days=days))


def held(ic: Section, change: Roster) -> str:
    """Proposed by one person; its id where it waits for a second."""
    rosa = person(ic, "rosa", Role.DELEGATE)
    with pytest.raises(Held) as raised, ic.writing() as session:
        port.propose(ic, session, change, why="x", by=rosa)
    return str(raised.value.id)


def proposed(ic: Section) -> list[str]:
    with ic.reading() as session:
        return [each.hash for each in queries.pending(session)]


def test_the_same_change_is_proposed_once(ic: Section, clara: Reader) -> None:
    change = draft(ic)
    one, two = held(ic, change), held(ic, change)
    exchange.release(ic, two, clara)
    with pytest.raises(Conflict, match="proposed already"):
        exchange.release(ic, one, clara)
    assert proposed(ic) == [keys.digest(keys.ROSTER, change.serialize()).hex()]


def test_what_is_in_force_already_or_has_lost_its_number_is_not_proposed(ic: Section, clara: Reader) -> None:
    change = draft(ic)
    same, other = held(ic, change), held(ic, draft(ic, Status.EXPELLED))
    with ic.writing() as session:
        port.store_version(session, SignedDocument.seal(keys.ROSTER, change, ROOT), ic.now())
    ic.roster_changed()
    for id in (same, other):
        with pytest.raises(Conflict, match="Since this was written, version 4 of the list"):
            exchange.release(ic, id, clara)
    assert proposed(ic) == []


def test_another_change_for_the_same_number_is_still_proposed(ic: Section, clara: Reader) -> None:
    one, two = held(ic, draft(ic)), held(ic, draft(ic, Status.EXPELLED))
    exchange.release(ic, one, clara)
    exchange.release(ic, two, clara)
    assert len(proposed(ic)) == 2
