"""Pages that take long, asked for by many from one place, or by who has gone, keep nobody else waiting."""

import asyncio
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from litestar import Litestar, get
from litestar.params import FromPath
from litestar.response import Stream
from sqlmodel import Session

from internationale.kit import Reader, Section, hookimpl
from internationale.kit.http import cookie_name
from internationale.plugins import Plugins
from internationale.section import Section as Whole
from internationale.testing.federations import Federation
from internationale.web.app import create_app
from internationale.web.crowds import GONE, OF_ONE, PASSING

COOKIE = "intl-fr"
under_way: list[str] = []
asked: list[str] = []
go_on = threading.Event()


def routes() -> list[Any]:
    @get("/slow/{name:str}", sync_to_thread=True)
    def slow(name: FromPath[str]) -> str:
        asked.append(name)
        under_way.append(name)
        go_on.wait(20)
        under_way.remove(name)
        return name

    @get("/quick", sync_to_thread=True)
    def quick() -> str:
        return "quick"

    @get("/streamed", sync_to_thread=True)
    def streamed() -> Stream:
        return Stream(iter([b"a", b"b"]))

    return [slow, quick, streamed]


@hookimpl
def identify(section: Section, session: Session, scope: str, secret: str) -> Reader | None:
    return Reader(id=secret, handle=secret, language="en") if secret.startswith("person") else None


@pytest.fixture(scope="module")
def fr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    module = ModuleType("slow")
    module.routes, module.identify = hookimpl(routes), identify  # type: ignore[attr-defined]
    with Federation(tmp_path_factory.mktemp("slow")) as federation:
        (section,) = federation("fr", plugins=Plugins([("slow", module)]))
        assert cookie_name(section) == COOKIE
        yield section


@pytest.fixture
def app(fr: Whole) -> Iterator[Litestar]:
    under_way.clear()
    asked.clear()
    go_on.clear()
    yield create_app(fr)
    go_on.set()


class Asking:
    """A request; ``status`` of its answer. ``gone``: whoever sent it is not there any more."""

    def __init__(self, path: str, peer: str = "192.0.2.1", who: str = "", method: str = "GET") -> None:
        self.status, self.gone, self.taking = 0, False, asyncio.Event()
        self.taking.set()
        headers = {"host": "localhost", "cookie": f"{COOKIE}={who}" if who else "a=b"}
        self._scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
            "client": (peer, 1),
            "server": ("localhost", 80),
            "http_version": "1.1",
            "state": {GONE: lambda: self.gone},
        }

    async def answered(self, app: Any) -> int:
        self._over = asyncio.Event()
        await app(self._scope, self._receive, self._send)
        return self.status

    async def _receive(self) -> Any:
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        if message["type"] == "http.response.body":
            await self.taking.wait()
            if not message.get("more_body"):
                self._over.set()


async def soon(app: Any, *others: Asking) -> list[int]:
    async with asyncio.timeout(10):
        return [await each.answered(app) for each in others]


async def begun(app: Any, *slow: Asking, made: int = OF_ONE) -> list["asyncio.Task[int]"]:
    """Until so many pages are being made; should there be more, these will have begun soon as well."""
    tasks = [asyncio.create_task(each.answered(app)) for each in slow]
    async with asyncio.timeout(20):
        while len(under_way) < made:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    return tasks


def test_many_pages_for_one_network_hold_up_nobody_else(app: Litestar) -> None:
    async def story() -> None:
        async with app.lifespan():
            many = [Asking(f"/slow/{number}", peer=f"192.0.2.{number}") for number in range(50)]
            tasks = await begun(app, *many)
            assert len(under_way) == OF_ONE
            others = Asking("/quick", peer="198.51.100.1"), Asking("/quick", who="person"), Asking("/healthz")
            assert await soon(app, *others) == [200, 200, 200]
            go_on.set()
            assert await asyncio.gather(*tasks) == [200] * 50

    asyncio.run(story())


def test_all_passers_by_leave_threads_to_people_and_one_account_to_others(app: Litestar) -> None:
    async def story() -> None:
        async with app.lifespan():
            strangers = [Asking(f"/slow/{number}", peer=f"192.0.{number}.1") for number in range(20)]
            ones = [Asking(f"/slow/one{number}", who="person1") for number in range(20)]
            tasks = await begun(app, *strangers, *ones, made=PASSING + OF_ONE)
            assert (len(under_way), sum(name.startswith("one") for name in under_way)) == (PASSING + OF_ONE, OF_ONE)
            assert await soon(app, Asking("/quick", who="person2")) == [200]
            go_on.set()
            assert await asyncio.gather(*tasks) == [200] * 40

    asyncio.run(story())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_gone_is_not_answered(app: Litestar, method: str) -> None:
    async def story() -> None:
        async with app.lifespan():
            many = [Asking(f"/slow/{number}", method=method) for number in range(50)]
            tasks = await begun(app, *many)
            first = {int(name) for name in asked}  # whoever the threads let through first
            for number, each in enumerate(many):
                each.gone = number not in first
            go_on.set()
            assert await asyncio.gather(*tasks) == [200 if number in first else 0 for number in range(50)]
            assert {int(name) for name in asked} == first
            assert await soon(app, Asking("/quick")) == [200]

    asyncio.run(story())


def test_whoever_takes_an_answer_slowly_holds_nobody_s_turn(app: Litestar) -> None:
    async def story() -> None:
        async with app.lifespan():
            slow = [Asking(path) for path in ("/quick", "/streamed") for _number in range(2 * OF_ONE)]
            for each in slow:
                each.taking.clear()
            tasks = await begun(app, *slow, made=0)
            async with asyncio.timeout(20):
                while [each.status for each in slow] != [200] * 4 * OF_ONE:
                    await asyncio.sleep(0.01)
            assert await soon(app, Asking("/quick")) == [200]
            for each in slow:
                each.taking.set()
            await asyncio.gather(*tasks)

    asyncio.run(story())


def test_whoever_stops_waiting_leaves_their_place(app: Litestar) -> None:
    async def story() -> None:
        async with app.lifespan():
            tasks = await begun(app, *(Asking(f"/slow/{number}") for number in range(20)))
            for each in tasks[OF_ONE:]:
                each.cancel()
            go_on.set()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert await soon(app, *(Asking("/quick") for _number in range(2 * OF_ONE))) == [200] * 2 * OF_ONE

    asyncio.run(story())
