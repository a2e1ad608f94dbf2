"""While somebody writes for long, others wait for their turn: who only reads does not, nor who has nothing to write."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import pytest

from internationale.kit.http import cookie_name
from internationale.ledger import database

from .conftest import House

SECONDS = 20
"""Less than a writer waits: by then whoever does not wait for it has been answered, on the slowest machine."""
READ = ("/members/sign-in", "/healthz", "/about", "/static/page.css", "/api/v1/openapi.json")


@contextmanager
def writing(house: House) -> Iterator[threading.Event]:
    """Somebody writes; until this is set nobody else does."""
    over, begun = threading.Event(), threading.Event()

    def hold() -> None:
        with house.section.database.queue:
            begun.set()
            over.wait(5 * SECONDS)

    holding = threading.Thread(target=hold)
    holding.start()
    assert begun.wait(SECONDS)
    try:
        yield over
    finally:
        over.set()
        holding.join()


def at_once(pool: ThreadPoolExecutor, house: House, method: str, path: str, **more: Any) -> "Future[Any]":
    return pool.submit(house.browser().request, method, path, follow_redirects=False, **more)


def test_who_has_no_session_link_or_invitation_waits_for_nobody(house: House) -> None:
    unknown = {"cookie": f"{cookie_name(house.section)}={'a' * 43}"}
    with ThreadPoolExecutor(8) as pool, writing(house):
        out = [at_once(pool, house, "POST", "/members/sign-out", headers=headers) for headers in ({}, unknown)]
        link = at_once(pool, house, "POST", f"/members/link/{'a' * 43}", data={})
        form = {"handle": "rosa", "password": "seven red umbrellas", "language": "en", "accept": "true"}
        invitation = at_once(pool, house, "POST", f"/members/invitation/{'a' * 43}", data=form)
        assert [each.result(SECONDS).status_code for each in out] == [303, 303]
        assert all("Max-Age=0" in each.result().headers["set-cookie"] for each in out)
        assert (link.result(SECONDS).status_code, invitation.result(SECONDS).status_code) == (404, 404)


def test_who_reads_never_stands_behind_those_who_wait_to_write(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BRIEF", 5 * SECONDS)
    rosa = house.person("rosa")
    with ThreadPoolExecutor(100) as pool, writing(house) as over:
        waiting = [pool.submit(rosa.post, "/members/account", data={"name": f"R{n}", "language": "en"}) for n in range(60)]
        assert not wait(waiting, 2).done
        assert [at_once(pool, house, "GET", path).result(SECONDS).status_code for path in READ] == [200] * len(READ)
        assert at_once(pool, house, "POST", "/nowhere", data={"a": "x" * 20_000}).result(SECONDS).status_code == 404
        assert pool.submit(rosa.get, "/members/account").result(SECONDS).status_code == 200
        assert not wait(waiting, 0).done
        over.set()
        assert [each.result(5 * SECONDS).status_code for each in waiting] == [200] * 60


def test_who_has_a_session_is_signed_out(house: House) -> None:
    rosa = house.person("rosa")
    secret = house.secret_of(rosa)
    assert rosa.post("/members/sign-out").status_code == 200
    again = house.browser()
    again.cookies.set(cookie_name(house.section), secret or "", domain="testserver.local")
    assert again.get("/members/account", follow_redirects=False).status_code == 303
