"""The API as it is served: answers that nobody is sent twice, and those that somebody waits for."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from types import ModuleType
from typing import Any

import httpx
import pytest
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Response, Stream
from sqlmodel import Session, select

from internationale.kit import Reader, Utterance, hookimpl
from internationale.kit import Section as Port
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.federations import Federation
from internationale.testing.people import speaker
from internationale.web import waiting
from internationale.web.app import create_app

from . import connected

WORDS, SLOWLY, SLOW = "/api/v1/words", "/api/v1/slowly", 30
withdrawn = set[str]()
looks: list[str] = []


def routes() -> list[Any]:
    @get(WORDS, sync_to_thread=True)
    def words(section: NamedDependency[Port], reader: NamedDependency[Reader]) -> list[str]:
        looks.append(reader.handle)
        with section.reading() as session:
            return list(session.exec(select(notes.NoteRow.text).order_by("sequence")).all())

    @get(SLOWLY, sync_to_thread=True)
    def slowly(reader: NamedDependency[Reader]) -> list[str]:
        looks.append(reader.handle)
        time.sleep(1)
        return []

    @get("/api/v1/streamed", sync_to_thread=True)
    def streamed() -> Stream:
        return Stream(iter([b"[1,", b"2]"]), media_type="application/json")

    @get("/api/v1/text", sync_to_thread=True)
    def text() -> Response[str]:
        return Response("text", media_type="text/plain")

    @get("/words", sync_to_thread=True)
    def page() -> list[str]:
        return []

    return [words, slowly, streamed, text, page]


@hookimpl
def identify(section: Port, session: Session, scope: str, secret: str) -> Reader | None:
    return None if secret in withdrawn else Reader(id=secret, handle=secret, language="en")


@pytest.fixture
def fr(federation: Federation) -> Section:
    withdrawn.clear()
    looks.clear()
    module = ModuleType("words")
    vars(module).update(routes=hookimpl(routes), identify=identify)
    (section,) = federation("fr", plugins=Plugins([("notes", notes), ("words", module)]))
    return section


class Door:
    """A section as ``run`` serves it."""

    def __init__(self, section: Section) -> None:
        self.section = section
        self._open = ExitStack()
        one = self._open.enter_context(connected.served(100, create_app(section)))()
        self._address = f"http://localhost:{one.getpeername()[1]}"
        self._people = ThreadPoolExecutor(20)

    def ask(self, path: str = WORDS, who: str = "rosa", **headers: str) -> httpx.Response:
        known = {name.replace("_", "-"): value for name, value in headers.items()}
        token = {"Authorization": f"Bearer {who}"} if who else {}
        return httpx.get(self._address + path, headers=token | known, timeout=SLOW)

    def wait(self, tag: str, seconds: int = 50, who: str = "rosa", path: str = WORDS) -> Future[httpx.Response]:
        """Somebody who waits, until they have been looked at once."""
        before = len(looks)
        asked = self._people.submit(self.ask, path, who=who, If_None_Match=tag, Prefer=f"wait={seconds}")
        while len(looks) == before:
            time.sleep(0.01)
        return asked

    def close(self) -> None:
        self._open.close()
        self._people.shutdown()


@pytest.fixture
def door(fr: Section) -> Iterator[Door]:
    door = Door(fr)
    yield door
    door.close()


def say(section: Section, text: str) -> None:
    with section.writing() as session:
        section.publish(session, Utterance(notes.Written(text=text)), by=speaker(section))


def test_a_long_list_of_what_somebody_has_is_not_looked_through(door: Door) -> None:
    tag = door.ask().headers["etag"]
    assert [door.ask(If_None_Match=f'"{"a" * size}", {tag}').status_code for size in (900, 1000)] == [304, 200]


def test_what_somebody_has_is_not_sent_again(door: Door) -> None:
    first = door.ask()
    tag = first.headers["etag"]
    assert (first.status_code, first.json()) == (200, [])
    same = door.ask(If_None_Match=f'"another", W/{tag}')
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert same.headers["cache-control"] == first.headers["cache-control"] == "no-store"
    assert "content-type" not in same.headers
    say(door.section, "one")
    other = door.ask(If_None_Match=tag)
    assert (other.status_code, other.json()) == (200, ["one"])
    assert other.headers["etag"] != tag


@pytest.mark.parametrize("path", ["/api/v1/streamed", "/api/v1/text", "/words"])
def test_what_is_no_whole_answer_of_the_api_in_json_goes_out_as_it_is(door: Door, path: str) -> None:
    answer = door.ask(path, If_None_Match="*", Prefer="wait=50")
    assert (answer.status_code, "etag" in answer.headers) == (200, False)
    assert answer.content in {b"[1,2]", b"text", b"[]"}


def test_who_waits_is_answered_as_soon_as_it_changes(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK", 3600.0)
    tag = door.ask().headers["etag"]
    asked = door.wait(tag)
    say(door.section, "one")
    answer = asked.result()
    assert (answer.status_code, answer.json(), answer.headers["preference-applied"]) == (200, ["one"], "wait=50")


def test_what_changes_without_a_commit_here_is_noticed_as_well(door: Door, fr: Section, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process writes, as a command does."""
    monkeypatch.setattr(waiting, "LOOK", 0.2)
    asked = door.wait(door.ask().headers["etag"])
    callbacks = list(fr._callbacks)
    fr._callbacks.clear()
    say(fr, "one")
    fr._callbacks.extend(callbacks)
    assert asked.result().json() == ["one"]


def test_who_has_waited_long_enough_is_told_that_nothing_changed(door: Door) -> None:
    tag = door.ask().headers["etag"]
    began = time.monotonic()
    answer = door.ask(If_None_Match=tag, Prefer="respond-async, wait=1")
    assert (answer.status_code, answer.headers["preference-applied"], answer.headers["etag"]) == (304, "wait=1", tag)
    assert 1 <= time.monotonic() - began < waiting.LONGEST


@pytest.mark.parametrize("prefer", ["wait=0", "wait=x", "wait", "respond-async", "await=9", "wait=-1", "wait=9999999999"])
def test_what_is_no_time_is_not_waited_for(door: Door, prefer: str) -> None:
    answer = door.ask(If_None_Match="*", Prefer=prefer)
    assert (answer.status_code, "preference-applied" in answer.headers) == (304, False)


def test_passers_by_do_not_wait(door: Door) -> None:
    answer = door.ask(who="", If_None_Match="*", Prefer="wait=50")
    assert (answer.status_code, "preference-applied" in answer.headers) == (304, False)


def test_one_account_waits_in_a_few_places_and_others_all_the_same(door: Door) -> None:
    tag = door.ask().headers["etag"]
    asked = [door.wait(tag) for _ in range(waiting.OF_ONE)]
    assert "preference-applied" not in door.ask(If_None_Match=tag, Prefer="wait=50").headers
    asked.append(door.wait(tag, who="emma"))
    say(door.section, "one")
    assert [each.result().json() for each in asked] == [["one"]] * len(asked)
    assert door.wait(door.ask().headers["etag"], 1).result().headers["preference-applied"] == "wait=1"


def test_a_token_that_is_withdrawn_meanwhile_shows_nothing_more(door: Door) -> None:
    asked = door.wait(door.ask().headers["etag"])
    withdrawn.add("rosa")
    say(door.section, "one")
    assert asked.result().status_code == 401


def test_nobody_who_has_gone_is_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = door.ask().headers["etag"]
    monkeypatch.setattr(waiting, "OF_ONE", 1)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(
            door._address + WORDS,
            headers={"Authorization": "Bearer rosa", "If-None-Match": tag, "Prefer": "wait=50"},
            timeout=0.5,
        )
    while "preference-applied" not in door.ask(If_None_Match=tag, Prefer="wait=1").headers:
        time.sleep(0.1)


@pytest.mark.parametrize("path", [WORDS, SLOWLY])
def test_whoever_waits_does_not_keep_the_instance_from_ending(fr: Section, caplog: pytest.LogCaptureFixture, path: str) -> None:
    door = Door(fr)
    tag = door.ask(path).headers["etag"]
    asked = [door.wait(tag, path=path) for _ in range(waiting.OF_ONE)]
    while len(looks) < 2 * len(asked) and path == SLOWLY:
        time.sleep(0.01)
    door.close()
    assert [each.result().status_code for each in asked] == [304] * len(asked)
    assert "Exception" not in caplog.text
