"""A database that was put back from a copy: whoever was shut out, or went, since it was made stays out."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from internationale.ledger import reasons
from internationale.plugins import Plugins
from internationale.rooms.grants.rows import GrantRow
from internationale.section.answering import ROOMS
from internationale_members import rows
from internationale_members.rules import closings

from .conftest import PASSWORD, House, found

NEW = "eleven green kettles"
TABLES = [*GrantRow.metadata.sorted_tables, *rows.Row.metadata.sorted_tables]


@pytest.fixture
def copied(house: House) -> Callable[..., Callable[[], None]]:
    """``restore = copied()``: the accounts as they are now; ``restore()`` puts them back, and the section starts."""

    def copy(*, known: bool = True) -> Callable[[], None]:
        when = house.section.now()
        with house.section.reading() as session:
            kept = {table: [dict(row._mapping) for row in session.execute(table.select())] for table in TABLES}

        def restore() -> None:
            with house.section.writing() as session:
                for table, content in kept.items():
                    session.execute(table.delete())
                    if content:
                        session.execute(table.insert(), content)
                reasons.put_back(session.connection(), house.section.now(), copied=when if known else None)
            house.section.prepare()

        return restore

    return copy


Copied = Callable[..., Callable[[], None]]


def signed_in(client: Any) -> bool:
    return bool(client.get("/members/account").url.path == "/members/account")


def signs_in(house: House, handle: str, password: str = PASSWORD) -> bool:
    client = house.browser()
    client.post("/members/sign-in", data={"handle": handle, "password": password})
    return signed_in(client)


def test_every_way_in_is_ended_and_everybody_signs_in_anew(house: House, copied: Copied) -> None:
    rosa = house.person("rosa")
    token, link = house.token(rosa), house.command("link", "rosa")
    invitation = house.command("invite", "--role", "secretary")
    assert (rosa.get("/api/v1/members/me", headers=token).status_code, signed_in(rosa)) == (200, True)
    copied()()
    assert not signed_in(rosa)
    assert house.browser().get("/api/v1/members/me", headers=token).status_code == 401
    assert house.browser().get(link).status_code == 404
    assert house.browser().get(invitation).status_code == 404
    assert signs_in(house, "rosa")


def test_it_is_done_once_and_not_at_each_start(house: House, copied: Copied) -> None:
    rosa = house.person("rosa")
    restore = copied()
    restore()
    rosa.post("/members/sign-in", data={"handle": "rosa", "password": PASSWORD})
    house.section.prepare()
    assert signed_in(rosa)


@pytest.mark.parametrize("absent", [{"off": {"members"}}, {"broken": {"members": "ImportError()"}}], ids=["off", "broken"])
@pytest.mark.parametrize("known", [True, False])
def test_who_was_not_there_when_it_was_told_hears_of_it_once(
    house: House, copied: Copied, absent: dict[str, Any], known: bool
) -> None:
    rosa = house.person("rosa")
    restore, plugins, copy = copied(known=known), house.section.plugins, house.section.now() if known else None
    house.section.plugins = Plugins(**absent).with_rooms(ROOMS)
    restore()
    house.section.plugins = Plugins(off={"members", "actions"}).with_rooms(ROOMS)
    house.section.prepare()
    house.section.plugins = plugins
    assert signed_in(rosa)
    house.section.prepare()
    assert not signed_in(rosa)
    with house.section.reading() as session:
        assert session.execute(select(rows.Reverted.copied_at)).scalars().all() == [copy]
    rosa.post("/members/sign-in", data={"handle": "rosa", "password": PASSWORD})
    house.section.prepare()
    assert signed_in(rosa)


def test_an_account_that_was_closed_is_closed_again_and_one_that_was_opened_again_is_not(house: House, copied: Copied) -> None:
    for handle in ("spy", "karl"):
        house.person(handle)
    restore = copied()
    house.command("disable", "spy")
    house.command("disable", "karl")
    house.command("enable", "karl")
    restore()
    assert (signs_in(house, "spy"), signs_in(house, "karl")) == (False, True)
    house.command("enable", "spy")
    house.section.prepare()
    assert signs_in(house, "spy")


def test_who_has_left_is_erased_again_and_nobody_takes_the_handle(house: House, copied: Copied) -> None:
    rosa = house.person("rosa")
    restore = copied()
    rosa.post("/members/account/leave", data={"handle": "rosa", "password": PASSWORD})
    restore()
    assert "rosa" not in house.command("list")
    house.command("add", "rosa", status=1)


def test_a_password_that_was_changed_does_not_hold_again(house: House, copied: Copied) -> None:
    rosa = house.person("rosa")
    restore = copied()
    rosa.post("/members/account/password", data={"old": PASSWORD, "new": NEW})
    restore()
    assert (signs_in(house, "rosa"), signs_in(house, "rosa", NEW)) == (False, False)
    by_link = house.browser()
    by_link.post(house.command("link", "rosa"))
    assert by_link.post("/members/account/password", data={"new": NEW}).status_code == 200
    house.section.prepare()
    assert signs_in(house, "rosa", NEW)


def test_it_is_done_also_where_nobody_has_said_that_the_database_was_put_back(house: House, copied: Copied) -> None:
    house.person("spy")
    restore = copied()
    house.command("disable", "spy")
    with pytest.MonkeyPatch.context() as unsaid:
        unsaid.setattr(reasons, "put_back", lambda *_arguments, **_options: None)
        restore()
    assert not signs_in(house, "spy")


@pytest.mark.parametrize(("known", "words"), [(True, "restored from a backup of"), (False, "restored from a backup.")])
def test_the_secretary_and_the_host_hear_of_it_until_somebody_has_looked(
    house: House, copied: Copied, known: bool, words: str
) -> None:
    secretary, rosa = house.person("sekretaria", "secretary"), house.person("rosa")
    checks = {check.name: check for check in house.section.plugins.all("checks")}
    assert checks["restored"].run(house.section) == []
    copied(known=known)()
    for client, handle in ((secretary, "sekretaria"), (rosa, "rosa")):
        client.post("/members/sign-in", data={"handle": handle, "password": PASSWORD})
    assert len(checks["restored"].run(house.section)) == 2
    assert words in secretary.get("/").text
    assert words not in rosa.get("/").text
    assert words in secretary.get("/members").text
    assert rosa.post("/members/looked-through").status_code == 403
    action = found(r'action="(/members/looked-through)"', secretary.get("/members").text)
    assert secretary.post(action).status_code == 200
    assert words not in secretary.get("/").text + secretary.get("/members").text
    assert checks["restored"].run(house.section) == []


def test_what_is_noted_says_of_nobody_who_it_was(house: House) -> None:
    house.person("rosa").post("/members/account/leave", data={"handle": "rosa", "password": PASSWORD})
    [word] = house.section.outside("members.closed").all()
    assert word.startswith("left:")
    file: Path = house.section.settings.home / "keys" / "members.closed"
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_holds_at_the_end_of_the_list() -> None:
    words = ("closed:a", "closed:b:01", "left:c:02", "opened:a", "nonsense", "clos", "changed:d", "opened:c", "")
    standing = closings.standing(words)
    assert (standing.closed, standing.left, standing.changed) == ({"b"}, {"c"}, {"d"})


def test_a_disk_that_is_full_keeps_nobody_from_closing_an_account(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.person("spy")
    (house.section.settings.home / "keys" / "members.closed").mkdir()
    house.command("disable", "spy")
    assert "members.closed: cannot be written" in caplog.text
    assert not signs_in(house, "spy")


def noting(house: House) -> list[Any]:
    """What the host is told of the list, after the section has tried again."""
    (task,) = [task for task in house.section.plugins.all("tasks") if task.name == "members.closings"]
    task.run(house.section)
    task.run(house.section)
    (check,) = [check for check in house.section.plugins.all("checks") if check.name == "closings"]
    return list(check.run(house.section))


def test_what_could_not_be_noted_is_noted_when_it_can_and_the_host_hears_of_it(house: House, copied: Copied) -> None:
    rosa, karl = house.person("rosa"), house.person("karl")
    for handle in ("spy", "clara"):
        house.person(handle)
    restore, list_ = copied(), house.section.settings.home / "keys" / "members.closed"
    assert noting(house) == []
    list_.mkdir()  # as good as a disk that is full
    changed = rosa.post("/members/account/password", data={"old": PASSWORD, "new": NEW})
    assert (changed.status_code, signs_in(house, "rosa", NEW), signs_in(house, "rosa")) == (200, True, False)
    assert karl.post("/members/account/leave", data={"handle": "karl", "password": PASSWORD}).status_code == 200
    for deed, handle in (("disable", "spy"), ("disable", "clara"), ("enable", "clara")):
        house.command(deed, handle)
    assert len(noting(house)) == 1
    list_.rmdir()
    house.command("disable", "clara")  # it comes after what is kept, not before
    house.command("enable", "clara")
    assert noting(house) == []
    deeds = [word.partition(":")[0] for word in house.section.outside("members.closed").all()]
    assert deeds == ["changed", "left", "closed", "closed", "opened", "closed", "opened"]
    restore()
    assert [signs_in(house, handle) for handle in ("rosa", "karl", "spy", "clara")] == [False, False, False, True]


def test_what_a_copy_still_kept_is_not_noted_after_what_came_later(house: House, copied: Copied) -> None:
    house.person("karl")
    list_ = house.section.settings.home / "keys" / "members.closed"
    list_.mkdir()
    house.command("disable", "karl")
    restore = copied()
    list_.rmdir()
    house.command("enable", "karl")
    assert noting(house) == []
    restore()
    assert noting(house) == []
    assert [word.partition(":")[0] for word in house.section.outside("members.closed").all()] == ["closed", "opened"]


def test_a_closing_that_a_copy_still_keeps_is_not_taken_for_one_of_before(house: House, copied: Copied) -> None:
    house.person("karl")
    early, list_ = copied(), house.section.settings.home / "keys" / "members.closed"
    for deed in ("disable", "enable"):
        house.command(deed, "karl")
    list_.rename(list_.with_name("aside"))
    list_.mkdir()
    house.command("disable", "karl")
    restore = copied()
    list_.rmdir()
    list_.with_name("aside").rename(list_)
    restore()
    assert noting(house) == []
    early()
    assert not signs_in(house, "karl")


def test_a_word_that_was_cut_off_by_a_full_disk_is_not_noted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    outside, write = house.section.outside("members.closed"), os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, words: write(file, words[:5]))
        assert outside.add("closed:a") is False
    assert outside.add("closed:b") is True
    assert "closed:b" in outside.all()
