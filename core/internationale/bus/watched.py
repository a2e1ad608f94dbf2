"""Whether somebody watches a hub, so that who floods it is cut: a mark that whoever does so renews, for all to see.

It stands beside the description of a stream that nobody has a reason to change, in the server's own time, of which the server
tells with each answer: so no clock of anybody else's matters.
"""

from datetime import datetime, timedelta

import msgspec
from nats.aio.client import Client
from nats.js import JetStreamContext

from internationale.bus import HEADS
from internationale.bus.connecting import TIMEOUT
from internationale.bus.reading import told

NAME = "intl-watched"
REST = 60.0
"""Seconds after which it is renewed."""
STALE = timedelta(minutes=5)
"""A mark that is older was left by somebody who does so no longer."""


class _Config(msgspec.Struct):
    metadata: dict[str, str] | None = None


class _Info(msgspec.Struct):
    """``ts``: the server's time."""

    ts: str = ""
    config: _Config = msgspec.field(default_factory=_Config)


async def watched(client: Client) -> bool:
    """Whether somebody does. Raises nats-py's errors, ``Unreachable``."""
    info = await _info(client)
    try:
        marked, now = (datetime.fromisoformat(each) for each in ((info.config.metadata or {}).get(NAME, ""), info.ts))
        return now - STALE < marked <= now
    except (ValueError, TypeError, OverflowError):
        return False


async def mark(client: Client, context: JetStreamContext) -> None:
    """Say that somebody does. Raises nats-py's errors, ``Unreachable``."""
    now, found = (await _info(client)).ts, (await context.stream_info(HEADS)).config
    if found.mirror is None:  # a leaf node's is its operator's affair
        await context.update_stream(found.evolve(metadata={**(found.metadata or {}), NAME: now}))


async def _info(client: Client) -> _Info:
    answer = await client.request(f"$JS.API.STREAM.INFO.{HEADS}", b"", timeout=TIMEOUT)
    return told(answer.data, _Info, HEADS)
