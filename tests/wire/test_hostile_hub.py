"""A hub that answers what no hub says: each question has an end, and costs no more than what was asked for.

The server here has no streams: somebody else plays them.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import LOG, ROSTER, Outcome, Parcel, Unreachable, protocol, pulling, reading
from internationale.bus.configuration import Configuration
from internationale.bus.nats import NatsBus
from internationale.bus.server import HubProcess

EVENT = "intl.v1.log.fr.1.1"
DEEP = b'{"error": {"a": ' + b"[" * 100_000
Play = Callable[[Client, Msg], Awaitable[None]]


class Bare(Configuration):
    """Of a server without streams."""

    def text(self) -> str:
        return "\n".join([f"listen: {json.dumps(self.listen)}", *self.more]) + "\n"


class Stage(HubProcess):
    def _configuration(self) -> Configuration:
        usual = super()._configuration()
        return Bare(usual.folder, usual.listen, more=usual.more)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with Stage(tmp_path_factory.mktemp("hostile")) as process:
        yield process


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(reading, "_WAIT", 1.0)


@asynccontextmanager
async def played(hub: HubProcess, subject: str, play: Play) -> AsyncIterator[NatsBus]:
    """Whatever is asked under this subject is answered by ``play``."""
    client = await nats.connect(hub.url)

    async def asked(message: Msg) -> None:
        playing.append(asyncio.ensure_future(play(client, message)))

    playing: list[asyncio.Future[None]] = []
    await client.subscribe(subject, cb=asked)
    await client.flush()
    bus = await NatsBus.connect(hub.url, "ic")
    try:
        async with asyncio.timeout(10):
            yield bus
    finally:
        await bus.close()
        await client.close()
        await asyncio.gather(*playing, return_exceptions=True)  # it ends with the connection


def told(*answers: bytes) -> Play:
    """The first answer to the first question and so on; the last one to all others."""
    left = list(answers)

    async def play(client: Client, message: Msg) -> None:
        await client.publish(message.reply, left.pop(0) if len(left) > 1 else left[0])

    return play


def page(*subjects: str, total: int = 10**9) -> bytes:
    return json.dumps({"state": {"subjects": dict.fromkeys(subjects, 1)}, "total": total}).encode()


async def over(client: Client, message: Msg, word: str) -> None:
    """The server's word about a question: in the first line, where the library writes none."""
    await client.flush()
    block = f"NATS/1.0 {word}\r\n\r\n"
    client._transport.write(f"HPUB {message.reply} {len(block)} {len(block)}\r\n{block}\r\n".encode())
    await client.flush()


def kept(said: str, sequence: str = "1", body: bytes = b"x") -> Play:
    """One message, and the end of the answer."""

    async def play(client: Client, message: Msg) -> None:
        headers = {"Nats-Subject": said} | ({"Nats-Sequence": sequence} if sequence else {})
        await client.publish(message.reply, body, headers=headers)
        await over(client, message, "204 EOB")

    return play


async def without_end(client: Client, message: Msg) -> None:
    while client.is_connected:
        await client.publish(message.reply, b"x" * 1000, headers={"Nats-Subject": EVENT, "Nats-Sequence": "1"})
        await client.flush()


def test_names_end_when_a_page_brings_none_that_is_new(hub):
    async def story():
        async with played(hub, f"$JS.API.STREAM.INFO.{LOG}", told(page(EVENT))) as bus:
            assert await bus.kept("intl.v1.log.fr.1.*") == {EVENT}

    asyncio.run(story())


def test_names_that_were_not_asked_for_are_none(hub):
    named = page(EVENT, "intl.v1.log.de.1.1", "intl.v1.log.fr.1", "x", total=4)

    async def story():
        async with played(hub, f"$JS.API.STREAM.INFO.{LOG}", told(named)) as bus:
            assert await bus.kept("intl.v1.log.fr.1.*") == {EVENT}

    asyncio.run(story())


@pytest.mark.parametrize("answer", [b"", b"[", b"[]", b"{}", b'{"state": 5}', b'{"state": {"subjects": [5]}}', DEEP])
def test_names_in_an_answer_that_is_none_are_trouble_of_that_hub(hub, answer):
    async def story():
        async with played(hub, f"$JS.API.STREAM.INFO.{LOG}", told(answer)) as bus:
            with pytest.raises(Unreachable):
                await bus.kept("intl.v1.log.fr.1.*")

    asyncio.run(story())


@pytest.mark.parametrize(("play", "there"), [(kept("intl.v1.log.fr.1.99"), set()), (without_end, {EVENT})])
def test_what_was_not_asked_for_is_not_taken_and_not_asked_for_again(hub, play, there):
    async def story():
        async with played(hub, f"$JS.API.DIRECT.GET.{LOG}", play) as bus:
            assert set(await bus.get([EVENT, "intl.v1.log.fr.1.2"])) == there

    asyncio.run(story())


def test_names_without_end_have_one(hub, monkeypatch):
    monkeypatch.setitem(reading.MOST_NAMES, LOG, 50)
    told: list[int] = []

    async def pages(client: Client, message: Msg) -> None:
        told.append(len(told))
        await client.publish(message.reply, page(*(f"intl.v1.log.fr.1.{len(told) * 20 + number}" for number in range(20))))

    async def story():
        async with played(hub, f"$JS.API.STREAM.INFO.{LOG}", pages) as bus:
            assert len(await bus.kept("intl.v1.log.fr.1.*")) == 50
            monkeypatch.setattr(reading, "_PAGES", 2)
            assert len(await bus.kept("intl.v1.log.fr.1.*")) == 40

    asyncio.run(story())
    assert len(told) == 5


@pytest.mark.parametrize(("count", "length", "there"), [(900, 20, 900), (1200, 20, 1000), (1200, 300, 0)])
def test_of_what_all_carry_no_more_names_are_read_than_there_can_be(hub, monkeypatch, count, length, there):
    """Longer lists are for logs."""
    monkeypatch.setitem(reading.MOST_NAMES, ROSTER, 1000)
    named = page(*(f"intl.v1.roster.9.{number:0{length}}" for number in range(count)))

    async def story():
        async with played(hub, f"$JS.API.STREAM.INFO.{ROSTER}", told(named)) as bus:
            assert len(await bus.kept("intl.v1.roster.9.*")) == there

    asyncio.run(story())


async def large(client: Client, message: Msg) -> None:
    """Each as long as three that a log has."""
    for number in (1, 2):
        headers = {"Nats-Subject": f"intl.v1.log.fr.1.{number}", "Nats-Sequence": str(number)}
        await client.publish(message.reply, bytes(900 * 1024), headers=headers)
    await over(client, message, "204 EOB")


async def wordy(client: Client, message: Msg) -> None:
    """The same as headers."""
    await client.publish(message.reply, b"x", headers={"Nats-Sequence": "1", "Intl-Sig": "x" * 900 * 1024})
    await over(client, message, "204 EOB")


@pytest.mark.parametrize("play", [large, wordy])
def test_an_answer_that_is_larger_than_any_is_not_kept_in_memory(hub, play):
    async def story():
        async with played(hub, f"$JS.API.DIRECT.GET.{LOG}", play) as bus:
            with pytest.raises(Unreachable, match="more than any answer has"):
                await bus.get([EVENT, "intl.v1.log.fr.1.2"])
        async with played(hub, f"$JS.API.CONSUMER.MSG.NEXT.{LOG}.ic", play) as bus:
            with pytest.raises(Unreachable, match="more than any answer has"):
                await pulling.Puller(bus._client, LOG, "ic").pull(2, 1)

    asyncio.run(story())


@pytest.mark.parametrize("sequence", ["", "one", "-1", "9" * 19, "9" * 30])
def test_a_place_in_the_stream_that_is_none_is_trouble_of_that_hub(hub, sequence):
    async def story():
        async with played(hub, f"$JS.API.DIRECT.GET.{LOG}", kept(EVENT, sequence)) as bus:
            with pytest.raises(Unreachable):
                await reading.read_range(bus._client, LOG, 1, 10)

    asyncio.run(story())


@pytest.mark.parametrize("which", ["delivered", "ack_floor"])
@pytest.mark.parametrize("number", [2**64, 2**63, -1, "x", [1], 1.5, True])
def test_a_place_of_our_consumer_that_is_none_is_trouble_of_that_hub(hub, which, number):
    usual = {"consumer_seq": 0, "stream_seq": 0}
    consumer = {"stream_name": LOG, "name": "ic", "config": {}, "created": "2026-01-01T00:00:00Z"}
    places = {"delivered": usual, "ack_floor": usual} | {which: usual | {"stream_seq": number}}
    answer = json.dumps(consumer | places).encode()

    async def story():
        async with played(hub, f"$JS.API.CONSUMER.INFO.{LOG}.ic", told(answer)) as bus:
            with pytest.raises(Unreachable, match="no place in a stream"):
                await bus.receive(LOG, 10, 0)

    asyncio.run(story())


@pytest.mark.parametrize(
    "answer",
    [b"", b"x", b"[]", b"5", b'{"config": 5}', b'{"config": {}, "state": {}, "created": "x"}', b'{"error": 5}', b"\xff", DEEP],
)
def test_an_answer_about_a_stream_or_a_consumer_that_is_none_is_trouble_of_that_hub(hub, answer):
    async def story():
        async with played(hub, "$JS.API.*.INFO.>", told(answer)) as bus:
            for question in (bus.identity(), bus.provision(), bus.receive(LOG, 10, 0)):
                with pytest.raises(Unreachable):
                    await question

    asyncio.run(story())


ACK = {"stream": LOG, "seq": 7}
NO_ACKS = (
    b"",
    b"x",
    b"[]",
    b"5",
    b"null",
    b"{}",
    b"\xff",
    b'{"stream": "\xff", "seq": 1}',
    DEEP,
    b'{"error": 3}',
    b'{"error": []}',
    b'{"error": {"code": "x", "err_code": []}}',
    b'{"error": {"err_code": 10071, "description": 5}}',
    b'{"error": null}',
    b'{"stream": 5, "seq": "x"}',
    b'{"stream": "INTL_LOG"}',
    b'{"seq": 7}',
    b'{"stream": "INTL_LOG", "seq": 0}',
    b'{"stream": "INTL_LOG", "seq": -1}',
    b'{"stream": "INTL_LOG", "seq": 1e400}',
    b'{"stream": "INTL_LOG", "seq": 9223372036854775808}',
)


@pytest.mark.parametrize("answer", NO_ACKS)
def test_what_does_not_say_that_something_is_stored_is_trouble_of_that_hub(hub, answer):
    """One message alone, the first of several and the last; nothing of it counts as stored."""
    events = [Parcel(f"intl.v1.log.fr.1.{number}", b"x", "k.1") for number in (1, 2, 3)]

    async def story():
        for several, answers in ((events[:1], (answer,)), (events, (b"", answer))):
            async with played(hub, "intl.v1.log.>", told(*answers)) as bus:
                with pytest.raises(Unreachable, match=r"no (answer|place)"):
                    await bus.publish(several)
        if answer:
            async with played(hub, "intl.v1.log.>", told(answer, json.dumps(ACK).encode())) as bus:
                with pytest.raises(Unreachable, match=r"no (answer|place)"):
                    await bus.publish(events)

    asyncio.run(story())


@pytest.mark.parametrize("more", [{}, {"count": 2}, {"count": 3}, {"batch": "another", "count": 3}])
def test_several_are_stored_when_all_of_them_are(hub, more):
    events = [Parcel(f"intl.v1.log.fr.1.{number}", b"x", "k.1") for number in (1, 2, 3)]

    async def story():
        async with played(hub, "intl.v1.log.>", told(b"", json.dumps(ACK | more).encode())) as bus:
            with pytest.raises(Unreachable, match=r"no (answer|place)"):
                await bus.publish(events)
        async with played(hub, "intl.v1.log.>", told(json.dumps(ACK | more).encode())) as bus:
            assert await bus.publish(events[:1]) == [Outcome.STORED]

    asyncio.run(story())


@pytest.mark.parametrize(
    "word", [b'{"error": {"code": 503, "err_code": 10077}}', b'{"error": {"description": "' + b"x" * 10**6 + b'"}}']
)
def test_a_hub_that_stores_nothing_now_may_say_so_in_any_words(hub, word, caplog):
    async def story():
        async with played(hub, "intl.v1.log.>", told(word)) as bus:
            with suppress(Unreachable):  # of what it has it tells nothing either
                assert await bus.publish([Parcel(EVENT, b"x", "k.1")]) == [Outcome.UNKNOWN]

    with caplog.at_level("INFO"):
        asyncio.run(story())
    assert len(caplog.text) < 10_000


@pytest.mark.parametrize("place", ["delivered", "ack_floor"])
def test_places_of_our_consumer_in_another_shape_are_trouble_of_that_hub(hub, place):
    usual = {"consumer_seq": 0, "stream_seq": 0}
    consumer = {"stream_name": LOG, "name": "ic", "config": {}, "created": "2026-01-01T00:00:00Z"}
    answer = json.dumps(consumer | {"delivered": usual, "ack_floor": usual} | {place: [usual]}).encode()

    async def story():
        async with played(hub, f"$JS.API.CONSUMER.INFO.{LOG}.ic", told(answer)) as bus:
            with pytest.raises(Unreachable):
                await bus.receive(LOG, 10, 0)

    asyncio.run(story())


def test_a_message_that_never_ends_is_not_kept(monkeypatch):
    """Its length is announced; a client that believed it would gather it in memory until there is none left."""
    monkeypatch.setattr(protocol, "MOST", 1024 * 1024)
    taken: list[int] = []

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"x","version":"2.10.0","max_payload":1048576,"headers":true,"jetstream":true}\r\n')
        while (line := await reader.readline()).strip() != b"PING":
            assert line
        writer.write(b"PONG\r\n")
        if not taken:
            taken.append(0)
            writer.write(b"MSG anything 1 99999999999\r\n")
            with suppress(ConnectionError):
                while taken[0] < 64 * 1024 * 1024:
                    writer.write(bytes(64 * 1024))
                    await writer.drain()
                    taken[0] += 64 * 1024
        writer.close()

    async def story() -> None:
        async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            bus = await NatsBus.connect(f"nats://127.0.0.1:{port}", "ic")
            async with asyncio.timeout(20):
                while not (taken and bus._line._away):
                    await asyncio.sleep(0.02)
            await bus.close()

    asyncio.run(story())
    assert taken[0] < 32 * 1024 * 1024  # what the two sockets hold beside what was read
