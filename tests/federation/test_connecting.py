"""Connecting to a hub that does not answer: it ends in time, whatever the library does with being told to stop."""

import asyncio

import pytest

from internationale.bus import Unreachable, connecting
from internationale.bus.nats import NatsBus
from internationale.bus.protocol import Plain

NOBODY = "nats://127.0.0.1:1"


class Deaf(Plain):
    """Goes on after the first cancellations, as the library did where ``asyncio.wait_for`` swallows one (before Python 3.12)."""

    swallowed = 0

    async def _select_next_server(self) -> None:
        for _try in range(3):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                Deaf.swallowed += 1
        await asyncio.sleep(60)


def test_a_connection_that_is_given_up_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "TIMEOUT", 0.05)
    monkeypatch.setattr(connecting, "Plain", Deaf)

    async def attempt() -> None:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1: no answer"):
            await NatsBus.connect(NOBODY, "fr")
        assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    asyncio.run(attempt())
    assert Deaf.swallowed == 3


def test_connections_that_are_given_up_at_any_moment_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def attempt(seconds: float) -> None:
        monkeypatch.setattr(connecting, "TIMEOUT", seconds)
        with pytest.raises(Unreachable):
            await NatsBus.connect(NOBODY, "fr")

    for moment in range(60):  # among them those at which the answer (refused) just comes
        asyncio.run(attempt(moment / 20_000))
