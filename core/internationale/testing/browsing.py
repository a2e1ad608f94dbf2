"""Browsers at the pages and the API of sections."""

import secrets
from contextlib import ExitStack
from typing import Any, Self

import httpx
from litestar import Litestar
from litestar.testing import TestClient

from internationale.kit import Reader
from internationale.kit.http import cookie_name
from internationale.section import Section
from internationale.testing.people import member
from internationale.web.app import create_app


class Browsers:
    """Opens browsers, and closes what they stand before in the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._served: dict[int, TestClient[Litestar]] = {}  # to make an application costs more than most tests

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    def __call__(
        self,
        section: Section,
        *who: Reader | str,
        handle: str | None = None,
        language: str | None = None,
        follow_redirects: bool = True,
    ) -> httpx.Client:
        """A browser of its own. ``who``: a reader, or the roles of a member (``people.member``), who is signed in by a session
        cookie that only this browser has; nobody: a passer-by, who has no ``handle``. ``language``: what the browser asks for.
        """
        if handle is not None and not who:
            raise ValueError(f"{handle} has no role here: a passer-by has no name")
        client = httpx.Client(
            transport=self._door(section)._transport,  # noqa: SLF001  # one application, and cookies for each reader
            base_url=section.base_url,
            follow_redirects=follow_redirects,
            headers={"Sec-Fetch-Site": "same-origin"},  # as browsers say it
        )
        if language is not None:
            client.headers["Accept-Language"] = language
        if who:
            roles = [role for role in who if isinstance(role, str)]
            reader = who[0] if isinstance(who[0], Reader) else member(section, *roles, handle=handle or "rosa", language=language)
            secret = secrets.token_hex(16)
            _know(section, secret, reader)
            client.cookies.set(cookie_name(section), secret)
        return client

    def _door(self, section: Section) -> TestClient[Litestar]:
        if id(section) not in self._served:
            door = TestClient(create_app(section), base_url=section.base_url)
            self._served[id(section)] = self._stack.enter_context(door)
        return self._served[id(section)]


def _know(section: Section, secret: str, reader: Reader) -> None:
    """Have the section recognise a reader by a secret, before its own plugins are asked."""
    ask = section.plugins.identify

    def identify(**asked: Any) -> Reader | None:
        return reader if asked["secret"] == secret else ask(**asked)

    section.plugins.identify = identify  # type: ignore[method-assign]  # of this section only
