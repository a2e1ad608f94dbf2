"""What tests begin with is what ``Section.prepare`` makes."""

from sqlalchemy import MetaData, inspect, select, text

from internationale.rooms.roster.rows import SecretRow
from internationale.section import Section
from internationale.testing.compiling import compile_once
from internationale.testing.databases import database
from internationale.testing.founding import begin

OWN = {SecretRow.__tablename__, "ledger_identity"}


def everything(section):
    """All tables of a section's database with their columns, keys, indexes and rows, but for what each has of its own."""
    with section.database.engine.connect() as connection:
        asked, tables = inspect(connection), MetaData()
        tables.reflect(connection)
        rows = {
            name: sorted(map(repr, connection.execute(select(table)))) for name, table in tables.tables.items() if name not in OWN
        }
        return rows, {
            name: [
                [{**each, "type": repr(each["type"])} for each in asked.get_columns(name)],
                asked.get_pk_constraint(name),
                asked.get_foreign_keys(name),
                sorted(map(repr, asked.get_unique_constraints(name))),
                sorted(map(repr, asked.get_check_constraints(name))),
                sorted(map(repr, asked.get_indexes(name))),
            ]
            for name in tables.tables
        }


def test_a_copied_section_is_as_a_prepared_one(federation, tmp_path):
    copied = [federation.alone("fr") for _ in range(2)][1]
    with database(tmp_path / "whole") as url:
        prepared = Section.open(begin(tmp_path / "whole", "fr", url))
        prepared.prepare()
        assert everything(copied) == everything(prepared)
        for each in (copied, prepared):
            with each.reading() as session:
                assert session.connection().execute(text("SELECT recipient FROM ledger_identity")).scalars().all() == [
                    *each.recipients
                ]
        assert copied.secret("any") != prepared.secret("any")
        assert copied.recipients != prepared.recipients
        prepared.close()


def test_statements_are_compiled_once_for_readers_and_once_for_writers(federation):
    one, other = (federation.alone("fr").database for _ in range(2))
    compile_once(one)
    assert one.engine.dialect is other.engine.dialect
    assert one.readers.dialect is other.readers.dialect is not one.engine.dialect
