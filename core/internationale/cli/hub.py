"""``internationale hub …``: a carrier of one's own for trying and for small Internationals, and preparing an operator's."""

import asyncio
import signal
from pathlib import Path

import click

from internationale.bus import Unreachable
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.cli.root import Home
from internationale.cli.speech import say
from internationale.errors import Paused
from internationale.messages import marker

_ = marker("core")


@click.group()
def hub() -> None:
    """The carrier between the sections."""


@hub.command("run")
@click.option("--port", type=click.IntRange(1, 65535), default=4222, show_default=True, help="Where it listens, on this machine.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where it keeps what it carries.")
def run(port: int, data: Path) -> None:
    """Run a hub on this machine until it is stopped (Ctrl-C)."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    with HubProcess(data.absolute(), port=port) as process:
        signal.signal(signal.SIGCHLD, _died)
        say(_("The hub listens at %(url)s.") % {"url": process.url})
        while True:
            signal.pause()


def _stop(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    raise SystemExit(0)


def _died(_number: int, _frame: object) -> None:
    """The server ended by itself; its log in the data directory says why."""
    raise SystemExit(1)


@hub.command("provision")
@click.argument("url")
@click.pass_obj
def provision(home: Home, url: str) -> None:
    """Make the streams, and a consumer for each section of the roster, on the hub at URL. Safe to repeat."""
    section = home()
    with section.reading() as session:
        codes = [card.code for card in section.sections(session)] or [section.code]
    try:
        for code in codes:
            asyncio.run(_provision(url, code))
    except Unreachable as error:
        raise Paused(_("The hub does not answer: %(why)s") % {"why": error}, place=url) from error
    say(_("The hub is ready for: %(codes)s.") % {"codes": ", ".join(codes)})


async def _provision(url: str, code: str) -> None:
    bus = await NatsBus.connect(url, code)
    try:
        await bus.provision()
    finally:
        await bus.close()
