"""What a request asks of the database: few things, however much was said. On SQLite, which tells what it is asked."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import event

from internationale.kit import Role
from internationale.section import Section
from internationale.testing.federations import Federation
from internationale.web.app import create_app
from internationale_members.queries import accounts
from internationale_members.rules import passwords

FORM, READ = 18, 18
"""Statements of a form that is signed, and of an answer of the API; the beginning and the end of each transaction included, the
question whether what is to be signed may still become something else, and two whether whoever signs still is who they were, and
may what they might.
"""
DAYS = {"first": "2100-05-01", "last": "2100-05-02"}
QUESTIONS = ("participants", "demands", "leadership", "outlook", "conditions", "forces")


class Cost:
    """A delegate, and what the section's database was asked for."""

    def __init__(self, client: Any, asked: list[str]) -> None:
        self.client = client
        self._asked = asked
        self._events: dict[str, str] = {}

    def call(self) -> str:
        text = {"title": "May Day", "text": "All out.", "language": "fr", **DAYS}
        answer = self.client.post("/api/v1/actions", json={**text, **dict.fromkeys(QUESTIONS, "As was said.")})
        assert answer.status_code == 201, answer.text
        summary = answer.json()["action"]["summary"]
        self._events[summary["id"]] = summary["ref"]
        return str(summary["id"])

    def commit(self, action: str) -> httpx.Response:
        form = {"event": self._events[action], "language": "fr", "plan": "We come.", "step": "sign"}
        answer: httpx.Response = self.client.post(f"/actions/{action}/commit", data=form, follow_redirects=False)
        return answer

    def of(self, request: Callable[[], httpx.Response], status: int = 200) -> int:
        """How many statements a request takes."""
        self._asked.clear()
        assert request().status_code == status
        return len(self._asked)

    def of_page(self, path: str) -> int:
        return self.of(lambda: self.client.get(path))


@pytest.fixture
def cost(tmp_path: Path, federation: Federation) -> Iterator[Cost]:
    (section,) = federation("fr", database=f"sqlite:///{tmp_path / 'section.db'}")
    person = {"handle": "rosa", "password": secrets.token_urlsafe()}
    _join(section, **person)
    asked = _overheard(section)
    with TestClient(create_app(section), base_url=section.base_url) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        client.post("/members/sign-in", data=person)
        yield Cost(client, asked)


def _join(section: Section, handle: str, password: str) -> None:
    with section.writing() as session:
        person = accounts.open(session, section, handle=handle, language="en", password=passwords.hash_of(password)).id
        section.grants.give_role(session, person, Role.MEMBER, by=None)
        section.grants.give_role(session, person, Role.DELEGATE, by=None)


def _overheard(section: Any) -> list[str]:
    asked: list[str] = []
    section.database.dispose()
    for engine in (section.database.engine, section.database.readers):
        event.listen(engine, "connect", lambda connection, _entry: connection.set_trace_callback(asked.append))
    return asked


def test_a_form_costs_as_much_whatever_was_said_before(cost: Cost) -> None:
    action = cost.call()
    first = cost.of(lambda: cost.commit(action), 303)
    for _ in range(10):
        cost.commit(action)
    assert cost.of(lambda: cost.commit(action), 303) == first <= FORM


def test_an_answer_of_the_api_costs_as_much_whatever_was_said_before(cost: Cost) -> None:
    action = cost.call()
    path = f"/api/v1/actions/{action}"
    before = cost.of_page(path)
    for _ in range(10):
        cost.commit(action)
    assert cost.of_page(path) == before <= READ


@pytest.mark.parametrize("path", ["/", "/actions", "/translation", "/programme", "/api/v1/actions"])
def test_a_list_costs_as_much_whatever_stands_in_it(cost: Cost, path: str) -> None:
    cost.call()
    before = cost.of_page(path)
    for _ in range(5):
        cost.commit(cost.call())
    assert cost.of_page(path) == before
