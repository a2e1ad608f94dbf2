"""An account that is opened again is noted as open only when it is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from sqlmodel import Session

from internationale_members.queries import closings

from .conftest import PASSWORD, House


@pytest.fixture
def secretary(house: House) -> httpx.Client:
    return house.person("sekretaria", "secretary")


@pytest.fixture
def enable(house: House, secretary: httpx.Client) -> Callable[[str], Any]:
    """``enable("page")``: opens rosa's account again there."""
    house.person("rosa")
    id = house.id_of(secretary, "rosa")
    deeds = {
        "page": lambda: secretary.post(f"/members/people/{id}/enable"),
        "api": lambda: secretary.post(f"/api/v1/members/people/{id}/enable"),
        "command": lambda: house.command("enable", "rosa"),
    }
    return lambda where: deeds[where]()


def signs_in(house: House) -> bool:
    client = house.browser()
    client.post("/members/sign-in", data={"handle": "rosa", "password": PASSWORD})
    return bool(client.get("/members/account").url.path == "/members/account")


def noted(house: House) -> list[str]:
    return [word.partition(":")[0] for word in house.section.outside("members.closed").all()]


@pytest.mark.parametrize("where", ["page", "api", "command"])
def test_it_is_noted_after_it_is_done(
    house: House, enable: Callable[[str], Any], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.command("disable", "rosa")
    writing = house.section.writing

    @contextmanager
    def failing(*, anybody: bool = False) -> Iterator[Session]:
        with writing(anybody=anybody) as session:
            yield session
            session.flush()
            raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(house.section, "writing", failing)
        if where == "command":
            with pytest.raises(AssertionError, match="RuntimeError"):
                enable(where)
        else:
            assert enable(where).status_code == 500
    assert (noted(house), signs_in(house)) == (["closed"], False)
    enable(where)
    assert (noted(house), signs_in(house)) == (["closed", "opened"], True)


def test_a_start_before_it_is_noted_closes_nothing_again(house: House, enable: Callable[[str], Any]) -> None:
    house.command("disable", "rosa")
    with pytest.MonkeyPatch.context() as died:
        died.setattr(closings, "catch_up", lambda _section: None)
        enable("page")
    house.section.prepare()
    assert (noted(house), signs_in(house)) == (["closed"], True)
    closings.catch_up(house.section)
    house.section.prepare()
    assert (noted(house), signs_in(house)) == (["closed", "opened"], True)


def test_a_start_before_it_is_noted_for_the_second_time_closes_nothing_again(house: House, enable: Callable[[str], Any]) -> None:
    """It was opened once before: that word is not taken for this one."""
    for deed in ("disable", "enable", "disable"):
        house.command(deed, "rosa")
    with pytest.MonkeyPatch.context() as died:
        died.setattr(closings, "catch_up", lambda _section: None)
        enable("page")
    house.section.prepare()
    closings.catch_up(house.section)
    house.section.prepare()
    assert (noted(house), signs_in(house)) == (["closed", "opened", "closed", "opened"], True)
