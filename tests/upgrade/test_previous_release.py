"""The database of the release before is brought up to date by ``prepare``, loses nothing, and speaks with that of today."""

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlmodel import select

from internationale import settings
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.settings import Settings
from internationale.testing import oracle
from internationale.testing.federations import Federation
from internationale.testing.founding import admit
from internationale_members.rows import Account

SAID = {"ar": 6, "fr": 7, "ic": 7}


def states(section: Section) -> Counter[str]:
    with section.reading() as session:
        return Counter(event.state.value for event in section.ledger.every_event(session))


def by_section(section: Section) -> Counter[str]:
    return Counter(id.partition(":")[0] for id in oracle.log(section))


@pytest.mark.parametrize("code", ["ic", "fr"])
def test_nothing_is_lost_and_all_is_understood(opened: Callable[[str], Section], code: str) -> None:
    section = opened(code)
    oracle.verify(section)
    oracle.replayed(section)
    assert by_section(section) == SAID
    assert states(section) == {"applied": sum(SAID.values())}


def test_people_are_still_who_they_were(opened: Callable[[str], Section]) -> None:
    """Private tables are migrated too: everybody has their account and what they were given."""
    section = opened("fr")
    with section.reading() as session:
        handles = sorted(session.exec(select(Account.handle)))
        given = session.connection().execute(text("SELECT count(*) FROM grants_grant")).scalar()
    assert (handles, given) == (["jeanne", "karim", "lucie", "paul"], 8)


def test_what_the_others_said_to_hold_can_be_asked_by_log(opened: Callable[[str], Section]) -> None:
    section = opened("fr")
    with section.reading() as session:
        words = queries.peers(session)
        asked = {code: dict(queries.held(session, code)) for code in SAID}
    told = {code: {witness: word.heads[code] for witness, (_at, word) in words.items() if code in word.heads} for code in SAID}
    assert (asked, set(words)) == (told, set(SAID))


def test_a_second_start_changes_nothing(left_behind: Callable[[str], Settings]) -> None:
    given = left_behind("fr")
    first = Section.open(given)
    first.prepare()
    rows, log = oracle.rows(first), oracle.log(first)
    first.close()
    second = Section.open(given)
    assert second.prepare() == []
    assert (oracle.rows(second), oracle.log(second)) == (rows, log)
    second.close()


def test_it_goes_on_with_a_newcomer_of_today(
    opened: Callable[[str], Section], federation: Federation, carry: Callable[..., None]
) -> None:
    """``ic`` and ``fr`` come from the release before; a new section is admitted with the root key of then, and all speak."""
    ic, fr = opened("ic"), opened("fr")
    nw = federation.alone("nw")
    admit(ic, nw, settings.read_key(ic.settings.root_key))
    carry(ic, fr, nw)
    assert by_section(nw) == SAID
    oracle.agree(ic, fr, nw, said=sum(SAID.values()))
