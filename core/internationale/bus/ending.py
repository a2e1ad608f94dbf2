"""The end of tasks: cancelled until it is so, and waited for; and of the library's connections, in whatever state they are.

One cancellation is not enough: before Python 3.12 ``asyncio.wait_for`` swallows one that comes at the very moment at which what
it waits for ends (https://github.com/python/cpython/issues/86296). Who runs in a loop, as a client that tries to connect does,
then runs on for ever.
"""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Set
from typing import Any

_log = logging.getLogger(__name__)
_AGAIN = 0.2
"""Seconds after which a cancellation that had no effect is said again."""


async def stop(tasks: Collection[asyncio.Future[Any]]) -> None:
    """Cancel, and wait until it is so."""
    await ended(set(tasks), cancel=True)


async def ended(tasks: Set[asyncio.Future[Any]], *, cancel: bool = False) -> None:
    """Wait for all of these, even when cancelled meanwhile; the cancellation goes on afterwards."""
    cancelled = False
    while pending := {task for task in tasks if not task.done()}:
        for task in pending if cancel else ():
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=_AGAIN)
        except asyncio.CancelledError:
            cancelled = True
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.debug("ended with %r", error)  # whoever cares for its failure has seen it, or it came while stopping
    if cancelled:
        raise asyncio.CancelledError


def standing_on(transport: Any) -> asyncio.WriteTransport | None:
    """What the library's transport stands on (read before it is closed: it forgets), over TCP and over WebSocket."""
    connection = getattr(getattr(transport, "_ws", None), "_conn", None) or getattr(transport, "_bare_io_writer", None)
    below: asyncio.WriteTransport | None = getattr(connection, "transport", None)
    return below


def drop(transport: Any) -> None:
    """End a connection that came to nothing, at once: a TLS handshake that failed never tells that it is over."""
    below = standing_on(transport)
    with contextlib.suppress(Exception):
        transport.close()
    if below is not None:
        below.abort()
