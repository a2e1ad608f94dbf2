"""While the database is away, locked or only read, pages and the API say that it has to wait, and the log says why."""

import asyncio
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, make_url, text

from internationale import worker
from internationale.section import Section
from internationale.testing import oracle
from internationale.testing.people import member, speaker
from internationale.testing.trouble import only_read
from internationale.worker import hubs

WORDS = "The database of this section does not answer now, or cannot take anything in."
SECRET = "our secret plan"
ONE_LINE = r"[a-z ]+( at [A-Z]+ \w*)?: (Operational|Internal)Error \((SQLITE_[A-Z]+|\w+)\)"
"""There may be one for each request: no traceback."""


@contextmanager
def away(section: Section) -> Iterator[None]:
    """Nobody can connect to it."""
    url = make_url(section.settings.database or f"sqlite:///{section.settings.home / 'section.db'}")
    if url.get_backend_name() == "sqlite":
        section.database.dispose()
        home = section.settings.home
        home.rename(home.with_name("elsewhere"))
        yield
        home.with_name("elsewhere").rename(home)
        return
    engine = create_engine(os.environ["INTERNATIONALE_TEST_DATABASE"], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": url.database}
        )
        yield
        connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true"))
    engine.dispose()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]
    caplog.clear()
    assert not [each for each in records if SECRET in each]
    assert all(re.fullmatch(ONE_LINE, each) for each in records)
    return [each.partition(" at ")[0] for each in records]


def test_what_is_asked_while_the_database_is_away_has_to_wait(federation, browser, caplog):
    ic, _fr = federation("ic", "fr")
    signed_in, passer_by = browser(ic, "secretary", "delegate"), browser(ic)
    with away(ic):
        for who in (signed_in, passer_by):
            answer = who.get("/api/v1/documents")
            assert (answer.status_code, answer.json()["error"], answer.json()["message"]) == (503, "paused", WORDS)
            assert said(caplog) == ["the database is in trouble"]
            page = who.get("/programme")
            assert (page.status_code, "This has to wait" in page.text, WORDS in page.text) == (503, True, True)
            assert "the database is in trouble" in said(caplog)
    assert (signed_in.get("/programme").status_code, passer_by.get("/api/v1/documents").status_code) == (200, 200)


def test_what_is_written_while_it_can_only_be_read_has_to_wait_and_is_given_back(federation, browser, caplog):
    ic, _fr = federation("ic", "fr")
    delegate = browser(ic, member(ic, "secretary", "delegate"))
    sent = {"audience": "international", "language": "en", "title": SECRET, "text": f"{SECRET}, at five.\n"}
    with only_read(ic):
        answer = delegate.post("/api/v1/statements", json={**sent, "sections": []})
        assert (answer.status_code, answer.json()["error"], answer.json()["message"]) == (503, "paused", WORDS)
        assert said(caplog) == ["the database is in trouble"]
        page = delegate.post("/statements/new", data={**sent, "step": "sign"})
        assert (page.status_code, WORDS in page.text, f"{SECRET}, at five." in page.text) == (503, True, True)
        assert said(caplog) == ["the database is in trouble"]
        assert delegate.get("/statements").status_code == 200
    assert delegate.post("/api/v1/statements", json={**sent, "sections": []}).status_code == 201


def test_the_errands_go_on_by_themselves_when_it_is_there_again(federation, hub, caplog):
    """A server that was started anew, a disk that was away: the pages come back with the next request, and so does the rest."""
    ic, fr = federation("ic", "fr")
    for section in (ic, fr):
        section.settings = replace(section.settings, hubs=(hub.url,))

    def say(section: Section) -> None:
        text = {"language": "fr", "title": "Paix", "text": "Paix.\n"}
        with section.writing() as session:
            section.documents.open(session, kind="programme", audience="international", by=speaker(section), **text)

    def failed() -> bool:
        return {"Silence.keep", "hub"} <= {each.getMessage().split()[0] for each in caplog.records}

    async def until(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(60):
            while not condition():
                await asyncio.sleep(0.05)

    async def story() -> None:
        async with worker.running(ic), worker.running(fr):
            await until(lambda: ic.fenced is None and fr.fenced is None)
            with away(fr):
                await until(failed)
                await until(lambda: fr.hubs[hub.url].trouble == hubs.OURS)
                assert all(re.fullmatch(r"[^\n]+", each.getMessage()) for each in caplog.records)
            await asyncio.to_thread(say, fr)
            await until(lambda: oracle.log(ic) == oracle.log(fr) != [])

    asyncio.run(story())
