"""How this project's tests, and those of plugin authors, make a small International and let people speak in it.

There is one door, five fixtures, which pytest finds through an entry point:

==============  =========================================================================================================
``federation``  ``ic, fr, ar = federation("ic", "fr", "ar")``: prepared sections in one International, the first is its
                committee; ``federation.alone("it")`` and ``federation.fresh("fr")`` make more (``federations``)
``hub``         a real ``nats-server`` on a free port
``carry``       ``carry(ic, fr)``: moves everything between these sections over the hub, until nothing moves any more
``member``      ``member(fr, "delegate")``: a signed-in reader with these roles
``browser``     ``browser(fr, "delegate")``: somebody with these roles at the section's pages and API; ``browser(fr)``: a
                passer-by; ``browser(fr, reader)``: this reader
==============  =========================================================================================================

Behind them stand plain functions and classes, for what is no fixture:

==============  =========================================================================================================
``databases``   SQLite files, or those of a PostgreSQL server; ``compiling``: statements of all sections, compiled once
``founding``    settings, keys, sections and rosters. Keys are fixed: ``key_of("fr")`` signs for every ``fr``, ``ROOT`` for
                every roster
``federations`` ``with Federation(folder) as federation``: the fixture, for as long as a module's or a session's
``carrying``    ``hand_on(ic, fr)``: as ``carry``, without a hub; ``said(fr)``: what a section said; ``hear``: in any order
``people``      ``member`` and ``speaker``, who may say everything; ``browsing``: the browsers; ``clock``
``oracle``      what must be true of sections that have heard each other; ``rows``: their rows
``forging``     what our own code would not say, rightly signed; ``forking``: a second history
``notes``       the smallest plugin, for what is below the plugins; ``builds``: other builds of it
``trouble``     databases that can only be read
``world``       the same International in virtual time, with processes that die and hubs that fail: the simulation
``serving``     pages at a real port; ``clusters``: several servers that are one hub; ``deaths``: where real processes die
==============  =========================================================================================================

pytest loads this module before coverage starts, so the application is imported inside the fixtures.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

    from internationale.bus.server import HubProcess
    from internationale.kit import Reader
    from internationale.testing.federations import Federation


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[HubProcess]":
    """A real ``nats-server`` on a free port; its store is a temporary folder."""
    from internationale.bus.server import HubProcess

    with HubProcess(tmp_path_factory.mktemp("hub")) as process:
        yield process


@pytest.fixture
def federation(tmp_path: Path) -> "Iterator[Federation]":
    """Sections of one International: see ``Federation``."""
    from internationale.testing.federations import Federation

    with Federation(tmp_path) as made:
        yield made


@pytest.fixture
def carry(hub: "HubProcess") -> "Callable[..., None]":
    """Moves everything between the sections that are named, over the real hub, until nothing moves any more."""
    from internationale.testing import carrying

    return lambda *sections: carrying.carry(hub.url, *sections)


@pytest.fixture
def member() -> "Callable[..., Reader]":
    """Somebody signed in, with these roles (a plain member by default) and all that they allow."""
    from internationale.testing import people

    return people.member


@pytest.fixture
def browser() -> "Iterator[Callable[..., httpx.Client]]":
    """Opens browsers at the pages and the API of sections: see ``Browsers``."""
    from internationale.testing.browsing import Browsers

    with Browsers() as open_browser:
        yield open_browser
