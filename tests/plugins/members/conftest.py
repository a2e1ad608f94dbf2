"""One section with the members plugin alone, its front door, and a clock that the tests move."""

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import httpx
import psycopg
import pytest
from click.testing import CliRunner
from litestar.testing import TestClient
from sqlalchemy import make_url

import internationale_members
from internationale.events.keys import SigningKey
from internationale.kit.http import cookie_name
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.settings import Settings, write_key
from internationale.testing.founding import prepare
from internationale.web.app import create_app

PASSWORD = "seven red umbrellas"


@dataclass
class Clock:
    """The section's clock, which the tests move."""

    now: datetime = datetime(2027, 4, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class House:
    """The section, and browsers at its door."""

    section: Section
    clock: Clock
    door: TestClient[Any]

    def browser(self) -> httpx.Client:
        """A browser of its own, in which nobody is signed in."""
        return httpx.Client(
            transport=self.door._transport,
            base_url=self.section.base_url,
            follow_redirects=True,
            headers={"Sec-Fetch-Site": "same-origin"},
        )

    def command(self, *arguments: str, status: int = 0) -> str:
        """What ``internationale members …`` prints."""
        group = click.Group()
        internationale_members.commands(group)
        result = CliRunner().invoke(group, ["members", *arguments], obj=lambda: self.section)
        assert result.exit_code == status, result.output + repr(result.exception)
        return result.output.strip()

    def person(self, handle: str, *roles: str) -> httpx.Client:
        """Somebody who has an account with a password and these roles, signed in."""
        options = [option for role in roles or ("member",) for option in ("--role", role)]
        client = self.browser()
        client.post(self.command("add", handle, *options))
        assert client.post("/members/account/password", data={"new": PASSWORD}).status_code == 200
        return client

    def token(self, client: httpx.Client) -> dict[str, str]:
        """The header with a new personal token of whoever is signed in."""
        answer = client.post("/members/account/tokens", data={"name": "Script"})
        return {"Authorization": "Bearer " + found(r"<code>(intl_[^<]+)</code>", answer.text)}

    def id_of(self, secretary: httpx.Client, handle: str) -> str:
        people = secretary.get("/api/v1/members/people").json()
        return next(person["id"] for person in people if person["handle"] == handle)

    def secret_of(self, client: httpx.Client) -> str | None:
        """What is in the browser's cookie."""
        return client.cookies.get(cookie_name(self.section))


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, (pattern, text)
    return match[1]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """A new empty database: a SQLite file, or one on the PostgreSQL of INTERNATIONALE_TEST_DATABASE."""
    server = os.environ.get("INTERNATIONALE_TEST_DATABASE")
    if not server:
        yield f"sqlite:///{tmp_path / 'section.db'}"
        return
    url, name = make_url(server), f"members_{secrets.token_hex(6)}"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield url.set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}"')


@pytest.fixture
def make_house(tmp_path: Path, database: str) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def make(*others: tuple[str, ModuleType], **changed: Any) -> House:
        values = {"code": "fr", "name": "Section française", "languages": ("en", "fr"), "base_url": "http://testserver.local"}
        settings = Settings(**(values | changed), home=tmp_path, database=database)
        write_key(settings.log_key, SigningKey(b"k" * 32))
        clock = Clock()
        section = Section(settings, Plugins([("members", internationale_members), *others]), clock)
        prepare(section)
        door = TestClient(create_app(section), base_url=section.base_url, raise_server_exceptions=False)
        houses.append(House(section, clock, open.enter_context(door)))
        return houses[-1]

    with contextlib.ExitStack() as open:
        yield make
    for house in houses:
        house.section.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()
