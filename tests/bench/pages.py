"""Over HTTP, end to end: a form posted at A, read in B's API. Two instances as hosts run them, and a hub with durable settings.

Paced: so many commitments a second; from the first byte of the form to the answer of B's API that shows it. Once by readers who
wait for it (``Prefer: wait``), each for one action, from before the form is sent. Once by a watcher who asks again and again
about what waits to be seen, one action after the other, from the moment when A has answered: what is measured then is late by one
read of the API for each action that waits, at most, and B has these to answer besides.
Unpaced: forms from several people at once, as many as A takes, until B shows the last of them. Reads: of B, one after the other.
The driver shares the machine, and its processor time is told with theirs.
"""

import asyncio
import itertools
import json
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

PACES = ((10, 100), (50, 300))
"""Forms a second, and how many."""
UNPACED, PEOPLE = 400, 4
READS = 200
AHEAD = 0.02
"""Seconds for which a reader has waited when the form is sent."""
ACTIONS = 30
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
    listed = json.loads(a.command("roster", "list", "--json"))["fingerprint"]["words"]
    b.command("join", str(invitation), "--fingerprint", listed)
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
    invited = await asyncio.to_thread(place.command, "members", "invite", "--role", "delegate")
    invitation = invited.strip().rpartition("/")[2]
    account = {"invitation": invitation, "handle": f"rosa-{place.home.name}", "password": secrets.token_urlsafe(18)}
    await said(http, f"{place.url}/api/v1/members/join", {**account, "language": "en", "accept": True}, {})
    form = {"handle": account["handle"], "password": account["password"]}
    signed_in = http.post(f"{place.url}/members/sign-in", data=form, headers={"Origin": place.url}, allow_redirects=False)
    async with signed_in as answer:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items())
    session = {"Cookie": cookie, "Origin": place.url}
    token = (
        await said(http, f"{place.url}/api/v1/members/me/tokens", {"name": "bench", "password": account["password"]}, session)
    )["token"]
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
        self.events: dict[str, str] = {}
        """By action: the event of its call, which every commitment names."""
        self.said = 0
        self.awaited: dict[str, dict[str, asyncio.Future[None]]] = {}
        """What B does not show yet, by action and words."""
        self.asked = asyncio.Event()
        self.tags: dict[str, str] = {}
        """Of what B has told last, by action."""

    async def begin(self) -> None:
        self.writer = await delegate(self.http, self.a)
        self.reader = await delegate(self.http, self.b)
        text = {"title": "May Day", "text": "All out.", "language": "en", "first": DAYS[0], "last": DAYS[1]}
        call = {**text, **dict.fromkeys(QUESTIONS, "As was said.")}
        token = {name: value for name, value in self.writer.items() if name == "Authorization"}
        for _ in range(ACTIONS):
            made = await said(self.http, f"{self.a.url}/api/v1/actions", call, token)
            summary = made["action"]["summary"]
            self.actions.append(summary["id"])
            self.events[summary["id"]] = summary["ref"]
        for action in self.actions:
            await self.seen(action, action)

    def next(self) -> tuple[str, str]:
        """The action of the next commitment, and its words."""
        self.said += 1
        return self.actions[self.said % ACTIONS], f"commitment number {self.said};"

    async def post(self, action: str, words: str) -> float:
        """One commitment; returns the seconds until A had answered."""
        form = {"event": self.events[action], "language": "en", "plan": words, "step": "sign"}
        page = {name: value for name, value in self.writer.items() if name != "Authorization"}
        began = time.monotonic()
        path = f"{self.a.url}/actions/{action}/commit"
        async with self.http.post(path, data=form, headers=page, allow_redirects=False) as answer:
            assert answer.status == 303, (answer.status, await answer.text())
        return time.monotonic() - began

    async def read(self, action: str, **wish: str) -> str:
        """B's answer about an action; empty while it has not heard of it, or it is known (``wish``: headers)."""
        headers = {"Authorization": self.reader["Authorization"], **wish}
        async with self.http.get(f"{self.b.url}/api/v1/actions/{action}", headers=headers) as answer:
            self.tags[action] = answer.headers.get("ETag", "")
            return await answer.text() if answer.status == 200 else ""

    async def follow(self, action: str, words: str) -> None:
        """Wait until B has shown these words, or others after them."""
        while words not in await self.read(action, **{"If-None-Match": self.tags[action], "Prefer": "wait=30"}):
            pass

    async def seen(self, action: str, words: str) -> None:
        """Wait until the watcher has seen these words."""
        found = asyncio.get_running_loop().create_future()
        self.awaited.setdefault(action, {})[words] = found
        self.asked.set()
        await found

    async def watch(self) -> None:
        """Ask B about what is awaited, one action after the other, for ever."""
        while True:
            await self.asked.wait()
            for action in [*self.awaited]:
                text, waiting = await self.read(action), self.awaited[action]
                for words in [each for each in waiting if each in text]:
                    waiting.pop(words).set_result(None)
                if not waiting:
                    del self.awaited[action]
            if not self.awaited:
                self.asked.clear()


async def paced(story: Story, rate: int, count: int, *, waiting: bool) -> tuple[list[float], list[float]]:
    """Milliseconds until A had answered, and until B showed it, sorted."""
    answered, shown = [], []

    async def one() -> None:
        action, words = story.next()
        reader = asyncio.create_task(story.follow(action, words)) if waiting else None
        if reader is not None:
            await asyncio.sleep(AHEAD)
        began = time.monotonic()
        answered.append(await story.post(action, words) * 1000)
        await (reader or story.seen(action, words))
        shown.append((time.monotonic() - began) * 1000)

    start, tasks = time.monotonic(), []
    for step in range(count):
        await asyncio.sleep(max(0.0, start + step / rate - time.monotonic()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    return sorted(answered), sorted(shown)


async def unpaced(story: Story) -> float:
    """Forms a second, from the first one to the moment when B shows the last."""
    began, last = time.monotonic(), dict[str, str]()

    async def person(count: int) -> None:
        for _ in range(count):
            action, words = story.next()
            await story.post(action, words)
            last[action] = words

    await asyncio.gather(*(person(UNPACED // PEOPLE) for _ in range(PEOPLE)))
    await asyncio.gather(*(story.seen(action, words) for action, words in last.items()))
    return UNPACED / (time.monotonic() - began)


def at(waits: Sequence[float], share: float) -> float:
    return waits[int(len(waits) * share)]


class Spent:
    """Processor time of A, B and the driver for each of ``count`` things, in milliseconds."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._before = self._now()

    def _now(self) -> list[float]:
        return [*(place.spent() for place in self._places), time.process_time()]

    def each(self, count: int) -> str:
        spent = (now - before for now, before in zip(self._now(), self._before, strict=True))
        return "".join(f"{seconds / count * 1000:8.1f}" for seconds in spent)


def line(what: str, figures: str, aim: str = "") -> None:
    print(f"{what:44}{figures}{aim and '   ' + aim}")


def waits(measured: Sequence[float]) -> str:
    return f"{statistics.median(measured):8.1f}{at(measured, 0.99):8.1f}"


async def story(a: Place, b: Place) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        told = Story(http, a, b)
        watcher = asyncio.create_task(told.watch())
        await told.begin()
        await paced(told, *PACES[0], waiting=False)  # once to warm up
        print(f"\npages: a form posted at A, read in B's API; load {os.getloadavg()[0]:.1f}")
        line("", f"{'p50':>8}{'p99':>8}")
        for (rate, count), waiting in itertools.product(PACES, (True, False)):
            spent = Spent((a, b))
            answered, shown = await paced(told, rate, count, waiting=waiting)
            cost = spent.each(count)
            line(f"{rate}/s: until A has answered, ms", waits(answered))
            line(f"{rate}/s: until B shows it to who {'waits' if waiting else 'asks'}, ms", waits(shown), "p50 10, p99 50")
            line(f"{rate}/s: processor of A, B, driver for each, ms", cost)
        spent = Spent((a, b))
        alone = await unpaced(told)
        line(f"forms of {PEOPLE} people at once, until B, /s", f"{alone:8.1f}")
        line("processor of A, B, driver for each, ms", spent.each(UNPACED))
        spent = Spent((a, b))
        for step in range(READS):
            await told.read(told.actions[step % ACTIONS])
        line("processor of A, B, driver for a read, ms", spent.each(READS))
        watcher.cancel()


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        HubProcess(Path(folder) / "hub") as hub,
        instances(Path(folder), hub.url) as (a, b),
    ):
        asyncio.run(story(a, b))


if __name__ == "__main__":
    sys.exit(main())
