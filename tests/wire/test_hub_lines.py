"""How long a line, and so a name, may be at a hub, with the real server: the longest of ours passes, and no much longer one."""

import asyncio

import nats
import pytest

from internationale.bus import ROSTER, Outcome, Parcel, streams, users
from internationale.bus import configuration as settings
from internationale.bus.nats import NatsBus
from internationale.bus.protocol import Plain
from internationale.bus.server import HubProcess
from internationale.events.nkey import Nkey

pytestmark = pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float':DeprecationWarning")  # nats-py and aiohttp
LONGEST, OTHER = "a" * 32, "b" * 32
"""Codes of sections have 32 letters at most."""
PLACE = f"{10**9 - 1}.{10**15 - 1}"
HASH = "f" * 64
SUBJECTS = (
    f"intl.v1.log.{LONGEST}.{PLACE}",
    f"intl.v1.part.{LONGEST}.{HASH}",
    f"intl.v1.heads.{LONGEST}",
    f"intl.v1.seed.{LONGEST}.{OTHER}.{PLACE}",
    f"intl.v1.blob.{LONGEST}.{HASH}.99999",
    f"intl.v1.roster.{LONGEST}.v{10**15 - 1}",
    f"intl.v1.proof.{LONGEST}.{OTHER}.{PLACE}-{HASH[:16]}",
)
ADMINISTRATOR, ONE, TWO = (Nkey.generate() for _ in range(3))


@pytest.fixture
def hub(tmp_path):
    """A hub of two sections with the longest codes, prepared."""
    folder = tmp_path / "hub"
    folder.mkdir()
    known = [users.Member(LONGEST, ONE.public), users.Member(OTHER, TWO.public)]
    (folder / "users.conf").write_text(users.text(ADMINISTRATOR.public, known))
    with HubProcess(folder, users="users.conf", websocket="127.0.0.1:-1") as process:
        asyncio.run(prepared(process))
        yield process


async def prepared(hub):
    bus = await NatsBus.connect(hub.url, "administrator", nkey=ADMINISTRATOR)
    await bus.prepare([LONGEST, OTHER])
    await bus.close()


@pytest.fixture
def lines(monkeypatch):
    """The lines that clients of ours say, as they are written."""
    said = []
    sending, connecting = Plain._send_command, Plain._connect_command

    async def send(self, command, *rest, **more):
        said.append(bytes(command).partition(b"\r\n")[0])
        return await sending(self, command, *rest, **more)

    def connect(self):
        said.append((command := connecting(self)).partition(b"\r\n")[0])
        return command

    monkeypatch.setattr(Plain, "_send_command", send)
    monkeypatch.setattr(Plain, "_connect_command", connect)
    return said


@pytest.mark.parametrize("address", ["url", "websocket_url"])
def test_the_longest_that_a_section_says_passes(hub, lines, address):
    """Each kind of what is published, read, asked, answered and acknowledged; half of the room is left."""

    async def answer(question):
        return [Parcel(SUBJECTS[0], question, "k.1")]

    async def story():
        one = await NatsBus.connect(getattr(hub, address), LONGEST, nkey=ONE)
        other = await NatsBus.connect(getattr(hub, address), OTHER, nkey=TWO)
        await one.provision()
        await one.identity()
        for subject in SUBJECTS:
            assert await one.publish([Parcel(subject, b"x", "k.1")]) == [Outcome.STORED]
            assert await other.kept(subject) == {subject}
            assert set(await other.get([subject])) == {subject}
            assert await other.last(subject) is not None
        for stream in streams.DELIVERED:
            batch = await other.receive(stream, 10, 5)
            assert len(batch.parcels) == 1
            await batch.done()
        await one.answer(answer)
        assert len(await other.ask(LONGEST, b"what?", 5)) == 1
        await one.close()
        await other.close()

    asyncio.run(story())
    kinds = {line.partition(b" ")[0] for line in lines}
    assert kinds == {b"CONNECT", b"SUB", b"HPUB", b"PUB", b"UNSUB"}
    assert any(b"$JS.ACK." in line for line in lines)
    assert max(map(len, lines)) <= settings.LINE // 2, max(lines, key=len)


def test_the_longest_acknowledgement_that_a_server_can_want_passes():
    """Ours had small numbers. Domain, account, deliveries, two positions, time, and how many are to come."""
    numbers = ".".join([str(2**64 - 1)] * 5)
    names = f"$JS.ACK.{'d' * 64}.{'h' * 8}.{ROSTER}.{LONGEST}.{numbers}"
    assert len(f"HPUB {names} _INBOX_{LONGEST}.{'0' * 32}.{'0' * 32} {10**6} {10**6}") < settings.LINE // 2


@pytest.mark.parametrize("kind", ["log", "part", "blob", "roster", "proof", "seed"])
def test_no_name_is_longer_than_a_line(hub, kind):
    """Before, a name might have had 4,000 bytes, and every list of names those of all."""
    subject = {
        "log": f"intl.v1.log.{LONGEST}.1.{'x' * settings.LINE}",
        "part": f"intl.v1.part.{LONGEST}.{'x' * settings.LINE}",
        "blob": f"intl.v1.blob.{LONGEST}.{'x' * settings.LINE}.1",
        "roster": f"intl.v1.roster.{LONGEST}.{'x' * settings.LINE}",
        "proof": f"intl.v1.proof.{LONGEST}.{OTHER}.1.{'x' * settings.LINE}",
        "seed": f"intl.v1.seed.{LONGEST}.{OTHER}.1.{'x' * settings.LINE}",
    }[kind]

    async def story():
        shut = asyncio.Event()

        async def closed():
            shut.set()

        client = await nats.connect(
            hub.url, nkeys_seed_str=ONE.seed, inbox_prefix=f"_INBOX_{LONGEST}", disconnected_cb=closed, allow_reconnect=False
        )
        await client.publish(subject, b"x")
        await asyncio.wait_for(shut.wait(), 10)
        await client.close()
        other = await NatsBus.connect(hub.url, OTHER, nkey=TWO)
        pattern = {"log": "*.*.*", "part": "*.*", "blob": "*.*.*", "roster": "*.*", "proof": "*.*.*.*", "seed": "*.*.*.*"}[kind]
        assert await other.kept(f"intl.v1.{kind}.{pattern}") == set()
        assert (await other.identity()).startswith(hub.url)
        await other.close()

    asyncio.run(story())
