"""Where a real process kills itself with SIGKILL: between the form and the bus, and between the bus and the row.

A process dies at one place of its life, and nobody puts back what is bent here.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session as OrmSession

from internationale.bus import intake, storing
from internationale.ledger.settling import Settlement
from internationale.section import Section
from internationale.worker import receiving, relay

LEFT = [1]
"""It dies when it comes to its step for the so manieth time."""


def kill() -> None:
    """The end."""
    os.kill(os.getpid(), signal.SIGKILL)


def die(*_: Any, **__: Any) -> None:
    """Come to the step at which it dies."""
    LEFT[0] -= 1
    if LEFT[0] <= 0:
        kill()


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
    """Die around the commit of something that the ledger wrote."""

    def reached(session: OrmSession) -> None:
        if session.info.get("ledger_wrote"):
            die()

    event.listen(OrmSession, moment, reached)


def published() -> None:
    """Everything is sent and stored, and the answer is never read."""
    after(storing, "_all_or_none")
    after(storing, "_one")


DEATHS: dict[str, Callable[[], None]] = {
    "before the commit": lambda: at_commit("before_commit"),
    "in the middle of the projection": lambda: before(Settlement, "_apply"),
    "after the commit": lambda: at_commit("after_commit"),
    "before publishing": lambda: before(storing, "_batch"),
    "after publishing, before the answer": published,
    "after the answer, before the cursor": lambda: before(relay.Relay, "_advance"),
    "after the cursor has moved": lambda: after(relay.Relay, "send", lambda sent, *_: bool(sent)),
    "after fetching, before the commit": lambda: before(Section, "accept"),
    "after the commit, before acknowledging": lambda: before(
        intake.Intake, "_acknowledge", lambda _, pulled: bool(pulled.messages)
    ),
    "after acknowledging": lambda: after(receiving, "receive", lambda outcomes, *_: bool(outcomes)),
}
