"""Who may do what at a hub that has users, with the real server: each section its own, nobody the others'."""

import asyncio
import base64
import hashlib
import itertools
import json
import time
from contextlib import asynccontextmanager

import nats.errors
import nkeys
import pytest
from nats.js.errors import NotFoundError

from internationale.bus import (
    BLOB,
    HEADS,
    LOG,
    PART,
    SEED,
    NotAllowed,
    NotAuthorised,
    Outcome,
    Parcel,
    Unreachable,
    configuration,
    storing,
    streams,
    users,
)
from internationale.bus import nats as nats_bus
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess
from internationale.events.nkey import Nkey

ADMIN, FR, DE, STRANGER = (Nkey.generate() for _ in range(4))
HASH, TOKEN = "0" * 64, "0" * 32
SOON = 0.5
"""Seconds in which a local server has refused something."""
OWN = (
    "intl.v1.log.fr.1.1",
    f"intl.v1.part.fr.{HASH}",
    "intl.v1.heads.fr",
    "intl.v1.seed.fr.de.1.1",
    f"intl.v1.blob.fr.{HASH}.1",
    "intl.v1.roster.fr.v1",
    f"intl.v1.proof.fr.de.1.1-{HASH[:16]}",
)


@pytest.fixture
def hub(tmp_path):
    """A hub that knows ``fr`` and ``de``, prepared."""
    folder = tmp_path / "hub"
    folder.mkdir()
    members(folder, users.Member("fr", FR.public), users.Member("de", DE.public))
    with HubProcess(folder, users="users.conf") as process:
        asyncio.run(prepare(process))
        yield process


def members(folder, *known):
    (folder / "users.conf").write_text(users.text(ADMIN.public, known))


async def prepare(hub):
    async with signed_in(hub, "administrator", ADMIN) as bus:
        await bus.prepare(["fr", "de"])


@asynccontextmanager
async def signed_in(hub, section, nkey):
    bus = await NatsBus.connect(hub.url, section, nkey=nkey)
    try:
        yield bus
    finally:
        await bus.close()


async def refusals(hub, nkey, deeds):
    """What the server refuses of these deeds, each done with a plain client."""
    said = []

    async def troubled(error):
        said.append(str(error))

    client = await nats.connect(hub.url, nkeys_seed_str=nkey.seed, inbox_prefix="_INBOX_fr", error_cb=troubled)
    try:
        for deed in deeds:
            await deed(client)
        await client.flush()
        await asyncio.sleep(SOON)
    finally:
        await client.close()
    return said


def publishing(subject, body=b"x"):
    async def deed(client):
        await client.publish(subject, body)

    return deed


def hearing(subject):
    async def deed(client):
        await client.subscribe(subject)

    return deed


def test_nobody_has_the_key_of_nobody():
    """It is made of a hash: so nobody has the private half."""
    named = bytes([nkeys.PREFIX_BYTE_USER]) + hashlib.sha256(b"nobody").digest()
    assert base64.b32encode(named + nkeys.crc16(bytearray(named)).to_bytes(2, "little")).decode() == configuration.NOBODY


def test_a_section_may_do_what_it_needs(hub):
    async def story():
        async with signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            await fr.provision()  # nothing is missing: it only asks
            assert (await fr.identity()).startswith(hub.url)
            for subject in OWN:
                assert await fr.publish([Parcel(subject, b"x", "k.1")]) == [Outcome.STORED]
                assert await de.kept(subject) == {subject}
                assert (await de.get([subject]))[subject].body == b"x"
                assert await de.last(subject) is not None
            several = [Parcel(f"intl.v1.log.fr.1.{number}", b"x") for number in (2, 3)]
            assert await fr.publish(several) == [Outcome.STORED] * 2
            for stream, count in ((LOG, 3), (HEADS, 1)):
                batch = await de.receive(stream, 10, 5)
                assert len(batch.parcels) == count
                await batch.done()
                assert (await de.receive(stream, 10, 0)).parcels == []

            async def answer(question):
                return [Parcel("intl.v1.log.fr.1.1", question)] * 250

            await fr.answer(answer)
            assert len(await de.ask("fr", b"what?", 5)) == 250

    asyncio.run(story())


def test_a_section_may_not_do_what_is_the_others_or_the_administrators(hub):
    forbidden = [
        "intl.v1.log.de.1.1",
        f"intl.v1.part.de.{HASH}",
        "intl.v1.heads.de",
        "intl.v1.seed.de.fr.1.1",
        f"intl.v1.blob.de.{HASH}.1",
        "intl.v1.roster.de.v1",
        f"intl.v1.roster.1.{HASH[:16]}",
        f"intl.v1.proof.de.fr.1.1-{HASH[:16]}",
        "intl.v1.log.fr.1",
        "_INBOX_de.x",
        "intl.v1.req.fr.de",
        "intl.v1.req.fr",
        f"intl.v1.ans.de.gr.{TOKEN}",
        f"intl.v1.ans.fr.de.{TOKEN}",
        "$JS.API.STREAM.CREATE.X",
        f"$JS.API.STREAM.UPDATE.{LOG}",
        f"$JS.API.STREAM.DELETE.{LOG}",
        f"$JS.API.STREAM.PURGE.{LOG}",
        f"$JS.API.STREAM.MSG.DELETE.{LOG}",
        f"$JS.API.STREAM.MSG.GET.{LOG}",
        f"$JS.API.STREAM.SNAPSHOT.{LOG}",
        f"$JS.API.STREAM.RESTORE.{LOG}",
        f"$JS.API.CONSUMER.CREATE.{LOG}",
        f"$JS.API.CONSUMER.DURABLE.CREATE.{LOG}.fr",
        f"$JS.API.CONSUMER.DELETE.{LOG}.de",
        f"$JS.API.CONSUMER.MSG.NEXT.{LOG}.de",
        f"$JS.ACK.{LOG}.de.1.1.1.1.0",
        "$SYS.REQ.SERVER.PING",
    ]
    deaf = [
        "_INBOX_de.>",
        "intl.v1.req.de.*",
        "intl.v1.req.*.fr",
        "intl.v1.ans.de.fr.*",
        "intl.v1.ans.*.fr.*",
        "intl.v1.>",
        ">",
        "$JS.EVENT.>",
    ]
    deeds = [*map(publishing, forbidden), *map(hearing, deaf)]
    said = asyncio.run(refusals(hub, FR, deeds))
    assert len(said) == len(deeds), said
    for subject in (*forbidden, *deaf):
        assert any(f'"{subject.lower()}"' in words for words in said), subject


@pytest.mark.parametrize("where", ["intl.v1.log.de.1.1", f"intl.v1.ans.gr.de.{TOKEN}", f"$JS.API.STREAM.DELETE.{LOG}", ""])
def test_nobody_is_made_to_send_as_itself_what_another_wants(hub, where):
    """Who asks names where the answer goes: not as the other's word, not to somebody else, not as an order to the hub."""
    answered = []

    async def asking(client):
        await client.publish("intl.v1.req.de.fr", b"what?", reply=where)

    async def answer(question):
        answered.append(question)
        return [Parcel("intl.v1.log.fr.1.7", question, "k.1")]

    async def story():
        async with signed_in(hub, "de", DE) as de, signed_in(hub, "fr", FR) as fr:
            await de.publish([Parcel("intl.v1.log.de.1.9", b"x", "k.1")])
            await de.answer(answer)
            assert await refusals(hub, FR, [asking]) == []
            assert answered == []
            assert await de.kept("intl.v1.log.*.*.*") == {"intl.v1.log.de.1.9"}
            assert len(await fr.ask("de", b"what?", 5)) == 1, "it goes on answering"

    asyncio.run(story())


OTHERS = ("intl.v1.log.de.1.1", "intl.v1.heads.de", f"$JS.API.CONSUMER.MSG.NEXT.{LOG}.de", f"$JS.ACK.{LOG}.de.1.1.1.1.0")


@pytest.mark.parametrize("heard", ["intl.v1.req.fr.*", "intl.v1.ans.fr.*.*"])
@pytest.mark.parametrize("where", OTHERS)
def test_nobody_asks_itself_for_the_rights_of_others(hub, where, heard):
    """A question, or an answer, of its own, with the answer wanted where only another may publish."""
    asked = heard.replace("*", "fr", 1).replace("*", TOKEN)

    async def asking_itself(client):
        async def nothing(message):
            pass

        await client.subscribe(heard, cb=nothing)
        await client.flush()
        await client.publish(asked, b"", reply=where)
        await client.flush()
        await client.publish(where, b"forged")

    assert [f'"{where.lower()}"' in words for words in asyncio.run(refusals(hub, FR, [asking_itself]))][-1:] == [True]


@pytest.mark.parametrize("asked", [f"$JS.API.DIRECT.GET.{LOG}", f"$JS.API.CONSUMER.MSG.NEXT.{LOG}.fr"])
def test_what_the_server_is_made_to_send_is_no_question(hub, asked):
    """It lets its answer go wherever who asks wants it: under another's name, with contents of the asker's choice."""
    answered = []

    async def answer(question):
        answered.append(question)
        return []

    async def asking(client):
        wanted = {"batch": 1, "no_wait": True} if "CONSUMER" in asked else {"last_by_subj": "intl.v1.log.fr.1.1"}
        await client.publish(asked, json.dumps(wanted).encode(), reply="intl.v1.req.fr.de")

    async def story():
        async with signed_in(hub, "fr", FR) as fr:
            await fr.answer(answer)
            await fr.publish([Parcel("intl.v1.log.fr.1.1", b"a question", "k.1")])
            assert await refusals(hub, FR, [asking]) == []
            assert answered == []

    asyncio.run(story())


def test_what_is_stored_does_not_tell_where_our_answers_go(hub):
    """The library counts its names on from one to the next, and the name of a batch is stored with it: who knew the next inbox
    could have the server send there, as the hub's word, what it likes.
    """

    async def story():
        async with signed_in(hub, "fr", FR) as fr:
            own = [fr._client.new_inbox().rpartition(".")[2]]
            await fr.publish([Parcel(f"intl.v1.log.fr.1.{number}", b"x") for number in (1, 2)])
            question = json.dumps({"last_by_subj": "intl.v1.log.fr.1.1"}).encode()
            stored = await fr._client.request(f"$JS.API.DIRECT.GET.{LOG}", question, timeout=5)
            batch = stored.headers["Nats-Batch-Id"]
            own += [fr._client.new_inbox().rpartition(".")[2]]
            assert own[0][:12] == own[1][:12]
            assert batch[:12] != own[0][:12]

    asyncio.run(story())


def test_a_hub_whose_users_were_written_by_an_older_make_still_carries(hub):
    """Questions do not get through there, in neither direction; all else does, and nobody waits long."""
    path = hub.folder / "users.conf"
    text = path.read_text()
    for code in ("fr", "de"):
        text = text.replace(f'"intl.v1.req.*.{code}", "intl.v1.ans.*.{code}.*"', '"intl.v1.req.*"')
        text = text.replace(f'"intl.v1.req.{code}.*", "intl.v1.ans.{code}.*.*"', f'"intl.v1.req.{code}"')
    assert "intl.v1.ans" not in text
    path.write_text(text)
    hub.reload()
    time.sleep(SOON)

    async def answer(question):
        return [Parcel("intl.v1.log.fr.1.1", question)]

    async def story():
        async with signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            await fr.answer(answer)
            assert await fr.publish([Parcel("intl.v1.log.fr.1.1", b"x")]) == [Outcome.STORED]
            assert await de.ask("fr", b"what?", 0.5) == []
            assert len((await de.receive(LOG, 10, 5)).parcels) == 1

    asyncio.run(story())


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (7, f"$JS.API.STREAM.DELETE.{LOG}"),
        (7, f"$JS.API.STREAM.PURGE.{LOG}"),
        (7, f"$JS.API.CONSUMER.DELETE.{LOG}.de"),
        (1, "$JS.API.STREAM.CREATE.EVIL"),
        (1, "intl.v1.log.de.1.1"),
        (1, "intl.v1.heads.de"),
    ],
)
def test_the_server_is_not_made_to_send_what_a_section_may_not(hub, number, where):
    """It sends its answers wherever who asked wants them, and to itself they are orders: an empty one (7 is not there), or one
    with contents of the section's choice.
    """
    evil = json.dumps({"name": "EVIL", "subjects": ["evil"], "retention": "limits", "storage": "file"}).encode()

    def asking(subject, question):
        async def deed(client):
            await client.publish(subject, json.dumps(question).encode(), reply=where)

        return deed

    async def story():
        async with signed_in(hub, "administrator", ADMIN) as administrator, signed_in(hub, "fr", FR) as fr:
            await fr.publish([Parcel("intl.v1.log.fr.1.1", evil, "k.1")])
            deeds = [
                asking(f"$JS.API.DIRECT.GET.{LOG}", {"last_by_subj": f"intl.v1.log.fr.1.{number}"}),
                asking(f"$JS.API.CONSUMER.MSG.NEXT.{LOG}.fr", {"batch": 1, "no_wait": True}),
                asking(f"$JS.API.CONSUMER.MSG.NEXT.{LOG}.fr", {"batch": 1, "no_wait": True}),
                asking(f"$JS.API.STREAM.INFO.{LOG}", {}),
            ]
            assert await refusals(hub, FR, deeds) == []
            context = administrator._context
            assert {info.config.name for info in await context.streams_info()} == set(streams.CONFIGURATIONS)
            assert {info.name for info in await context.consumers_info(LOG)} == {"fr", "de"}
            assert await administrator.kept("intl.v1.log.*.*.*") == {"intl.v1.log.fr.1.1"}
            assert await administrator.kept("intl.v1.heads.*") == set()

    asyncio.run(story())


def test_batches_that_another_keeps_open_hold_up_nobody(hub):
    """There are fifty for all who publish in a stream."""

    async def opening(client):
        for number in range(1, 51):
            headers = {"Nats-Batch-Id": f"b{number}", "Nats-Batch-Sequence": "1"}
            await client.publish(f"intl.v1.log.fr.1.{number}", b"x", headers=headers)

    async def story():
        events = [Parcel(f"intl.v1.log.de.1.{number}", b"x", "k.1") for number in range(1, 21)]
        assert await refusals(hub, FR, [opening]) == []
        async with signed_in(hub, "de", DE) as de:
            assert await de.publish(events) == [Outcome.STORED] * 20
            assert await de.publish(events) == [Outcome.PRESENT] * 20
            assert await refusals(hub, FR, [opening]) == []
            mixed = [events[0], Parcel(events[1].subject, b"other"), Parcel("intl.v1.log.de.1.21", b"x")]
            assert await de.publish(mixed) == [Outcome.PRESENT, Outcome.TAKEN, Outcome.STORED]

    asyncio.run(story())


@pytest.fixture
def impatient(monkeypatch):
    """A local server answers within a second."""
    monkeypatch.setattr(storing, "_WAIT", 1.0)
    monkeypatch.setattr(nats_bus, "TIMEOUT", 1.0)


@pytest.mark.parametrize("count", [1, 40])
def test_refusal_is_told_apart_from_silence_and_at_once(hub, count):
    """Not after the time in which a hub has to answer; what is published meanwhile goes on."""

    def events(code):
        return [Parcel(f"intl.v1.log.{code}.1.{number}", b"x") for number in range(1, count + 1)]

    async def story():
        async with signed_in(hub, "fr", FR) as fr:
            own = asyncio.create_task(fr.publish(events("fr")))
            for _ in range(2):
                with pytest.raises(NotAllowed, match=r"intl\.v1\.log\.de\.1\."):
                    async with asyncio.timeout(storing._WAIT / 2):
                        await fr.publish(events("de"))
            assert await own == [Outcome.STORED] * count
            assert await fr.publish(events("fr")) == [Outcome.PRESENT] * count

    asyncio.run(story())


@pytest.mark.usefixtures("impatient")
def test_what_is_missing_is_the_operators_to_make(hub):
    async def story():
        async with signed_in(hub, "administrator", ADMIN) as administrator, signed_in(hub, "fr", FR) as fr:
            await administrator._context.delete_consumer(LOG, "fr")
            with pytest.raises(NotAllowed, match="consumer"):
                await fr.provision()
            await administrator.prepare(["fr", "de"])
            await fr.provision()

    asyncio.run(story())


@pytest.mark.parametrize("nkey", [None, STRANGER])
def test_strangers_are_turned_away_at_once(hub, nkey):
    began = time.monotonic()
    with pytest.raises(NotAuthorised):
        asyncio.run(NatsBus.connect(hub.url, "fr", nkey=nkey))
    assert time.monotonic() - began < 4


async def end_of(bus):
    """Read until the connection is at its end; whether it ended because the hub does not let us in."""
    while True:
        try:
            await bus.kept("intl.v1.log.fr.1.*")
        except Unreachable as error:
            return isinstance(error, NotAuthorised)


def test_who_is_no_longer_a_member_is_cut_off_at_once_and_the_others_are_not(hub):
    async def story():
        async with signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            waiting = asyncio.create_task(de.receive(LOG, 10, 60))
            await asyncio.sleep(0.1)
            members(hub.folder, users.Member("fr", FR.public))
            hub.reload()
            async with asyncio.timeout(10):
                await asyncio.gather(waiting, return_exceptions=True)
                assert await end_of(de)
            assert await fr.publish([Parcel("intl.v1.log.fr.1.1", b"x")]) == [Outcome.STORED]
            with pytest.raises(NotAuthorised):
                await NatsBus.connect(hub.url, "de", nkey=DE)
            members(hub.folder, users.Member("fr", FR.public), users.Member("de", DE.public))
            hub.reload()
            async with asyncio.timeout(10):
                while True:
                    try:
                        again = await NatsBus.connect(hub.url, "de", nkey=DE)
                        break
                    except Unreachable:
                        await asyncio.sleep(0.1)
            await again.close()

    asyncio.run(story())


class AtWork:
    """Two sections that do what sections do, until it is ``over``. What of it fails is raised."""

    def __init__(self, fr, de):
        self.fr, self.de = fr, de
        self.over = asyncio.Event()
        self.numbers = itertools.count(1)
        self.came = set()

    async def speak(self, at_once):
        said = [Parcel(f"intl.v1.log.fr.1.{next(self.numbers)}", b"said", "s.1") for _each in range(at_once)]
        assert await self.fr.publish(said) == [Outcome.STORED] * at_once

    async def read(self):
        assert await self.de.identity()
        assert "intl.v1.log.fr.1.1" in await self.de.kept("intl.v1.log.fr.*.*")
        assert list(await self.de.get(["intl.v1.log.fr.1.1"])) == ["intl.v1.log.fr.1.1"]
        assert (await self.de.last("intl.v1.log.fr.1.*")).body == b"said"

    async def hear(self):
        batch = await self.de.receive(LOG, 100, 0.01)
        self.came.update(parcel.subject for parcel in batch.parcels)
        await batch.done()

    async def again_and_again(self, deed, *what):
        while not self.over.is_set():
            await deed(*what)


def test_who_is_at_work_while_a_hub_reads_its_users_again_notices_nothing(hub):
    """The server takes away for a moment, and says that nobody is there, what leads to the streams."""

    async def reload(until):
        for number in range(120):
            members(hub.folder, users.Member("fr", FR.public), users.Member("de", DE.public, speaks=number % 2 > 0))
            hub.reload()
            await asyncio.sleep(0.03)
        until.set()

    async def story():
        async with signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            work = AtWork(fr, de)
            await work.speak(1)
            deeds = ((work.speak, 1), (work.speak, 1), (work.speak, 5), (work.read,), (work.hear,))
            await asyncio.gather(reload(work.over), *(work.again_and_again(*deed) for deed in deeds))
            everything = {f"intl.v1.log.fr.1.{number}" for number in range(1, next(work.numbers))}
            while work.came != everything:
                await work.hear()

    asyncio.run(story())


def test_who_is_suspended_reads_and_does_not_speak(hub):
    """It asks the others, and hands on what they signed."""
    members(hub.folder, users.Member("fr", FR.public, speaks=False), users.Member("de", DE.public))
    hub.reload()
    time.sleep(SOON)
    spoken = ["intl.v1.log.fr.1.1", f"intl.v1.part.fr.{HASH}", f"intl.v1.blob.fr.{HASH}.1"]
    said = asyncio.run(refusals(hub, FR, [*map(publishing, spoken), publishing("intl.v1.heads.fr")]))
    assert len(said) == len(spoken)

    async def story():
        async with signed_in(hub, "fr", FR) as fr, signed_in(hub, "de", DE) as de:
            await de.publish([Parcel("intl.v1.log.de.1.1", b"x")])
            assert len((await fr.receive(LOG, 10, 5)).parcels) == 1

            async def answer(question):
                return [Parcel("intl.v1.log.de.1.1", question)]

            for one, other, code in ((fr, de, "de"), (de, fr, "fr")):
                await other.answer(answer)
                assert len(await one.ask(code, b"what?", 5)) == 1

    asyncio.run(story())


def test_preparing_again_changes_nothing_and_keeps_what_the_operator_chose(hub):
    async def story():
        async with signed_in(hub, "administrator", ADMIN) as bus:
            before = await bus.identity()
            await bus.prepare(["fr", "de"], blob_bytes=1_000_000)
            await bus.prepare(["fr", "de"])
            assert await bus.identity() == before
            assert (await bus._context.stream_info(BLOB)).config.max_bytes == 1_000_000
            assert (await bus._context.stream_info(SEED)).config.max_age == 30 * 24 * 3600
            for stream in streams.DELIVERED:
                assert {info.name for info in await bus._context.consumers_info(stream)} == {"fr", "de"}
            with pytest.raises(NotFoundError):
                await bus._context.consumer_info(PART, "fr")

    asyncio.run(story())


def test_the_file_of_users_is_the_same_for_the_same_roster():
    known = [users.Member("fr", FR.public), users.Member("de", DE.public)]
    text = users.text(ADMIN.public, known)
    assert text == users.text(ADMIN.public, known)
    assert "deny" not in text
    entries = [json.loads(line) for line in text.splitlines() if line.startswith("  {")]
    assert [entry["nkey"] for entry in entries] == [ADMIN.public, FR.public, DE.public]
