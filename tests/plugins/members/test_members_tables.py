"""The lasting tables: migrations, and what is cleared away."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import func, select

from internationale.rooms.grants.rows import GrantRow
from internationale_members import rows


@pytest.mark.parametrize("metadata", [rows.Row.metadata, GrantRow.metadata], ids=["members", "grants"])
def test_migrations_make_the_tables_that_the_code_expects(house, metadata):
    def ours(name, kind, _parents):
        return kind != "table" or name in metadata.tables

    with house.section.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_old_sessions_failures_invitations_and_links_are_cleared_away(house):
    client = house.person("rosa")
    house.command("invite")
    client.post("/members/sign-in", data={"handle": "rosa", "password": "wrong"})
    [task] = [task for task in house.section.plugins.all("tasks") if task.name == "members.clear"]
    tables = (rows.SignedIn, rows.FailedSignIn, rows.Invitation, rows.SignInLink)

    def counts():
        task.run(house.section)
        task.run(house.section)
        with house.section.reading() as session:
            return [session.exec(select(func.count()).select_from(table)).one() for table in tables]

    assert counts() == [1, 2, 1, 1]  # a failure counts for its network, and for the handle
    house.clock.wait(hours=1)
    assert counts() == [1, 0, 1, 1]
    house.clock.wait(hours=11)
    assert counts() == [0, 0, 1, 1]
    house.clock.wait(days=30, hours=12)
    assert counts() == [0, 0, 1, 0]
    house.clock.wait(days=13)
    assert counts() == [0, 0, 0, 0]


def test_nothing_secret_is_in_the_tables_or_the_log(house, caplog):
    caplog.set_level("DEBUG")
    client = house.person("rosa", "secretary")
    secrets = [
        house.secret_of(client),
        house.token(client)["Authorization"].removeprefix("Bearer "),
        house.command("invite").rsplit("/", 1)[1],
        house.command("link", "rosa").rsplit("/", 1)[1],
        "seven red umbrellas",
    ]
    with house.section.reading() as session:
        kept = "".join(
            str(row) for table in rows.Row.metadata.sorted_tables for row in session.connection().execute(table.select())
        )
    for secret in secrets:
        assert secret not in kept
        assert secret not in caplog.text.replace("/members/link/" + secret, "").replace("/members/invitation/" + secret, "")
