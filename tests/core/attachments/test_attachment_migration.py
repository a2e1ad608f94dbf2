"""What was noted of contents, by their hash, is noted of attachments after an upgrade; nobody has to fetch anything again."""

from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect
from sqlmodel import col, select

from internationale.ledger import lineages
from internationale.rooms.attachments.port import keeping
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rows.private import Copy, Private, Trace
from internationale.section import Section


def kept(section: Section, *attachments: str) -> list[Any]:
    with section.reading() as session:
        found = [files.find(session, each).copy for each in attachments]
    return [copy and copy.model_dump(exclude={"ref"}) for copy in found]


def traces(section: Section) -> list[Any]:
    with section.reading() as session:
        return [row.model_dump() for row in session.exec(select(Trace).order_by(col(Trace.sequence)))]


def back(section: Section) -> None:
    """The tables as the version before had them."""
    with section.database.engine.begin() as connection:
        scripts = section.plugins.folders("migrations")["attachments"]
        command.downgrade(lineages.configuration(connection, "attachments", scripts), "attachments_0001")
        assert inspect(connection).get_pk_constraint("attachments_copy")["constrained_columns"] == ["blob"]


@pytest.fixture
def files_of(three: list[Section], share: Any, attach: Any, carry: Any, carriages: Any, member: Any) -> Any:
    """What ``fr`` attached and ``ar`` has: a file that it keeps for good, another, and one that was attached twice."""
    _ic, fr, ar = three
    document = share(fr)
    found = [attach(fr, document, content) for content in (b"kept", b"had", b"twice", b"twice")]
    carry(*three)
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    with ar.writing() as session:
        keeping.pin(ar, session, found[0], pinned=True, by=member(ar, "host"))
    return found


def test_all_that_was_kept_is_kept(three: list[Section], files_of: list[str], taken: Any) -> None:
    for section in three:
        before, noted = kept(section, *files_of[:2]), traces(section)
        back(section)
        section.prepare()
        assert (kept(section, *files_of[:2]), traces(section), len(noted)) == (before, noted, 4)
        first, second = kept(section, *files_of[2:])
        assert first == second
        keeping.tidy(section)
    assert [taken(three[2], each) for each in files_of] == [b"kept", b"had", b"twice", b"twice"]
    assert kept(three[2], files_of[0])[0]["pinned"]
    assert kept(three[0], *files_of) == [None] * 4


def test_the_tables_are_as_the_rows_say(three: list[Section]) -> None:
    with three[0].database.engine.connect() as connection:
        names = set(Private.metadata.tables)
        options = {"include_name": lambda name, kind, _parents: kind != "table" or name in names}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Private.metadata) == []
        assert Copy.__tablename__ in names
