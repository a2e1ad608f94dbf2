"""The judge of every test of faults: nothing lost, nothing doubled, nothing believed that is not signed, the same for all.

``invariants`` asks for all nine, each of which has a function of its own:

== ====================================================  ===============
I1 of every log all hold the same bytes                  ``same_logs``
I2 all know of each other that they hold the same        ``same_heads``
I3 every event verifies, every chain is whole            ``verify``
I4 what was said is there                                ``nothing_lost``
I5 nothing twice; live rows equal a replay's             ``replayed``
I6 only what is bad was refused, for the right reason    ``refused``
I7 only those for whom it is can read it                 ``only_for``
I8 memory and disk stay bounded                          ``bounded``
I9 whoever reads does not wait                           ``answers``
== ====================================================  ===============
"""

import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from internationale.events import roster
from internationale.events.envelope import Address
from internationale.ledger import parking, tables
from internationale.ledger import quarantine as refusals
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.testing.rows import dump

Log = dict[str, tuple[bytes, str]]
SOON = 1.0
"""Within so many seconds whoever reads a page must have what it is made of."""
WAL_BYTES = 64 * 1024 * 1024
"""The largest write-ahead log that is not a leak."""


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


def invariants(
    sections: Collection[Section],
    said: Mapping[str, str],
    *,
    bad: Collection[tuple[str, str]] | None = (),
    secrets: Collection[tuple[bytes, Collection[str]]] = (),
) -> None:
    """All nine, for instances that have heard everything from each other.

    ``said``: id and hash of each event that there must be. ``bad``: subjects and reasons that each quarantine holds, and no
    others (None: each has its own, which are judged one by one). ``secrets``: words, and the sections that may read them.
    """
    same_logs(sections)
    same_heads(sections)
    for section in sections:
        verify(section)
        nothing_lost(section, said)
        replayed(section)
        bounded(section)
        answers(section)
        if bad is not None:
            refused(section, bad)
    for words, audience in secrets:
        only_for(sections, words, audience)
    readers = [section for section in sections if all(section.code in audience for _words, audience in secrets)]
    assert all(rows(each) == rows(readers[0]) for each in readers), "the rows differ"


def same_logs(sections: Collection[Section]) -> None:
    """I1: of every log, all hold the same bytes."""
    logs = {section.code: log(section) for section in sections}
    first = next(iter(logs))
    for code, held in logs.items():
        assert held.keys() == logs[first].keys(), f"{code} and {first} differ in {sorted(held.keys() ^ logs[first].keys())}"
        different = [address for address, event in held.items() if event[0] != logs[first][address][0]]
        assert not different, f"{code} and {first} hold other bytes of {different}"


def same_heads(sections: Collection[Section]) -> None:
    """I2: everyone holds the same, and knows by the others' signed heads that they do."""
    everybody = {section.code for section in sections}
    held = {}
    for section in sections:
        with section.reading() as session:
            mine = dict(queries.own_heads(session))
            held[section.code] = mine
            for witness, (_at, said) in queries.peers(session).items():
                assert witness not in everybody or said.heads == mine, f"{section.code} has other heads from {witness}"
    assert all(heads == next(iter(held.values())) for heads in held.values()), f"the heads differ: {held}"


def nothing_lost(section: Section, said: Mapping[str, str]) -> None:
    """I4: the log holds what was said, by id and hash, and nothing else."""
    with section.reading() as session:
        held = {str(event.address): event.hash for event in section.ledger.every_event(session)}
    assert held.keys() == said.keys(), f"{section.code}: lost {sorted(said.keys() - held)}, extra {sorted(held.keys() - said)}"
    assert held == said, f"{section.code} holds something else under a number"


def refused(section: Section, bad: Collection[tuple[str, str]]) -> None:
    """I6: the quarantine holds exactly the bad ones, each for its reason."""
    assert quarantined(section) == sorted(bad), f"the quarantine of {section.code}"


def only_for(sections: Collection[Section], words: bytes, audience: Collection[str]) -> None:
    """I7: nowhere in the database of a section that they are not for do these words stand; the others can read them."""
    for section in sections:
        found = any(words in content for content in _contents(section))
        assert found == (section.code in audience), f"{section.code} can{'' if found else 'not'} read {words!r}"


def _contents(section: Section) -> Iterable[bytes]:
    """Everything that is made readable, and everything that was said to all."""
    yield from (repr(row).encode() for table in rows(section).values() for row in table)
    yield from (body for body, _signature in log(section).values())
    with section.reading() as session:
        yield from (bytes(content) for content in session.connection().execute(select(tables.part.c.content)).scalars())


def bounded(section: Section) -> None:
    """I8: what others can make us keep is bounded, and the write-ahead log is written back."""
    with section.reading() as session:
        connection = session.connection()
        parked, refusal, keyring = tables.parked, tables.refusal, section.keyring(session)
        for origin, epoch in connection.execute(select(parked.c.section, parked.c.epoch).distinct()).all():
            rules = keyring[origin].of(epoch) if origin in keyring else None
            beyond = parked.c.sequence > (rules.pin[0] if rules is not None and rules.pin is not None else 0)
            here = (parked.c.section == origin) & (parked.c.epoch == epoch)
            count = connection.execute(select(func.count()).where(here & beyond)).scalar_one()
            assert count <= parking.MAX_PARKED, f"{section.code} has parked {count} events of one log"
        for kept in connection.execute(select(func.sum(refusal.c.bytes)).group_by(refusal.c.source)).scalars():
            assert kept <= refusals.BUDGET, f"{section.code} keeps {kept} refused bytes of one source"
    url = make_url(str(section.database.engine.url))
    wal = Path(f"{url.database}-wal")
    if url.get_backend_name() == "sqlite" and wal.exists():
        assert wal.stat().st_size < WAL_BYTES, f"the write-ahead log of {section.code}"


def answers(section: Section) -> None:
    """I9: what pages are made of can be read at once."""
    began = time.perf_counter()
    with section.reading() as session:
        section.sections(session)
        queries.peers(session)
        section.ledger.heads(session)
    spent = time.perf_counter() - began
    assert spent < SOON, f"{section.code} took {spent:.2f} seconds to answer"
