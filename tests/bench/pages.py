"""Over HTTP, end to end: a form posted at A, read in B's API. Two instances as hosts run them, and a hub with durable settings.

Paced: a commitment 50 times a second; from sending the form at A to the answer of B's API that shows it, asked again and again.
Unpaced: forms from several people at once, as many as A takes; until B shows the last of them. The driver shares the machine.
"""

import asyncio
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from instance import free_port, host

from internationale.bus.server import HubProcess

PACED, PER_SECOND = 300, 50
UNPACED, PEOPLE = 400, 4
ACTIONS = 30
PAUSE = 0.002
"""Seconds between two questions to B."""
DAYS = ("2030-05-01", "2030-05-01")
QUESTIONS = ("participants", "demands", "leadership", "outlook", "conditions", "forces")


class Place:
    """One section: its home, its address, its process."""

    def __init__(self, folder: Path, code: str, hub: str) -> None:
        self.home, self.port = folder / code, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command("init", code, "--name", code, "--language", "en", "--port", str(self.port), "--hub", hub)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> str:
        return subprocess.run(host(self.home, *words), check=True, capture_output=True, text=True).stdout

    def spent(self) -> float:
        """Processor seconds of its process."""
        assert self.process
        return sum(psutil.Process(self.process.pid).cpu_times()[:2])


@contextmanager
def instances(folder: Path, hub: str) -> Iterator[tuple[Place, Place]]:
    """Two sections of one International, running."""
    a, b = (Place(folder, code, hub) for code in ("aa", "bb"))
    a.command("found")
    card, invitation = folder / "bb.card", folder / "bb.invitation"
    b.command("section", "card", "--out", str(card))
    a.command("section", "admit", str(card), "--yes", "--out", str(invitation))
    b.command("join", str(invitation))
    try:
        for place in (a, b):
            place.process = subprocess.Popen(host(place.home, "run"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        yield a, b
    finally:
        for process in (place.process for place in (a, b) if place.process):
            process.send_signal(signal.SIGTERM)
            process.wait(30)


async def delegate(http: aiohttp.ClientSession, place: Place) -> dict[str, str]:
    """Somebody who speaks for the section; returns the headers that show it: a session for pages, a token for the API."""
    while True:
        try:
            async with http.get(f"{place.url}/healthz") as answer:
                answer.raise_for_status()
                break
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.05)
    invitation = place.command("members", "invite", "--role", "delegate").strip().rpartition("/")[2]
    account = {"invitation": invitation, "handle": f"rosa-{place.home.name}", "password": secrets.token_urlsafe(18)}
    await said(http, f"{place.url}/api/v1/members/join", {**account, "language": "en", "accept": True}, {})
    form = {"handle": account["handle"], "password": account["password"]}
    signed_in = http.post(f"{place.url}/members/sign-in", data=form, headers={"Origin": place.url}, allow_redirects=False)
    async with signed_in as answer:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())
    session = {"Cookie": cookie, "Origin": place.url}
    token = (await said(http, f"{place.url}/api/v1/members/me/tokens", {"name": "bench"}, session))["token"]
    return {**session, "Authorization": f"Bearer {token}"}


async def said(http: aiohttp.ClientSession, url: str, form: dict[str, Any], headers: dict[str, str]) -> Any:
    async with http.post(url, json=form, headers=headers) as answer:
        assert answer.status < 300, (url, answer.status, await answer.text())
        return await answer.json()


class Story:
    """What is posted at A and looked for in B."""

    def __init__(self, http: aiohttp.ClientSession, a: Place, b: Place) -> None:
        self.http, self.a, self.b = http, a, b
        self.actions: list[str] = []
        self.said = 0

    async def begin(self) -> None:
        self.writer = await delegate(self.http, self.a)
        self.reader = await delegate(self.http, self.b)
        text = {"title": "May Day", "text": "All out.", "language": "en", "first": DAYS[0], "last": DAYS[1]}
        call = {**text, **dict.fromkeys(QUESTIONS, "As was said.")}
        token = {name: value for name, value in self.writer.items() if name == "Authorization"}
        for _ in range(ACTIONS):
            made = await said(self.http, f"{self.a.url}/api/v1/actions", call, token)
            self.actions.append(made["action"]["summary"]["id"])
        for action in self.actions:
            await self.seen(action, action)

    async def post(self) -> tuple[str, str, float]:
        """One commitment; returns the action, its words and the seconds until A had answered."""
        self.said += 1
        action, words = self.actions[self.said % ACTIONS], f"commitment number {self.said};"
        form = {"language": "en", "plan": words, "step": "sign"}
        page = {name: value for name, value in self.writer.items() if name != "Authorization"}
        began = time.monotonic()
        path = f"{self.a.url}/actions/{action}/commit"
        async with self.http.post(path, data=form, headers=page, allow_redirects=False) as answer:
            assert answer.status == 303, (answer.status, await answer.text())
        return action, words, time.monotonic() - began

    async def seen(self, action: str, words: str) -> None:
        """Ask B until it shows these words."""
        token = {"Authorization": self.reader["Authorization"]}
        while True:
            async with self.http.get(f"{self.b.url}/api/v1/actions/{action}", headers=token) as answer:
                if answer.status == 200 and words in await answer.text():
                    return
            await asyncio.sleep(PAUSE)


async def paced(story: Story) -> tuple[list[float], list[float]]:
    """Milliseconds until A had answered, and until B showed it, sorted."""
    answered, shown = [], []

    async def one() -> None:
        began = time.monotonic()
        action, words, waited = await story.post()
        answered.append(waited * 1000)
        await story.seen(action, words)
        shown.append((time.monotonic() - began) * 1000)

    start, tasks = time.monotonic(), []
    for step in range(PACED):
        await asyncio.sleep(max(0.0, start + step / PER_SECOND - time.monotonic()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    return sorted(answered), sorted(shown)


async def unpaced(story: Story) -> float:
    """Forms a second, from the first one to the moment when B shows the last."""
    began, last = time.monotonic(), asyncio.Queue[tuple[str, str]]()

    async def person(count: int) -> None:
        for _ in range(count):
            action, words, _waited = await story.post()
            last.put_nowait((action, words))

    await asyncio.gather(*(person(UNPACED // PEOPLE) for _ in range(PEOPLE)))
    newest = dict(last.get_nowait() for _ in range(last.qsize()))
    for action, words in newest.items():
        await story.seen(action, words)
    return UNPACED / (time.monotonic() - began)


def at(waits: Sequence[float], share: float) -> float:
    return waits[int(len(waits) * share)]


async def story(a: Place, b: Place) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        told = Story(http, a, b)
        await told.begin()
        await paced(told)  # once to warm up
        answered, shown = await paced(told)
        before = [place.spent() for place in (a, b)]
        rate = await unpaced(told)
        spent = [(place.spent() - start) / UNPACED * 1000 for place, start in zip((a, b), before, strict=True)]
    print(f"\npages: a form posted at A, read in B's API; load {os.getloadavg()[0]:.1f}")
    print(f"{'':44}{'p50':>10}{'p99':>10}   aim")
    print(f"{'until A has answered, ms':44}{statistics.median(answered):10.1f}{at(answered, 0.99):10.1f}")
    print(
        f"{f'until B shows it at {PER_SECOND}/s, ms':44}{statistics.median(shown):10.1f}{at(shown, 0.99):10.1f}   p50 10, p99 50"
    )
    print(f"{f'forms of {PEOPLE} people at once, until B, /s':44}{rate:10.1f}")
    print(f"{'processor for each form, A and B, ms':44}{spent[0]:10.1f}{spent[1]:10.1f}")


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        HubProcess(Path(folder) / "hub") as hub,
        instances(Path(folder), hub.url) as (a, b),
    ):
        asyncio.run(story(a, b))


if __name__ == "__main__":
    sys.exit(main())
