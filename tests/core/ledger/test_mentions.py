"""Which events name which parts is noted with them, however they are written, and for as long as they may count."""

import hashlib
import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from internationale.events import envelope as envelopes
from internationale.events.keys import EVENT
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery

from .conftest import Author, House, Said
from .older import older

ONE, OTHER = (hashlib.sha256(name).hexdigest() for name in (b"one", b"other"))
WAYS: dict[str, Callable[[str], str]] = {
    "ours": lambda body: body,
    "wide": lambda body: json.dumps(json.loads(body), indent=2),
    "escaped": lambda body: body.replace('"parts"', '"p\\u0061rts"'),
}


def written(author: Author, way: str, *parts: str) -> Delivery:
    """What an author says who writes JSON in another way."""
    body = WAYS[way](envelopes.serialize(author.draft(Said(text="\\u0022 parts"), parts=parts)).decode()).encode()
    author.last = envelopes.parse(body)
    return Delivery(author.last.address.subject, body, author.key.sign(EVENT, body), "test")


def mentions(house: House) -> set[tuple[int, str]]:
    mention = tables.mention.c
    return house.read(lambda session: set(map(tuple, session.connection().execute(select(mention.sequence, mention.part)))))


def as_left_by(house: House, revision: str, statement: str) -> None:
    """The tables as a build left them that was at this revision of the ledger's."""
    with house.database.engine.begin() as connection:
        for each in (statement, "DROP TABLE ledger_identity", "DROP TABLE ledger_restored"):
            connection.exec_driver_sql(each)
        older(connection, revision)


@pytest.mark.parametrize("way", WAYS)
def test_who_names_a_part_is_noted_also_of_what_came_before(house: Callable[..., House], fr: Author, way: str) -> None:
    """As a build left it that did not note it."""
    here = house(fr)
    here.accept(written(fr, way, ONE), fr.say("short"), written(fr, way, ONE, OTHER))
    expected = {(1, ONE), (3, ONE), (3, OTHER)}
    assert mentions(here) == expected
    as_left_by(here, "ledger_0006", "DROP TABLE ledger_mention")
    here.restart()
    assert mentions(here) == expected


def fork(house: Callable[..., House], fr: Author) -> tuple[House, Delivery, Delivery]:
    """A log that is stopped before its second event, of which there are two."""
    here = house(fr)
    first = written(fr, "ours", ONE)
    other = fr.forked()
    second, rival = written(fr, "ours", OTHER), written(other, "ours", ONE)
    here.accept(first, second)
    assert here.accept(rival) == ["forked"]
    assert (here.head("fr"), mentions(here)) == (1, {(1, ONE), (2, OTHER)})  # it may count again
    return here, second, rival


def test_what_may_count_again_still_names_its_parts(house: Callable[..., House], fr: Author) -> None:
    here, second, _rival = fork(house, fr)
    here.pin(fr, second)
    assert (here.head("fr"), mentions(here)) == (2, {(1, ONE), (2, OTHER)})


def test_what_does_not_count_any_more_names_nothing(house: Callable[..., House], fr: Author) -> None:
    here, _second, rival = fork(house, fr)
    here.pin(fr, rival)
    assert (here.head("fr"), mentions(here)) == (2, {(1, ONE), (2, ONE)})


def test_what_was_stopped_before_its_parts_were_noted_names_them_too(house: Callable[..., House], fr: Author) -> None:
    """As a build left it that forgot them with the log."""
    here, _second, _rival = fork(house, fr)
    as_left_by(here, "ledger_0007", "DELETE FROM ledger_mention WHERE sequence = 2")
    here.restart()
    assert mentions(here) == {(1, ONE), (2, OTHER)}
