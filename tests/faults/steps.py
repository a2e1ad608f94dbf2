"""Where an instance dies, or becomes slow, when the campaign says so."""

import asyncio
import gc
import time
from collections.abc import Sequence
from typing import Any

from nats.aio.client import Client

from internationale.bus import storing
from internationale.section import Section
from internationale.testing import deaths
from internationale.testing.deaths import LEFT, kill

LOOPS: list[asyncio.AbstractEventLoop] = []
"""The event loop of this process, once it runs."""


def middle_of_a_batch() -> None:
    """Some of an atomic batch are sent, the last never."""
    whole, headers, before_it = storing._all_or_none, storing._headers, [-1]

    async def batch(client: Any, parcels: Sequence[Any]) -> None:
        before_it[0] = 1 + LEFT[0] % (len(parcels) - 1)
        await whole(client, parcels)

    def each(parcel: Any) -> Any:
        if before_it[0] == 0:
            kill()
        before_it[0] -= 1
        return headers(parcel)

    storing._all_or_none, storing._headers = batch, each


DEATHS = deaths.DEATHS | {"in the middle of a batch": middle_of_a_batch}


def arm(name: str, value: Any, section: Section) -> None:
    """``die``: at one of ``DEATHS``, when it comes there for the so manieth time. ``slow``: every acceptance takes so many
    seconds more. ``close client``: of every hub.
    """
    if name == "die":
        step, LEFT[0] = value
        DEATHS[step]()
    elif name == "slow":
        original = section.accept

        def slowly(batch: Any) -> Any:
            time.sleep(value)
            return original(batch)

        section.accept = slowly  # type: ignore[method-assign]
    elif name == "close client":
        for client in [found for found in gc.get_objects() if isinstance(found, Client) and found.is_connected]:
            asyncio.run_coroutine_threadsafe(client.close(), LOOPS[0])
    else:
        raise ValueError(name)
