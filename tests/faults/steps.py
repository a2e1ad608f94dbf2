"""Where an instance dies, or becomes slow, when the campaign says so."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from nats.aio.client import Client
from sqlalchemy import event
from sqlalchemy.orm import Session as OrmSession

from internationale.bus import intake, storing
from internationale.ledger.settling import Settlement
from internationale.section import Section
from internationale.worker import link, relay

LOOPS: list[asyncio.AbstractEventLoop] = []
"""The event loop of this process, once it runs."""
LEFT = [1]
"""It dies when it comes to its step for the so manieth time."""


def die() -> None:
    LEFT[0] -= 1
    if LEFT[0] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Die on the way into a function."""
    original = getattr(owner, name)

    def wrapped(*arguments: Any, **named: Any) -> Any:
        if when(*arguments):
            die()
        return original(*arguments, **named)

    setattr(owner, name, wrapped)


def after(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Die on the way out of an asynchronous function."""
    original = getattr(owner, name)

    async def wrapped(*arguments: Any, **named: Any) -> Any:
        answer = await original(*arguments, **named)
        if when(answer, *arguments):
            die()
        return answer

    setattr(owner, name, wrapped)


def at_commit(moment: str) -> None:
    def reached(session: OrmSession) -> None:
        if session.info.get("ledger_wrote"):
            die()

    event.listen(OrmSession, moment, reached)


def published() -> None:
    """Everything is sent and stored, and the answer is never read."""
    after(storing, "_all_or_none")
    after(storing, "_one")


def middle_of_a_batch() -> None:
    """Some of an atomic batch are sent, the last never."""
    whole, headers, before_it = storing._all_or_none, storing._headers, [-1]

    async def batch(client: Any, parcels: Sequence[Any]) -> None:
        before_it[0] = 1 + LEFT[0] % (len(parcels) - 1)
        await whole(client, parcels)

    def each(parcel: Any) -> Any:
        if before_it[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        before_it[0] -= 1
        return headers(parcel)

    storing._all_or_none, storing._headers = batch, each


DEATHS: dict[str, Callable[[], None]] = {
    "before the commit": lambda: at_commit("before_commit"),
    "after the commit": lambda: at_commit("after_commit"),
    "before publishing": lambda: before(storing, "_batch"),
    "in the middle of a batch": middle_of_a_batch,
    "after publishing, before the answer": published,
    "after the answer, before the cursor": lambda: before(relay.Relay, "_advance"),
    "after fetching, before the commit": lambda: before(Section, "accept"),
    "in the middle of the projection": lambda: before(Settlement, "_apply"),
    "after the commit, before acknowledging": lambda: before(intake.Intake, "_acknowledge", lambda _, messages: bool(messages)),
    "after acknowledging": lambda: after(link.receiving, "receive", lambda outcomes, *_: bool(outcomes)),
}


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
