"""``run``: the pages and the errands, in one process."""

import gc
import logging
import signal

import click
import uvicorn

from internationale import worker
from internationale.cli import listening
from internationale.cli.root import Home
from internationale.cli.speech import say
from internationale.ledger import database
from internationale.messages import marker
from internationale.web.app import create_app

_ = marker("core")

GRACE = 3
"""Seconds that requests under way are given at the end."""


@click.command()
@click.pass_obj
def run(home: Home) -> None:
    """Serve the pages and carry messages, in one process, until it is stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    database.check(home.settings.database)
    section = home()
    settings = section.settings
    held = listening.sockets(settings.host, settings.port)  # before any errand begins
    config = uvicorn.Config(
        create_app(section, [worker.running]),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,  # who read what is nobody's business, the host's neither
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=GRACE,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)  # uvicorn takes them over, shuts down, and hands the signal on to this
    say(_("Section “%(name)s” is served at %(url)s.") % {"name": section.name, "url": section.base_url})
    gc.collect()
    gc.freeze()  # what a start leaves is there for good: the collector need not go through it again and again
    uvicorn.Server(config).run(held)


def _stop(_number: int, _frame: object) -> None:
    raise SystemExit(0)
