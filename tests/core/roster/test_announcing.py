"""Another key for a section's log is announced only where the list of sections can take it, and in time to take it."""

from collections.abc import Callable

import pytest

from internationale.errors import Conflict, Held, Paused
from internationale.events import keys
from internationale.events.keys import SigningKey
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Role, Utterance
from internationale.rooms.exchange import port as exchange
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.checks import announced_key
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.federations import Federation
from internationale.testing.founding import ROOT
from internationale.testing.people import person, speaker

from .conftest import announce_unasked

FIRST, OTHER, THIRD = (SigningKey(bytes([number]) * 32) for number in (7, 8, 9))


@pytest.fixture
def two(federation: Federation) -> list[Section]:
    return federation("ic", "fr", plugins=today())


@pytest.fixture
def fr(two: list[Section]) -> Section:
    return two[1]


def say(section: Section, *texts: str) -> None:
    for text in texts:
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=text)), by=speaker(section))


def announce(section: Section, key: SigningKey, first: int, by: Reader | None = None) -> None:
    with section.writing() as session:
        port.announce_key(section, session, key, first=first, epoch=1, by=by or speaker(section))


def announce_and_keep(section: Section, key: SigningKey, first: int) -> None:
    announce_unasked(section, key, first)
    section.log_keys.add(key)


def take(sections: list[Section], key: SigningKey, first: int) -> None:
    """The list of sections names the key of ``fr``."""
    with sections[0].reading() as session:
        draft = changes.rotated(port.latest(session), "fr", key.public, first, sections[0].now())
    for section in sections:
        with section.writing() as session:
            port.store_version(session, SignedDocument.seal(keys.ROSTER, draft, ROOT), section.now())
        section.roster_changed()


def head(section: Section) -> int:
    with section.reading() as session:
        return section.ledger.head(session, section.code).sequence


def announced(section: Section) -> tuple[str, int] | None:
    with section.reading() as session:
        found = queries.announcement(session, changes.entry_of(port.latest(session), "fr"))
    return None if found is None else (found.key, found.first)


def test_a_key_that_would_begin_before_one_that_the_list_has_is_not_announced(two: list[Section], fr: Section) -> None:
    announce(fr, FIRST, 100)
    fr.log_keys.add(FIRST)
    take(two, FIRST, 100)
    for first in (6, 100):
        with pytest.raises(Conflict, match="From number 100 on"):
            announce(fr, OTHER, first)
    assert head(fr) == 1
    announce(fr, OTHER, 101)
    assert announced(fr) == (str(OTHER.public), 101)


def test_while_a_key_waits_for_the_committee_no_other_is_announced(fr: Section) -> None:
    announce(fr, FIRST, 100)
    with pytest.raises(Conflict, match="announced already"):
        announce(fr, OTHER, 200)
    assert (head(fr), announced(fr)) == (1, (str(FIRST.public), 100))


def test_a_key_that_would_silence_its_section_at_once_is_not_announced(fr: Section) -> None:
    say(fr, "one")
    with pytest.raises(Conflict, match="too near"):
        announce(fr, FIRST, 3)
    announce(fr, FIRST, 4)
    fr.log_keys.add(FIRST)
    say(fr, "three")
    with pytest.raises(Paused, match="confirm the key"):
        say(fr, "four")


def test_what_the_list_cannot_take_any_more_silences_nobody(two: list[Section], fr: Section) -> None:
    announce_and_keep(fr, FIRST, 20)
    take(two, FIRST, 20)
    announce_and_keep(fr, OTHER, 5)
    announce_and_keep(fr, THIRD, 20)
    say(fr, *map(str, range(4, 9)))
    assert announced(fr) is None
    announce(fr, SigningKey(b"n" * 32), 21)


def test_what_the_list_can_still_take_waits_although_something_was_announced_after_it(two: list[Section], fr: Section) -> None:
    announce_and_keep(fr, FIRST, 5)
    take(two, FIRST, 5)
    announce_and_keep(fr, THIRD, 6)
    announce_and_keep(fr, OTHER, 5)
    assert announced(fr) == (str(THIRD.public), 6)
    say(fr, "four", "five")
    with pytest.raises(Paused, match="confirm the key"):
        say(fr, "six")
    take(two, THIRD, 6)
    say(fr, "six")


@pytest.fixture
def held(fr: Section) -> Callable[[SigningKey, int], str]:
    """Announces a key that waits for a second person; its id there."""
    fr.releasing.names = frozenset({"roster.key_announced"})

    def wait(key: SigningKey, first: int) -> str:
        with pytest.raises(Held) as raised:
            announce(fr, key, first, person(fr, "rosa", Role.HOST))
        return str(raised.value.id)

    return wait


@pytest.fixture
def clara(fr: Section) -> Reader:
    return person(fr, "clara", Role.DELEGATE)


def test_a_key_that_was_released_too_late_is_not_announced(fr: Section, held: Callable[..., str], clara: Reader) -> None:
    id = held(FIRST, 5)
    say(fr, "one", "two", "three")
    with pytest.raises(Conflict, match="too near"):
        exchange.release(fr, id, clara)
    assert (head(fr), announced(fr)) == (3, None)
    say(fr, "four", "five", "six")
    with pytest.raises(Conflict, match="too near"):
        exchange.release(fr, id, clara)


def test_a_key_that_is_released_in_time_is_announced(fr: Section, held: Callable[..., str], clara: Reader) -> None:
    id = held(FIRST, 5)
    say(fr, "one", "two")
    exchange.release(fr, id, clara)
    assert announced(fr) == (str(FIRST.public), 5)


def test_of_two_keys_that_waited_for_a_second_person_one_is_announced(
    two: list[Section], fr: Section, held: Callable[..., str], clara: Reader
) -> None:
    first, second = held(FIRST, 100), held(OTHER, 50)
    exchange.release(fr, first, clara)
    with pytest.raises(Conflict, match="announced already"):
        exchange.release(fr, second, clara)
    take(two, FIRST, 100)
    with pytest.raises(Conflict, match="From number 100 on"):
        exchange.release(fr, second, clara)


def told(section: Section, host: Reader) -> list[str]:
    """What the home page of its host says of it."""
    with section.reading() as session:
        return [str(need.detail) for need in queries.needs(section, session, host) if "key" in str(need.title)]


def test_the_host_is_told_before_a_key_that_nobody_confirms_silences_the_section(two: list[Section], fr: Section) -> None:
    waiting = (
        "A new key for this section's log is announced, and the committee has not confirmed it yet. The log is at number %s; from"
        " number 102 on this section is silent until it does. It says there: internationale roster propose rotate fr"
    )
    host = person(fr, "rosa", Role.HOST)
    announce(fr, FIRST, 102)
    fr.log_keys.add(FIRST)
    assert (announced_key(fr), told(fr, host)) == ([], [])
    say(fr, "two")
    assert [str(each) for each in announced_key(fr)] == told(fr, host) == [waiting % 2]
    assert told(fr, person(fr, "clara", Role.DELEGATE)) == announced_key(two[0]) == []
    take(two, FIRST, 102)
    assert (announced_key(fr), told(fr, host)) == ([], [])
