"""The judge of every test of faults: nothing lost, nothing doubled, nothing believed that is not signed, the same for all."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from internationale.events import roster
from internationale.events.envelope import Address
from internationale.ledger import tables
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.testing.rows import dump

Log = dict[str, tuple[bytes, str]]


def log(section: Section) -> Log:
    """Every event of the log by id: its bytes and its signature."""
    with section.reading() as session:
        events = list(section.ledger.every_event(session))
    return {str(event.address): (event.signed.body, event.signed.signature) for event in events}


def rows(section: Section) -> dict[str, list[tuple[Any, ...]]]:
    """All rows made of events, by table."""
    with section.reading() as session:
        return dump(session, section.ledger.projections)


def quarantined(section: Section) -> list[tuple[str, str]]:
    """What was refused: subject and reason, sorted."""
    with section.reading() as session:
        found = session.connection().execute(select(tables.quarantine.c.subject, tables.quarantine.c.reason))
        return sorted((row.subject, row.reason) for row in found)


def verify(section: Section) -> None:
    """Every event of the log verifies, its chain is whole from the beginning, and its number exists once."""
    with section.reading() as session:
        histories = roster.histories(roster.verify_chain(queries.chain(session)))
        previous = Address("", 0, 0)
        prevhash = ""
        for event in section.ledger.every_event(session):
            address = event.address
            rules = histories[address.section, address.epoch]
            envelope = event.recheck({address.section: rules})
            begins = (address.section, address.epoch) != (previous.section, previous.epoch)
            assert address.sequence == (1 if begins else previous.sequence + 1), f"{address} does not follow {previous}"
            assert envelope.prevhash == (rules.genesis if begins else prevhash), f"the chain is broken at {address}"
            previous, prevhash = address, envelope.hash


def replayed(section: Section) -> None:
    """Live rows equal the rows that a replay of the log makes."""
    before = rows(section)
    with section.writing() as session:
        section.ledger.replay_all(session, section.now())
    assert rows(section) == before, f"the rows of {section.code} differ after a replay"


def agree(*sections: Section, said: int | None = None, bad: Collection[tuple[str, str]] = ()) -> None:
    """All of it, for instances that should have heard everything from each other.

    ``said``: how many events there must be in all. ``bad``: the subjects and reasons that every quarantine must hold, and no
    others.
    """
    for section in sections:
        verify(section)
        replayed(section)
        assert quarantined(section) == sorted(bad), f"the quarantine of {section.code}"
    first, *others = sections
    for other in others:
        assert log(other) == log(first), f"the logs of {first.code} and {other.code} differ"
        assert rows(other) == rows(first), f"the rows of {first.code} and {other.code} differ"
    if said is not None:
        assert len(log(first)) == said
