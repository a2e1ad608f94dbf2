"""What a log has before one of its events and is not decided here."""

from typing import Any

import pytest

from internationale.events.logs import LogRules
from internationale.events.refs import Ref
from internationale.kit import Utterance
from internationale.kit.undecided import Undecided, obstacle
from internationale.ledger import undecided
from internationale.ledger.causes import Archive
from internationale.ledger.opening import Seals
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import carrying, notes
from internationale.testing.people import speaker

TYPES = ["notes.written", "notes.answered"]


@pytest.fixture
def two(federation: Any) -> list[Section]:
    return federation("aa", "bb", plugins=Plugins([("notes", notes)]))


def say(section: Section, text: str, *refs: Ref, part: bool = False, audience: str = "international") -> Ref:
    kind = notes.Answered if refs else notes.Written
    utterance = Utterance(kind(text=text), refs=refs, parts=(b"part" * 40_000,) if part else (), audience=audience)
    with section.writing() as session:
        found: Ref = section.publish(session, utterance, by=speaker(section))[0].ref
        return found


def asked(section: Section, ref: Ref, name: str, types: list[str] | None = None) -> list[tuple[str, str]]:
    with section.reading() as session:
        return [(each.event, each.reason) for each in section.undecided(session, ref, types or TYPES, name)]


def test_what_waits_before_it_and_speaks_of_the_same(two: list[Section]) -> None:
    aa, bb = two
    first = say(aa, "it", part=True)
    answer = say(aa, "it", first)
    say(aa, "something else", part=True)
    read = say(aa, "it")
    say(aa, "it", part=True)
    assert asked(aa, read, "it") == []
    bb.accept(carrying.said(aa))
    assert asked(bb, read, "it") == [(first.event_id, "missing_part"), (answer.event_id, "missing_cause")]
    assert asked(bb, read, "it", ["notes.answered"]) == [(answer.event_id, "missing_cause")]
    assert asked(bb, read, "it", ["notes"]) == asked(bb, first, "it") == []
    bb.add_parts(carrying.parts(aa))
    assert asked(bb, read, "it") == []


def test_too_many_to_look_into_count_as_one_of_them(two: list[Section], monkeypatch: pytest.MonkeyPatch) -> None:
    aa, bb = two
    others = [say(aa, "something else", part=True) for _ in range(5)]
    read = say(aa, "it")
    bb.accept(carrying.said(aa))
    for most, found in ((5, []), (4, [(others[4].event_id, "missing_part")]), (1, [(others[1].event_id, "missing_part")])):
        monkeypatch.setattr(undecided, "MOST", most)
        assert asked(bb, read, "it") == found


def test_what_is_sealed_stands_before_sealed_things_only(federation: Any) -> None:
    aa, bb, _cc = federation("aa", "bb", "cc", plugins=Plugins([("notes", notes)]))
    waiting = say(aa, "it", part=True, audience="aa bb")
    other = say(aa, "something else", audience="aa bb")
    others = say(aa, "it", audience="aa cc")
    opened, sealed = say(aa, "it"), say(aa, "it", audience="aa bb")
    bb.accept(carrying.said(aa))
    assert asked(bb, opened, "it") == []
    assert [event for event, _reason in asked(bb, sealed, "it")] == [waiting.event_id]
    bb.add_parts(carrying.parts(aa))
    assert asked(bb, sealed, "it") == []
    with bb.writing() as session:  # as if its key had been lost
        connection = session.connection()
        connection.exec_driver_sql("UPDATE ledger_event SET state = 'sealed', reason = 'no_key' WHERE sequence <= 2")
        connection.exec_driver_sql("UPDATE ledger_event SET state = 'sealed', reason = 'not_addressed' WHERE sequence = 3")
        archive = Archive(connection, bb.vocabulary, Seals("bb"))
        found = undecided.before(archive, connection, "bb", undecided.Sought(sealed, TYPES, "it"))
    assert [each.event for each in found] == [waiting.event_id, other.event_id]
    assert others.event_id not in [each.event for each in found]


def test_the_end_of_an_earlier_epoch_may_be_missing(two: list[Section]) -> None:
    aa, bb = two
    say(aa, "it")
    bb.accept(carrying.said(aa))
    closed = LogRules("aa", 1, "0" * 64, (), pin=(3, "0" * 64))
    rules = LogRules("aa", 2, "0" * 64, (), closed={1: closed})
    later = Ref("aa", 2, 1, "0" * 16)
    with bb.reading() as session:
        assert undecided.missing(session.connection(), rules, later) == [Undecided("aa:1:2", "gap")]
        assert undecided.missing(session.connection(), rules, Ref("aa", 1, 1, "0" * 16)) == []
        assert undecided.missing(session.connection(), None, later) == []


def test_the_reason_in_words() -> None:
    assert obstacle([]) is None
    told = str(obstacle([Undecided("aa:1:2", "missing_part"), Undecided("aa:1:3", "gap")]))
    assert told.startswith("Message aa:1:2 of the same section is earlier than this one and not decided here: a part of its text")
    assert "could not be taken in" in str(obstacle([Undecided("aa:1:2", "projection_failed:ValueError")]))
