"""``run``: the pages and the errands, in one process."""

import gc
import logging
import signal
import sys
from typing import Any

import click
import uvicorn

from internationale import worker
from internationale.cli import connections, listening
from internationale.cli.root import Home
from internationale.cli.seldom import Seldom
from internationale.cli.speech import say
from internationale.ledger import database
from internationale.messages import marker
from internationale.settings import Settings, whole
from internationale.web.app import create_app

_ = marker("core")
_log = logging.getLogger(__name__)

GRACE = 3
"""Seconds that requests under way are given at the end."""
TURN = 0.0005
"""Seconds that one thread computes before another has its turn. Python's own five milliseconds are as long as a whole page: the
loop, which waits for the hub and for browsers, stood behind each page and each transaction that was being worked on.
"""


@click.command()
@click.pass_obj
def run(home: Home) -> None:
    """Serve the pages and carry messages, in one process, until it is stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(Seldom())
    logging.getLogger("alembic").setLevel(logging.WARNING)
    database.check(home.settings.database)
    section = home()
    settings = section.settings
    for left in whole.clear(home.path):
        _log.warning("%s was left there by a command that was interrupted: it was deleted", left)
    held = listening.sockets(settings.host, settings.port)  # before any errand begins
    config = configuration(create_app(section, [worker.running]), settings, connections.room())
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)  # uvicorn takes them over, shuts down, and hands the signal on to this
    say(_("Section “%(name)s” is served at %(url)s.") % {"name": section.name, "url": section.base_url})
    if settings.base_url.startswith("https:") and not settings.proxies:
        say(
            _(
                "There is a reverse proxy before it, it seems. Name its address under “proxies” in the settings: until then all "
                "visitors count as one network, and whoever tries passwords there delays the others."
            )
        )
    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()  # what a start leaves is there for good: the collector need not go through it again and again
    uvicorn.Server(config).run(held)


def configuration(app: Any, settings: Settings, most: int = connections.MOST) -> uvicorn.Config:
    """How an application (ASGI) is served: over ``most`` connections at a time.

    Left alone, uvicorn believes whoever connects from this machine where a visitor comes from; but that is everybody, behind a
    proxy that hands on what it was told. So only proxies that the settings name are believed.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=connections.bounded(most, settings.proxies),
        log_config=None,
        access_log=False,  # who read what is nobody's business, the host's neither
        server_header=False,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )


def _stop(_number: int, _frame: object) -> None:
    raise SystemExit(0)
