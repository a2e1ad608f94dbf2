"""Files that are read from the database while they are saved: whoever saves them slowly keeps nobody from anything."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import TimeoutError as NoneFree

from internationale.bundle import packing
from internationale.bundle.form import Header
from internationale.bundle.reading import read
from internationale.kit import Role
from internationale.rooms.exchange.queries import sent
from internationale.section import Section
from internationale.testing.people import member, speaker
from internationale.web import allowing
from internationale.web.app import create_app

CONNECTIONS = 40
"""That read, as many as there are with either database."""
FILES = (
    "/federation/sent/export?format=csv",
    "/federation/sent/export?format=jsonl",
    "/federation/bundle/file",
    "/api/v1/federation/bundle",
)
BEGUN = 2
"""Pieces that are taken before a saving stands still."""
Browser = Callable[..., httpx.Client]


class Saving:
    """What somebody asks for, who takes ``BEGUN`` pieces of it at first and the rest when ``on`` is set."""

    def __init__(self, client: httpx.Client, path: str) -> None:
        self.begun, self.on, self.over = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.status, self.headers, self.content, self._pieces = 0, dict[str, str](), b"", 0
        address, _mark, query = path.partition("?")
        cookies = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
        headers = {"host": "localhost", "cookie": cookies, "accept-language": "en"}
        self._scope = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": address,
            "raw_path": address.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
            "http_version": "1.1",
            "state": {},
        }
        self._asked = False

    async def run(self, app: Any) -> "Saving":
        await app(self._scope, self._receive, self._send)
        return self

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {key.decode().lower(): value.decode() for key, value in message["headers"]}
            return
        self.content += message["body"]
        self._pieces += 1
        if self._pieces == BEGUN and message.get("more_body"):
            self.begun.set()
            await self.on.wait()
        if not message.get("more_body"):
            self.begun.set()
            self.over.set()


@asynccontextmanager
async def slowly(app: Any, path: str, *clients: httpx.Client) -> AsyncIterator[list[Saving]]:
    """Each of these has begun to save it; in the end each has it."""
    savings = [Saving(client, path) for client in clients]
    tasks = [asyncio.create_task(each.run(app)) for each in savings]
    try:
        async with asyncio.timeout(60):
            await asyncio.gather(*(each.begun.wait() for each in savings))
        yield savings
    finally:
        for each in savings:
            each.on.set()
        await asyncio.gather(*tasks)


def told(content: bytes) -> list[Any]:
    """What a file says, but for the second in which a bundle was made."""
    if not content.startswith(b'{"bundle"'):
        return content.splitlines()
    header, *items = read(io.BytesIO(content), "")
    assert isinstance(header, Header)
    return [header, *items]


def write(section: Section, *titles: str) -> None:
    """A text of each title, with a long part."""
    for title in titles:
        with section.writing() as session:
            section.documents.open(
                session,
                kind="programme",
                language="en",
                title=title,
                text="One.\n" * 2000,
                audience="public",
                by=speaker(section),
            )


@pytest.fixture
def ic(federation: Callable[..., list[Section]]) -> Section:
    ic, _fr = federation("ic", "fr")
    write(ic, *(f"Text {number}" for number in range(7)))
    return ic


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is read at a time, so that seven events are read in several goes."""
    monkeypatch.setattr(sent, "CHUNK", 2)
    monkeypatch.setattr(packing, "PAGE", 2)


@pytest.mark.parametrize("path", FILES)
def test_more_slow_readers_than_connections_keep_nobody_from_reading_and_have_it_whole(
    ic: Section, browser: Browser, path: str
) -> None:
    hosts = [browser(ic, Role.HOST, "delegate", handle=f"h{number}") for number in range(CONNECTIONS // allowing.AT_ONCE + 1)]
    before = told(hosts[0].get(path).content)
    app = create_app(ic)

    async def story() -> None:
        async with slowly(app, path, *(host for host in hosts for _time in range(allowing.AT_ONCE))) as savings:
            assert len(savings) > CONNECTIONS
            assert ic.database.readers.pool.checkedout() == 0  # type: ignore[attr-defined]  # of the pool that there is
            async with asyncio.timeout(10):
                page = await Saving(hosts[0], "/federation/sent").run(app)
            assert (page.status, b"Text 6" in page.content) == (200, True)
            await asyncio.to_thread(write, ic, "Meanwhile")
        assert [(each.status, told(each.content)) for each in savings] == [(200, before)] * len(savings)

    asyncio.run(story())
    assert told(hosts[0].get(path).content) != before


def test_a_few_files_are_under_way_for_each_account(ic: Section, browser: Browser) -> None:
    rosa, emma = (browser(ic, Role.HOST, "delegate", handle=handle) for handle in ("rosa", "emma"))
    app = create_app(ic)

    async def story() -> None:
        async with slowly(app, FILES[0], *[rosa] * (allowing.AT_ONCE - 1)), slowly(app, FILES[2], rosa):
            for path in FILES:
                refused = await Saving(rosa, path).run(app)
                assert (refused.status, refused.headers["retry-after"]) == (429, str(allowing.AGAIN))
                assert b"Several files are being saved under your account" in refused.content
            async with slowly(app, FILES[1], emma) as (hers,):
                pass
            assert hers.status == 200
        async with slowly(app, FILES[3], rosa) as (again,):
            pass
        assert again.status == 200

    asyncio.run(story())


def test_who_goes_away_in_the_midst_is_not_counted_any_more(ic: Section, browser: Browser) -> None:
    rosa = browser(ic, Role.HOST, handle="rosa")
    app = create_app(ic)

    async def story() -> None:
        for _time in range(allowing.AT_ONCE + 1):
            saving = Saving(rosa, FILES[2])
            task = asyncio.create_task(saving.run(app))
            await saving.begun.wait()
            saving.over.set()  # as the server says it when the connection is gone
            await task
            assert saving.status == 200

    asyncio.run(story())


@pytest.fixture
def taken(ic: Section, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All connections are with others, who do not give them back."""
    pool = ic.database.readers.pool
    monkeypatch.setattr(pool, "_timeout", 0.01)
    with ExitStack() as held:
        try:
            while True:
                held.enter_context(ic.database.readers.connect())
        except NoneFree:
            yield


def test_what_finds_no_connection_has_to_wait_and_is_no_fault(
    ic: Section, browser: Browser, taken: None, caplog: pytest.LogCaptureFixture
) -> None:
    client = browser(ic, member(ic, "delegate"), language="en")
    page = client.get("/federation/sent")
    assert (page.status_code, "This has to wait" in page.text) == (503, True)
    assert client.get("/api/v1/federation/sent").json()["error"] == "paused"
    assert not [record for record in caplog.records if record.getMessage().startswith("fault ")]
