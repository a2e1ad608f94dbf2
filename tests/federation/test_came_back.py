"""A copy of the whole machine is put back without a word: what comes back of its log shows that the database is an old one."""

import pytest
from sqlmodel import select

from internationale.errors import Conflict, Held
from internationale.kit import Role, Utterance
from internationale.rooms.exchange import port
from internationale.rooms.exchange.rows import HeldRow
from internationale.rooms.exchange.rules import DOUBTFUL
from internationale.testing import carrying, notes
from internationale.testing.people import person


@pytest.fixture
def fr(three):
    """What it says waits for a second person."""
    fr = three[1]
    fr.releasing.names = frozenset(["notes.written"])
    return fr


@pytest.fixture
def clara(fr):
    return person(fr, "clara", Role.SECRETARY)


def waits(section, words):
    with pytest.raises(Held) as held, section.writing() as session:
        section.publish(session, Utterance(notes.Written(text=words), author="rosa"), by=section.grants.host())
    return held.value.id


def states(section):
    with section.reading() as session:
        return dict(session.exec(select(HeldRow.id, HeldRow.state)).all())


def test_what_was_released_meanwhile_is_not_released_again(fr, clara, backup):
    port.release(fr, waits(fr, "one"), clara)
    held = waits(fr, "two")
    restore = backup(fr)
    port.release(fr, held, clara)
    again = restore()
    again.releasing.names = fr.releasing.names
    assert states(again)[held] == "waiting"
    assert again.accept(carrying.said(fr)) == ["duplicate", "applied"]
    assert states(again)[held] == "doubtful"
    with pytest.raises(Conflict, match=str(DOUBTFUL)):
        port.release(again, held, clara)
    again.close()


def test_it_is_told_once(fr, clara, backup):
    """By the first that comes back. Who has signed in again, or written again, since then is left alone."""
    told = []
    port.release(fr, waits(fr, "one"), clara)
    restore = backup(fr)
    for words in ("two", "three", "four"):
        port.release(fr, waits(fr, words), clara)
    _one, two, three_, four = carrying.said(fr)
    again = restore()
    again.releasing.names = fr.releasing.names
    again.begin = lambda: told.append(1) or type(again).begin(again)
    again.accept([two])
    again.accept([three_])
    assert len(told) == 1
    held = waits(again, "five")
    again.accept([four])
    assert (states(again)[held], len(told)) == ("waiting", 1)
    port.release(again, held, clara)
    assert len(told) == 1
    again.close()


def test_a_new_database_has_forgotten_nothing(fr, clara, federation):
    """What was made ready in it before its log came back stays: the first invitations, what waits."""
    port.release(fr, waits(fr, "one"), clara)
    new = federation.fresh("fr")
    new.releasing.names = fr.releasing.names
    held = waits(new, "two")
    assert new.accept(carrying.said(fr)) == ["applied"]
    assert states(new)[held] == "waiting"
