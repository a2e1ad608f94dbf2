"""Questions between sections: an answer has an end, whoever gives it, and nobody's questions keep the others' from it."""

import asyncio
import time
from contextlib import asynccontextmanager

import nats
import pytest

from internationale.bus import Parcel, answering, asking
from internationale.bus.answering import Allowance
from internationale.bus.nats import NatsBus

TOKEN = "0" * 32
LARGE = [Parcel(f"intl.v1.log.fr.1.{number}", bytes(100_000), "k.1") for number in range(50)]


@asynccontextmanager
async def connected(hub, section):
    bus = await NatsBus.connect(hub.url, section)
    try:
        yield bus
    finally:
        await bus.close()


def answered(message, body, **headers):
    return message._client.publish(message.reply, body, headers=headers or {"Intl-Subject": "intl.v1.log.fr.1.1"})


async def dripping(message):
    """A word just before the patience is at its end, and so on."""
    while message._client.is_connected:
        await answered(message, b"x")
        await asyncio.sleep(0.3)


async def endless(message):
    while message._client.is_connected:
        await answered(message, b"x")
        await message._client.flush()


async def enormous(message):
    while message._client.is_connected:
        await answered(message, bytes(500_000))
        await message._client.flush()


@pytest.mark.parametrize(("play", "most"), [(dripping, 10), (endless, 100), (enormous, 20)])
def test_an_answer_has_an_end(hub, monkeypatch, play, most):
    monkeypatch.setattr(asking, "MOST", 100)
    monkeypatch.setattr(asking, "LARGEST", 10_000_000)

    async def story():
        evil = await nats.connect(hub.url)
        playing = []

        async def asked(message):
            playing.append(asyncio.ensure_future(play(message)))

        await evil.subscribe("intl.v1.req.evil.*", cb=asked)
        await evil.flush()
        async with connected(hub, "fr") as fr:
            found = []
            while not found:  # a machine that stands still for half a second has heard nothing
                began = time.monotonic()
                found = await fr.ask("evil", b"what?", 0.5)
                assert time.monotonic() - began < 10 * 0.5
            assert len(found) <= most
        await evil.close()
        await asyncio.gather(*playing, return_exceptions=True)

    asyncio.run(story())


def test_who_asks_without_end_keeps_nobody_from_being_answered(hub, monkeypatch, caplog):
    """Sixty questions for five megabytes each: some are answered, until the allowance is spent."""
    monkeypatch.setattr(answering, "MOST", 12_000_000)
    came = []

    async def story():
        async with connected(hub, "fr") as fr, connected(hub, "de") as de:

            async def answer(question):
                return LARGE

            await fr.answer(answer)
            evil = await nats.connect(hub.url)

            async def hear(message):
                came.append(len(message.data))

            await evil.subscribe("intl.v1.ans.evil.fr.*", cb=hear)
            for _ in range(60):
                await evil.publish("intl.v1.req.fr.evil", b"what?", reply=f"intl.v1.ans.evil.fr.{TOKEN}")
            await evil.flush()
            assert len(await de.ask("fr", b"what?", 5)) == 50
            await asyncio.sleep(1)
            assert 5_000_000 < sum(came) < 15_000_000
            assert came.count(0) <= answering.WAITING + 1
            assert len(await de.ask("fr", b"what?", 5)) == 50
            assert [record.getMessage() for record in caplog.records] == ["section evil asks more than is answered"]
            await evil.close()

    asyncio.run(story())


def test_who_asks_under_many_names_is_not_remembered_without_end(hub, monkeypatch):
    monkeypatch.setattr(answering, "ASKERS", 5)

    async def story():
        async with connected(hub, "fr") as fr, connected(hub, "de") as de:
            asked = []

            async def answer(question):
                asked.append(question)
                return []

            await fr.answer(answer)
            for number in range(20):
                where = f"intl.v1.ans.s{number}.fr.{TOKEN}"
                await de._client.publish(f"intl.v1.req.fr.s{number}", b"what?", reply=where)
            for _ in range(2):
                await de._client.flush()
            await asyncio.sleep(0.5)
            assert len(asked) == 5
            assert len(fr._answering[0]._askers) == 5
            monkeypatch.setattr(answering, "RATE", 10**9)
            await de.ask("fr", b"what?", 1)
            assert len(asked) == 6

    asyncio.run(story())


def test_what_is_no_question_is_not_answered(hub, caplog):
    async def story():
        async with connected(hub, "fr") as fr, connected(hub, "de") as de:
            asked = []

            async def answer(question):
                asked.append(question)
                return []

            await fr.answer(answer)
            for body, where in ((bytes(100_000), f"intl.v1.ans.de.fr.{TOKEN}"), (b"x", "intl.v1.ans.de.fr.short"), (b"x", "")):
                await de._client.publish("intl.v1.req.fr.de", body, reply=where)
            await de.ask("fr", b"what?", 1)
            assert asked == [b"what?"]
            assert len(caplog.records) == 1

    asyncio.run(story())


def test_an_answer_that_is_larger_than_what_is_left_is_cut_short(hub, monkeypatch):
    monkeypatch.setattr(answering, "MOST", 1_000_000)
    monkeypatch.setattr(answering, "EACH", 0)

    async def story():
        async with connected(hub, "fr") as fr, connected(hub, "de") as de:

            async def answer(question):
                return LARGE

            await fr.answer(answer)
            assert len(await de.ask("fr", b"what?", 5)) in (10, 11)
            began = time.monotonic()
            assert len(await de.ask("fr", b"what?", 5)) < 10
            assert time.monotonic() - began < 4, "it is said at once"
            await asyncio.sleep(1)
            assert len(await de.ask("fr", b"what?", 5)) >= 3

    asyncio.run(story())


def test_what_was_asked_for_is_not_answered_any_more_when_the_connection_is_let_go_of(hub):
    async def story():
        started = asyncio.Event()

        async def answer(question):
            started.set()
            await asyncio.sleep(60)

        async with connected(hub, "de") as de:
            async with connected(hub, "fr") as fr:
                await fr.answer(answer)
                waiting = asyncio.ensure_future(de.ask("fr", b"what?", 0.5))
                await started.wait()
            assert await waiting == []
            assert [task for task in asyncio.all_tasks() if "_serve" in repr(task)] == []

    asyncio.run(story())


def test_an_allowance_grows_back_and_not_beyond_what_it_was():
    allowance = Allowance(at=100.0)
    assert allowance.grow(1000.0) == answering.MOST
    assert allowance.spend(answering.MOST - 1)
    assert allowance.spend(answering.RATE + 1)
    assert not allowance.spend(1)
    assert allowance.grow(1001.0) == 0
    assert not allowance.spend(1)
    assert allowance.grow(1002.0) == answering.RATE
    assert allowance.spend(1)
    assert allowance.grow(10**9) == answering.MOST
