"""The lasting tables: migrations, and what is cleared away."""

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import func, select

from internationale.ledger import lineages
from internationale.rooms.grants.rows import GrantRow
from internationale_members import rows
from internationale_members.rules import handles


@pytest.mark.parametrize("metadata", [rows.Row.metadata, GrantRow.metadata], ids=["members", "grants"])
def test_migrations_make_the_tables_that_the_code_expects(house, metadata):
    def ours(name, kind, _parents):
        return kind != "table" or name in metadata.tables

    with house.section.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": ours, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_old_sessions_failures_invitations_and_links_are_cleared_away(house):
    house.person("rosa")
    house.command("invite")
    house.browser().post("/members/sign-in", data={"handle": "rosa", "password": "wrong"})
    [task] = [task for task in house.section.plugins.all("tasks") if task.name == "members.clear"]
    tables = (rows.SignedIn, rows.FailedSignIn, rows.Invitation, rows.SignInLink, rows.KnownBrowser)

    def counts():
        task.run(house.section)
        task.run(house.section)
        with house.section.reading() as session:
            return [session.exec(select(func.count()).select_from(table)).one() for table in tables]

    assert counts() == [1, 3, 1, 1, 1]  # a failure counts for its line, for its network, and for the handle
    house.clock.wait(hours=1)
    assert counts() == [1, 0, 1, 1, 1]
    house.clock.wait(hours=11)
    assert counts() == [0, 0, 1, 1, 1]
    house.clock.wait(days=30, hours=12)
    assert counts() == [0, 0, 1, 0, 1]
    house.clock.wait(days=13)
    assert counts() == [0, 0, 0, 0, 1]
    house.clock.wait(days=180)
    assert counts() == [0, 0, 0, 0, 0]


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


def refused(client, handle):
    return client.post("/members/account/handle", data={"handle": handle}).status_code == 400


def kept(house):
    with house.section.reading() as session:
        return {row.hash: row.account for row in session.exec(select(rows.FormerHandle))}


def test_of_a_handle_that_was_given_up_only_a_keyed_hash_is_kept(house):
    rosa, clara = house.person("rosa"), house.person("clara")
    assert not refused(rosa, "junius")
    secret = house.section.secret("members.former_handle")
    assert kept(house) == {handles.former("rosa", secret): house.id_of(house.person("karl", "secretary"), "junius")}
    assert handles.former("rosa", secret) != handles.former("rosa", house.section.secret("something else"))
    assert rosa.post("/members/account/leave", data={"handle": "junius", "password": "seven red umbrellas"}).status_code == 200
    assert kept(house) == {handles.former(handles.key(handle), secret): None for handle in ("rosa", "junius")}
    assert (refused(clara, "Rosa"), refused(clara, "junius"), refused(clara, "claire")) == (True, True, False)


def test_handles_that_stood_there_in_plain_letters_are_hashed_by_the_upgrade(house):
    clara = house.person("clara")
    with house.section.database.engine.begin() as connection:
        scripts = house.section.plugins.folders("migrations")["members"]
        command.downgrade(lineages.configuration(connection, "members", scripts), "members_0001")
        for key, account in (("rosa", None), ("luigi", "somebody")):
            row = {"key": key, "account": account}
            connection.execute(text("INSERT INTO members_former_handle (key, account) VALUES (:key, :account)"), row)
    house.section.prepare()
    secret = house.section.secret("members.former_handle")
    assert kept(house) == {handles.former("rosa", secret): None, handles.former("luigi", secret): "somebody"}
    assert (refused(clara, "Rosa"), refused(clara, "claire")) == (True, False)


def test_tokens_from_before_they_had_an_end_hold_for_a_year_from_the_upgrade(house):
    header = house.token(house.person("rosa"), days="1")
    with house.section.database.engine.begin() as connection:
        scripts = house.section.plugins.folders("migrations")["members"]
        command.downgrade(lineages.configuration(connection, "members", scripts), "members_0005")
    before = datetime.now(UTC)
    house.section.prepare()
    with house.section.reading() as session:
        until = session.exec(select(rows.Token.until)).one()
    assert before <= until - timedelta(days=365) <= datetime.now(UTC)
    house.clock.wait(days=1)
    assert house.browser().get("/api/v1/members/me", headers=header).status_code == 200
