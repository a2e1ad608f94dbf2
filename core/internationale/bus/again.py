"""Asking again where nobody answers: it may be that a hub has just read its users again.

For some milliseconds of each reload the server takes away what leads from the sections' account to the streams (``users``), and
says meanwhile, of what is asked or published, that nobody is there for it. A hub without streams says the same, and goes on
saying it. Nothing that was answered so was stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import nats.errors

from internationale.bus import Unprovisioned

Answered = TypeVar("Answered")
PAUSES = (0.05, 0.2, 0.5)
"""Seconds before asking for the second, the third and the last time."""


async def again(ask: Callable[[], Awaitable[Answered]]) -> Answered:
    """What ``ask`` comes to, asked until somebody answers. Raises what it raises, of "nobody answers" the last."""
    for pause in PAUSES:
        try:
            return await ask()
        except (Unprovisioned, nats.errors.NoRespondersError):
            await asyncio.sleep(pause)
    return await ask()
