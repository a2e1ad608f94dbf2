"""How much room a hub has for what has no limit of its own: what its server could still promise to somebody.

A server promises each stream with a limit that much, and says nothing of what is left to who is not its own operator. So it is
asked for ever more, for a stream that nobody uses and that is gone soon. While one asks, another waits: each would count what the
other was promised as gone.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from internationale.bus.listening import unforeseeable

NAME = "INTL_ROOM"
LEAST = 1024 * 1024
"""Bytes; a hub with less has no room."""
PATIENCE = 5.0
"""Seconds that it is waited for another who asks, or until the servers of a cluster know of each other what they have."""
_STALE = timedelta(minutes=1)
"""After so long whoever asked has been broken off."""
_STEPS = 6
"""How often what is not known is halved: to a hundredth of it, about."""
_NO_ROOM = (10002, 10023, 10047)
"""Of the account, of this server: in memory and on the disk."""
_NOWHERE = 10005
"""On no server of a cluster, or not on so many: for want of room, or because some are away."""
_IN_USE = 10058


def no_room(refused: APIError) -> bool:
    """Whether a server has not promised something because it has no room for it, or the servers of a cluster have none."""
    why = refused.description or ""
    return refused.err_code in _NO_ROOM or (refused.err_code == _NOWHERE and "storage" in why and "offline" not in why)


async def left(context: JetStreamContext, replicas: int = 1, patience: float = PATIENCE) -> int | None:
    """Bytes, a little less than there are; 0 for no room. What streams without a limit hold is part of it.

    None where it cannot be told within so many seconds: another asks without end, or a cluster says that its servers have none or
    are away. What one of them has, the others know only as it was some seconds ago: perhaps while somebody asked.
    """
    asked = StreamConfig(
        name=NAME,
        description=unforeseeable(),
        subjects=["intl.v1.room"],
        max_bytes=LEAST,
        storage=StorageType.FILE,
        num_replicas=replicas,
    )
    if not (begun := await _begin(context, asked, patience)):
        return None if begun is None else 0
    sure, doubtful = LEAST, LEAST * 2
    try:
        while doubtful < 1 << 60 and await _promised(context, asked.evolve(max_bytes=doubtful)):
            sure, doubtful = doubtful, doubtful * 2
        for _step in range(_STEPS):
            middle = (sure + doubtful) // 2
            fits = await _promised(context, asked.evolve(max_bytes=middle))
            sure, doubtful = (middle, doubtful) if fits else (sure, middle)
        return sure
    finally:
        await _away(context)


async def _begin(context: JetStreamContext, asked: StreamConfig, patience: float) -> bool | None:
    """Whether the least was promised; None where that cannot be told."""
    clock = asyncio.get_running_loop().time
    until, refusals = clock() + patience, 0
    while True:
        try:
            await context.add_stream(asked)
        except APIError as refused:
            if refused.err_code not in (*_NO_ROOM, _NOWHERE, _IN_USE):
                raise
            refusals += refused.err_code in _NO_ROOM and not await _asked(context)
            if refusals > 1:  # once, and whoever had the room may just have gone
                return False
        else:
            return True
        if clock() > until:
            return None
        await _away(context, stale=True)
        await asyncio.sleep(0.1)


async def _asked(context: JetStreamContext) -> bool:
    """Whether somebody asks now."""
    try:
        await context.stream_info(NAME)
    except NotFoundError:
        return False
    return True


async def _promised(context: JetStreamContext, wanted: StreamConfig) -> bool:
    try:
        await context.update_stream(wanted)
    except APIError as refused:
        if not no_room(refused):
            raise
        return False
    return True


async def _away(context: JetStreamContext, *, stale: bool = False) -> None:
    """``stale``: only what somebody left behind who was broken off."""
    try:
        made = (await context.stream_info(NAME)).created if stale else None
        if made is None or datetime.now(UTC) - made > _STALE:
            await context.delete_stream(NAME)
    except NotFoundError:
        return
