"""A pair of Matrix Synapse servers on the same machine, to know what a rate is worth here: run it beside ``federation.py``.

``tests/bench/run synapse`` installs matrix-synapse (AGPL) into a throw-away environment (``SYNAPSE_VENV`` names one that is
kept) and runs it as it is: SQLite, TLS between the two, limits of rates lifted, presence off. Nothing of it is in this project.

One by one: one person in one room, the next message when A has answered; at once: four people in four rooms. From the first
word at A to the last row in B's database; what does not arrive within ``PATIENCE`` seconds of the last is told. Latency: five
messages a second, from asking A to the answer of B's ``/sync``.
"""

import asyncio
import hashlib
import hmac
import json
import os
import secrets
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import trustme

MESSAGES, PEOPLE, PACED, PER_SECOND = 300, 4, 60, 5
PATIENCE = 30.0
BODY = "The emancipation of the working classes must be conquered by the working classes themselves. " * 11
UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One homeserver in its folder, as a process while ``running``."""

    def __init__(self, folder: Path, python: Path, authority: trustme.CA) -> None:
        folder.mkdir()
        self.folder, self.python = folder, python
        self.port, tls = free_port(), free_port()
        self.name, self.secret = f"localhost:{tls}", secrets.token_hex(16)
        certificate = authority.issue_cert("localhost")
        certificate.private_key_pem.write_to_path(folder / "tls.key")
        for blob in certificate.cert_chain_pems:
            blob.write_to_path(folder / "tls.crt", append=True)
        (folder / "log.yaml").write_text("version: 1\ndisable_existing_loggers: false\nroot: {level: WARNING}\n")
        resources = [{"names": ["client", "federation"]}]
        listener = {"type": "http", "bind_addresses": ["127.0.0.1"], "resources": resources}
        settings = {
            "server_name": self.name,
            "listeners": [{**listener, "port": self.port}, {**listener, "port": tls, "tls": True}],
            "tls_certificate_path": str(folder / "tls.crt"),
            "tls_private_key_path": str(folder / "tls.key"),
            "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            "media_store_path": str(folder / "media"),
            "signing_key_path": str(folder / "signing.key"),
            "log_config": str(folder / "log.yaml"),
            "registration_shared_secret": self.secret,
            "federation_verify_certificates": False,
            "federation_ip_range_blacklist": [],
            "ip_range_blacklist": [],
            "trusted_key_servers": [],
            "report_stats": False,
            "presence": {"enabled": False},
            **dict.fromkeys(("rc_message", "rc_registration"), UNLIMITED),
            "rc_joins": dict.fromkeys(("local", "remote"), UNLIMITED),
            "rc_joins_per_room": UNLIMITED,
            "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), UNLIMITED),
            "rc_federation": {
                "window_size": 1000,
                "sleep_limit": 100_000,
                "sleep_delay": 0,
                "reject_limit": 100_000,
                "concurrent": 100,
            },
        }
        (folder / "homeserver.yaml").write_text(json.dumps(settings))  # JSON is YAML

    @contextmanager
    def running(self) -> Iterator[None]:
        command = [self.python, "-m", "synapse.app.homeserver", "-c", str(self.folder / "homeserver.yaml")]
        subprocess.run([*command, "--generate-keys"], cwd=self.folder, check=True, capture_output=True)
        with (self.folder / "output.log").open("wb") as output:
            process = subprocess.Popen(command, cwd=self.folder, stdout=output, stderr=output)
            try:
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(30)

    def held(self, room: str) -> int:
        """How many messages of a room are in its database."""
        with closing(sqlite3.connect(f"file:{self.folder / 'homeserver.db'}?mode=ro", uri=True, timeout=30)) as database:
            query = "SELECT count(*) FROM events WHERE room_id = ? AND type = 'm.room.message'"
            return int(database.execute(query, (room,)).fetchone()[0])


class Person:
    """Somebody at a server."""

    def __init__(self, http: aiohttp.ClientSession, server: Server, name: str) -> None:
        self.http, self.server, self.name = http, server, name
        self.token = ""

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        url = f"http://127.0.0.1:{self.server.port}{path}"
        async with self.http.request(method, url, json=body, params=query, headers=headers) as answer:
            assert answer.status == 200, (path, answer.status, await answer.text())
            return await answer.json()

    async def register(self) -> None:
        path, password = "/_synapse/admin/v1/register", secrets.token_hex(8)
        nonce = (await self.ask("GET", path))["nonce"]
        told = "\0".join((nonce, self.name, password, "notadmin")).encode()
        mac = hmac.new(self.server.secret.encode(), told, hashlib.sha1).hexdigest()
        account = {"nonce": nonce, "username": self.name, "password": password, "mac": mac}
        self.token = (await self.ask("POST", path, account))["access_token"]

    async def open_room(self) -> str:
        return str((await self.ask("POST", "/_matrix/client/v3/createRoom", {"preset": "public_chat"}))["room_id"])

    async def join(self, room: str, by: Server) -> None:
        await self.ask("POST", f"/_matrix/client/v3/join/{room}", {}, server_name=by.name, via=by.name)

    async def say(self, room: str, words: str) -> None:
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{secrets.token_hex(8)}"
        await self.ask("PUT", path, {"msgtype": "m.text", "body": words})


async def up(http: aiohttp.ClientSession, server: Server) -> None:
    while True:
        try:
            async with http.get(f"http://127.0.0.1:{server.port}/_matrix/client/versions") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            pass  # it is still starting
        await asyncio.sleep(0.2)


async def sustained(speakers: list[tuple[Person, str]], there: Server) -> tuple[float, int]:
    """Events a second until B has the last that it gets, and how many it did not get."""

    async def speak(person: Person, room: str) -> None:
        for number in range(MESSAGES // len(speakers)):
            await person.say(room, f"{number} {BODY}")

    wanted = MESSAGES // len(speakers) * len(speakers)
    before = sum(there.held(room) for _person, room in speakers)
    began = time.monotonic()
    await asyncio.gather(*(speak(person, room) for person, room in speakers))
    held, last = 0, time.monotonic()
    while held < wanted and time.monotonic() - last < PATIENCE:
        now = sum(there.held(room) for _person, room in speakers) - before
        held, last = (now, time.monotonic()) if now > held else (held, last)
        await asyncio.sleep(0.05)
    return held / (last - began), wanted - held


async def latencies(speaker: Person, listener: Person, room: str) -> list[float]:
    """Milliseconds, sorted."""
    waiting: dict[str, float] = {}
    found: list[float] = []
    since = (await listener.ask("GET", "/_matrix/client/v3/sync", timeout="0"))["next_batch"]

    async def listen() -> None:
        nonlocal since
        while len(found) < PACED:
            news = await listener.ask("GET", "/_matrix/client/v3/sync", since=since, timeout="5000")
            since, now = news["next_batch"], time.monotonic()
            events = news.get("rooms", {}).get("join", {}).get(room, {}).get("timeline", {}).get("events", [])
            began = (waiting.pop(event["content"].get("body", ""), None) for event in events)
            found.extend((now - moment) * 1000 for moment in began if moment is not None)

    listening = asyncio.create_task(listen())
    for number in range(PACED):
        words = f"paced {number} {BODY}"
        waiting[words] = time.monotonic()
        await speaker.say(room, words)
        await asyncio.sleep(max(0.0, 1 / PER_SECOND - (time.monotonic() - waiting.get(words, time.monotonic()))))
    await asyncio.wait({listening}, timeout=PATIENCE)
    listening.cancel()
    return sorted(found)


async def story(a: Server, b: Server) -> None:
    async with aiohttp.ClientSession() as http:
        await asyncio.gather(up(http, a), up(http, b))
        speakers = [Person(http, a, f"speaker{number}") for number in range(PEOPLE)]
        listener = Person(http, b, "listener")
        rooms = []
        for person in (*speakers, listener):
            await person.register()
        for person in speakers:
            rooms.append(await person.open_room())
            await listener.join(rooms[-1], a)
        print(f"\nsynapse: two servers, events of about 1.1 KB; load {os.getloadavg()[0]:.1f}")
        pairs = list(zip(speakers, rooms, strict=True))
        for label, some in (("one by one, events/s", pairs[:1]), (f"{PEOPLE} people at once, events/s", pairs)):
            rate, lost = await sustained(some, b)
            print(f"{label:44}{rate:10.1f}{f'   ({lost} had not arrived)' if lost else ''}", flush=True)
        waits = await latencies(speakers[0], listener, rooms[0])
        p99 = waits[int(len(waits) * 0.99)]
        print(f"{f'A to B at {PER_SECOND}/s, p50 and p99, ms':44}{statistics.median(waits):10.1f}{p99:10.1f}")


def environment(folder: Path) -> Path:
    """The Python that has Synapse."""
    home = Path(os.environ.get("SYNAPSE_VENV", folder / "venv"))
    python = home / "bin" / "python"
    if not python.exists():
        print("installing matrix-synapse into a throw-away environment ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "matrix-synapse"], check=True)
    return python


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, authority = Path(name), trustme.CA()
        python = environment(folder)
        a, b = (Server(folder / code, python, authority) for code in ("aa", "bb"))
        with a.running(), b.running():
            asyncio.run(story(a, b))


if __name__ == "__main__":
    main()
