"""One section with the members plugin alone, its front door, and a clock that the tests move."""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner
from litestar.testing import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import internationale_members
from internationale.kit.http import cookie_name
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing.clock import Clock
from internationale.testing.federations import Federation
from internationale.web.app import create_app

PASSWORD = "seven red umbrellas"


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

    def token(self, client: httpx.Client, password: str = PASSWORD, **more: str) -> dict[str, str]:
        """The header with a new personal token of whoever is signed in."""
        answer = client.post("/members/account/tokens", data={"name": "Script", "password": password, **more})
        return {"Authorization": "Bearer " + found(r"<code>(intl_[^<]+)</code>", answer.text)}

    def id_of(self, secretary: httpx.Client, handle: str) -> str:
        people = secretary.get("/api/v1/members/people").json()["people"]
        return next(person["id"] for person in people if person["handle"] == handle)

    def secret_of(self, client: httpx.Client) -> str | None:
        """What is in the browser's cookie."""
        return client.cookies.get(cookie_name(self.section))


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, (pattern, text)
    return match[1]


@pytest.fixture
def make_house(federation: Federation) -> Iterator[Callable[..., House]]:
    with contextlib.ExitStack() as open:

        def make(*others: tuple[str, ModuleType], **changed: Any) -> House:
            clock = Clock(datetime(2027, 4, 1, 12, tzinfo=UTC))
            values = {"languages": ("en", "fr"), "base_url": "http://testserver.local"} | changed
            plugins = Plugins([("members", internationale_members), *others])
            section = federation.alone("fr", plugins=plugins, now=clock, **values)
            app = create_app(section)
            app.asgi_handler = ProxyHeadersMiddleware(app.asgi_handler, "*")  # so that browsers can come from many networks
            door = TestClient(app, base_url=section.base_url, raise_server_exceptions=False)
            return House(section, clock, open.enter_context(door))

        yield make


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()
