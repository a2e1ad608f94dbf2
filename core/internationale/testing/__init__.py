"""Fixtures for this project's tests and for those of plugin authors. pytest loads this module before coverage starts, so the
application is imported inside the fixtures.

=============  ==========================================================================================================
``hub``        a real ``nats-server`` on a free port
``federation`` ``federation("ic", "fr", "ar")``: prepared sections in one International, the first is its committee
``carry``      ``carry(ic, fr)``: moves everything between these sections over the hub, until nothing moves any more
``member``     ``member(fr, "delegate")``: a signed-in reader with these roles
``browser``    ``browser(fr, reader)``: a test client on the section's pages, signed in when a reader is given
=============  ==========================================================================================================
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from datetime import datetime

    import httpx
    from litestar import Litestar

    from internationale.bus.server import HubProcess
    from internationale.events.keys import SigningKey
    from internationale.kit import Reader
    from internationale.plugins import Plugins
    from internationale.section import Section


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[HubProcess]":
    """A real ``nats-server`` on a free port; its store is a temporary folder."""
    from internationale.bus.server import HubProcess

    with HubProcess(tmp_path_factory.mktemp("hub")) as process:
        yield process


@pytest.fixture
def federation(tmp_path: Path) -> "Iterator[Callable[..., list[Section]]]":
    """Sections of one International, prepared. Each has its own database: SQLite files, or fresh PostgreSQL databases when
    ``INTERNATIONALE_TEST_DATABASE`` names a server. ``plugins``: others than the installed ones; ``hubs``: for the worker;
    ``root``: the key that signs the roster.
    """
    from internationale.section import utc_now
    from internationale.testing.founding import begin, database, open_section, unite

    with ExitStack() as stack:

        def found(
            *codes: str,
            plugins: "Plugins | None" = None,
            hubs: tuple[str, ...] = (),
            now: "Callable[[], datetime]" = utc_now,
            root: "SigningKey | None" = None,
        ) -> "list[Section]":
            sections = []
            for code in codes:
                home = tmp_path / code
                home.mkdir()
                url = stack.enter_context(database(home))
                sections.append(open_section(begin(home, code, url, hubs=hubs), plugins, now))
                stack.callback(sections[-1].close)
            unite(sections, root)
            return sections

        yield found


@pytest.fixture
def carry(hub: "HubProcess") -> "Callable[..., None]":
    """Moves everything between the sections that are named, over the real hub, until nothing moves any more."""
    from internationale.testing import carrying

    return lambda *sections: carrying.carry(hub.url, *sections)


@pytest.fixture
def member() -> "Callable[..., Reader]":
    """Somebody signed in, with these roles (a plain member by default) and all that they allow."""
    from internationale.kit import Reader

    def make(section: "Section", *roles: str, handle: str = "rosa", language: str | None = None) -> Reader:
        held = frozenset(roles or ("member",))
        capabilities = {each.name: frozenset({None}) for each in section.capabilities if held & each.roles}
        return Reader(
            id=f"{section.code}-{handle}",
            handle=handle,
            language=language or section.languages[0],
            roles=held,
            capabilities=capabilities,
        )

    return make


@pytest.fixture
def browser() -> "Iterator[Callable[..., httpx.Client]]":
    """A test client on a section's pages. A ``reader`` is signed in by a session cookie that only this client has."""
    import secrets

    import httpx
    from litestar.testing import TestClient

    from internationale.kit.http import cookie_name
    from internationale.web.app import create_app

    with ExitStack() as stack:
        served: dict[int, TestClient[Litestar]] = {}  # to make an application costs more than most tests

        def browse(section: "Section", reader: "Reader | None" = None) -> httpx.Client:
            if id(section) not in served:
                served[id(section)] = stack.enter_context(TestClient(create_app(section), base_url=section.base_url))
            transport = served[id(section)]._transport  # noqa: SLF001  # one application, and cookies for each reader
            client = httpx.Client(transport=transport, base_url=section.base_url, follow_redirects=True)
            client.headers["Sec-Fetch-Site"] = "same-origin"  # as browsers say it
            if reader is not None:
                secret = secrets.token_hex(16)
                _know(section, secret, reader)
                client.cookies.set(cookie_name(section), secret)
            return client

        yield browse


def _know(section: "Section", secret: str, reader: "Reader") -> None:
    """Have the section recognise a reader by a secret, before its own plugins are asked."""
    ask = section.plugins.identify

    def identify(**asked: Any) -> "Reader | None":
        return reader if asked["secret"] == secret else ask(**asked)

    section.plugins.identify = identify  # type: ignore[method-assign]  # of this section only
