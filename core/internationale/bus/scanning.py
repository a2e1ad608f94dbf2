"""Going once through what a stream keeps, message by message, for who looks after the hub."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from internationale.bus import Unprovisioned
from internationale.bus.pulling import Pulled, Puller

AT_ONCE = 256
"""Messages of one question. Somebody may have left each with headers as long as it may be."""
WHOLE = 32
"""The same, where they come with their bodies."""
_NEW = 5.0
"""Seconds in which a consumer that was just made may not be found yet: in a cluster the answer that it is there can overtake the
word of where it is.
"""


@dataclass(frozen=True)
class Scan:
    """Of which stream, from which position to which (both inclusive), and under which pattern (empty: all). ``bodies``: whether
    the messages come whole; otherwise the server leaves the body out and says how long it is.
    """

    stream: str
    first: int
    last: int
    pattern: str = ""
    bodies: bool = False


async def scan(
    client: Client, context: JetStreamContext, wanted: Scan, see: Callable[[Msg, int], None], until: float = math.inf
) -> int:
    """Show each message and its position to ``see``. Returns up to which position all were seen: the last, or as far as it came
    ``until`` that moment of the loop's clock, or before the hub left an answer out.

    Raises nats-py's errors.
    """
    described = ConsumerConfig(
        ack_policy=AckPolicy.NONE,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=wanted.first,
        filter_subject=wanted.pattern or None,
        headers_only=not wanted.bodies,
        inactive_threshold=30,
        mem_storage=True,
        num_replicas=1,
    )
    consumer = (await context.add_consumer(wanted.stream, described)).name
    puller = Puller(client, wanted.stream, consumer)
    clock, reached = asyncio.get_running_loop().time, wanted.first - 1
    found = clock() + _NEW
    try:
        while reached < wanted.last and clock() < until:
            pulled = await _pull(puller, WHOLE if wanted.bodies else AT_ONCE, found if reached < wanted.first else 0)
            for message in pulled.messages:
                position = message.metadata.sequence.stream
                if position <= wanted.last:
                    see(message, position)
                reached = min(position, wanted.last)
            if not pulled.messages and pulled.complete:
                reached = wanted.last  # the last of them went meanwhile, or are under other names
            if not pulled.complete:
                break
    finally:
        await puller.close()
        await context.delete_consumer(wanted.stream, consumer)
    return reached


async def _pull(puller: Puller, limit: int, found: float) -> Pulled:
    """The next messages. Until ``found`` (of the loop's clock) a consumer that is not there is asked again."""
    while True:
        try:
            return await puller.pull(limit, 0)
        except Unprovisioned:
            if asyncio.get_running_loop().time() >= found:
                raise
        await asyncio.sleep(0.05)
