"""Projections made anew: new ones, changed ones, ones that were away; lasting tables migrated; the rest of what is read."""

from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, inspect
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from internationale.kit.vocabulary import Projection, Utterance
from internationale.ledger import awake, database, lineages, migrate, replaying, tables
from internationale.ledger.reading import Stored
from internationale.ledger.unit import Unit

from .conftest import NOW, TALK, Author, House, Said, Saying, ref


class Base(SQLModel, registry=registry(metadata=MetaData())):
    pass


class Count(Base, table=True):
    __tablename__ = "count_sayings"

    section: str = Field(primary_key=True)
    sayings: int = 0


def counting(session, event):
    row = session.get(Count, event.envelope.section) or Count(section=event.envelope.section)
    row.sayings += 1
    session.add(row)


COUNT = Projection(name="count", version=1, tables=(Count,), on={Said: counting})


def shouted(session, event):
    session.add(Saying(id=event.envelope.id, section=event.envelope.section, text=event.payload.text.upper()))


def test_a_projection_that_comes_later_is_made_from_the_log(house, fr: Author):
    home: House = house(fr)
    home.accept(*(fr.say(str(number)) for number in range(1_100)))
    assert home.restart(projections=(TALK, COUNT)) == ["count"]
    assert home.rows()["count_sayings"] == [("fr", 1_100)]
    assert home.restart() == []


def test_very_large_events_are_read_again_few_at_a_time(house, fr: Author, monkeypatch):
    home: House = house(fr)
    batch = [fr.say("x" * number) for number in (10, 2_000, 10, 10, 10, 10)]
    home.accept(*batch)
    rows = home.rows()
    monkeypatch.setattr(replaying, "AT_ONCE", len(batch[0].body) * 2 + 20)
    pages, opened = [], Unit.open
    monkeypatch.setattr(Unit, "open", lambda self, records: (pages.append(len(records)), opened(self, records))[1])
    with database.writing(home.database) as session:
        home.ledger.replay_all(session, NOW)
    assert (home.rows(), pages) == (rows, [1, 1, 2, 2])


def test_a_projection_that_was_away_is_made_anew(house, fr: Author):
    home: House = house(fr, projections=(TALK, COUNT))
    home.accept(fr.say("one"))
    home.restart(projections=(TALK,))
    home.accept(fr.say("two"))
    assert home.restart(projections=(TALK, COUNT)) == ["count"]
    assert home.rows()["count_sayings"] == [("fr", 2)]


def test_a_new_version_is_made_anew_and_the_tables_of_the_old_one_go(house, fr: Author):
    home: House = house(fr)
    home.accept(fr.say("one"))
    changed = Projection(name="talk", version=2, tables=(Saying,), on={Said: shouted})
    assert home.restart(projections=(changed,)) == ["talk"]
    assert home.rows() == {"talk_saying": [("fr:1:1", "fr", "ONE", 0)]}
    assert not inspect(home.database.engine).has_table("talk_answer")


def test_whoever_reads_during_a_replay_has_the_rows_from_before(house, fr: Author):
    home: House = house(fr)
    home.accept(fr.say("one"), fr.say("two"))
    before = home.rows()
    with database.writing(home.database) as session:
        home.ledger.replay_all(session, NOW)
        assert home.rows() == before
    assert home.rows() == before


def test_a_replay_that_breaks_off_leaves_everything_as_it_was(house, fr: Author):
    home: House = house(fr)
    home.accept(*(fr.say(str(number)) for number in range(1_100)))
    before = home.rows()

    def until(session, event):
        if event.payload.text == "1050":
            raise MemoryError
        shouted(session, event)

    with pytest.raises(MemoryError):
        home.restart(projections=(Projection(name="talk", version=2, tables=(Saying,), on={Said: until}),))
    home.restart(projections=(TALK,))
    assert home.rows() == before == home.replayed()


def test_a_new_version_that_stumbles_takes_back_only_what_it_cannot_show(house, fr: Author, ar: Author):
    home: House = house(fr, ar, projections=(COUNT,))
    bad = fr.say("crash")
    home.accept(bad, fr.say("good"), ar.say("stands", ref(bad)))
    assert home.rows()["count_sayings"] == [("ar", 1), ("fr", 2)]
    home.restart(projections=(TALK, COUNT))
    assert home.states() == {
        "ar:1:1": ("waiting", "missing_cause"),
        "fr:1:1": ("failed", "projection_failed:talk:ValueError"),
        "fr:1:2": ("applied", ""),
    }
    assert home.rows()["count_sayings"] == [("fr", 1)], "an event counts everywhere or nowhere"
    assert home.rows() == home.replayed()


def test_lasting_tables_are_as_the_code_says(house):
    home: House = house()
    with home.database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": migrate.version_table("ledger"),
                "include_name": lambda name, kind, _parents: kind != "table" or name in tables.metadata.tables,
                "compare_type": True,
            },
        )
        assert compare_metadata(context, tables.metadata) == []


def test_migrating_twice_changes_nothing_and_down_leaves_nothing(house):
    home: House = house()
    made = set(inspect(home.database.engine).get_table_names())
    assert made >= set(tables.metadata.tables)
    home.restart()
    assert set(inspect(home.database.engine).get_table_names()) == made
    with home.database.engine.begin() as connection:
        command.downgrade(lineages.configuration(connection, "ledger", migrate.HERE / "migrations"), "base")
    assert made - set(inspect(home.database.engine).get_table_names()) == set(tables.metadata.tables)


@pytest.mark.parametrize("before", ["ledger_0014", "ledger_0013"])
def test_how_often_was_signed_outlives_a_build_that_counted_it_otherwise_and_is_counted_anew_after_one_that_did_not(
    house, before
):
    home: House = house()
    when = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
    with home.database.engine.begin() as connection:
        assert [awake.note(connection, when).number for _ in range(3)] == [1, 2, 3]
        command.downgrade(lineages.configuration(connection, "ledger", migrate.HERE / "migrations"), before)
    home.restart()
    with home.database.engine.begin() as connection:
        assert (awake.recent(connection).number, awake.last(connection)) == (3 if before == "ledger_0014" else 0, when)
        assert awake.note(connection, when).number == (4 if before == "ledger_0014" else 1)


def test_cursors_and_marks_are_remembered(house, fr: Author):
    home: House = house(fr)
    assert home.read(lambda session: home.ledger.cursor(session, "hub")) == (0, 0)
    with database.writing(home.database) as session:
        home.ledger.set_cursor(session, "hub", 1, 7)
        home.ledger.set_cursor(session, "hub", 1, 8)
        home.ledger.set_mark(session, "told", 3)
    assert home.read(lambda session: home.ledger.cursor(session, "hub")) == (1, 8)
    assert home.read(lambda session: home.ledger.mark(session, "told")) == 3


def test_applied_events_are_read_in_the_order_of_decision(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    question = fr.say("why?")
    home.accept(ar.answer(question))
    home.accept(question)
    applied = home.read(lambda session: home.ledger.applied_after(session, home.vocabulary, 0))
    assert [(position, event.envelope.id, event.payload.text) for position, event in applied] == [
        (1, "fr:1:1", "why?"),
        (2, "ar:1:1", "yes"),
    ]


def test_own_events_are_read_for_the_relay_in_pages(house):
    author = Author("home")
    home: House = house(author)
    home.publish(author, *(Utterance(Said(text=str(number))) for number in range(7)))
    page: list[Stored] = home.read(lambda session: home.ledger.own_events_after(session, 1, 2, 3))
    assert [stored.address.sequence for stored in page] == [3, 4, 5]
    assert all(stored.recheck(home.keyring) for stored in page)
    assert home.read(lambda session: home.ledger.heads(session)["home"].hash) == home.read(
        lambda session: list(home.ledger.every_event(session))[-1].hash
    )
