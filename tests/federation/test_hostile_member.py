"""What a member does at a hub, within its rights there, takes that hub from nobody; with a real server and the real users."""

import asyncio
from contextlib import asynccontextmanager

import nats
import pytest

from internationale.rooms.roster import queries
from internationale.testing import oracle

from .living import live, until, with_hubs

STATUS = [b"NATS/1.0\r\nStatus: %s\r\nDescription: x\r\n\r\n" % code for code in (b"503", b"404")]


@asynccontextmanager
async def signed_in(hub, section):
    said = []

    async def troubled(error):
        said.append(str(error))

    options = {"nkeys_seed_str": section.nkey.seed, "inbox_prefix": f"_INBOX_{section.code}", "error_cb": troubled}
    client = await nats.connect(hub.url, **options)
    client.said = said
    try:
        yield client
    finally:
        await client.close()


async def put(client, subject, block=b"NATS/1.0\r\n\r\n", body=b""):
    """As bytes that the library would not write."""
    await client.flush()
    client._transport.write(b"HPUB %s %d %d\r\n%s%s\r\n" % (subject, len(block), len(block) + len(body), block, body))
    await client.flush()


async def poison(client, _next):
    """Messages that look like the server's word, or like none at all."""
    for number, block in enumerate((*STATUS, b"X"), 1):
        await put(client, b"intl.v1.log.ar.1.%d" % number, block)
        await put(client, b"intl.v1.heads.ar", block)
        await put(client, b"intl.v1.roster.9.%d" % number, block)
        await put(client, b"intl.v1.proof.fr.1.1.%d" % number, block)
        await put(client, b"intl.v1.seed.ar.fr.1.%d" % number, block)
    await put(client, b"intl.v1.log.ar.1.\xff")
    await put(client, b"intl.v1.roster.9.a\x0cb")


async def patterns(client, number):
    """Names of the next roster, one of them a pattern."""
    for name in ("*", ">", *map(str, range(65))):
        await put(client, f"intl.v1.roster.{number}.{name}".encode(), body=b"x")


async def batches(client, _next):
    """All the batches that may be open, and never an end to them."""
    for number in range(50):
        headers = {"Nats-Batch-Id": f"b{number}", "Nats-Batch-Sequence": "1"}
        await client.publish(f"intl.v1.log.ar.1.{number + 1}", b"x", headers=headers)


async def questions(client, _next):
    """To both, and to itself, with the answer wanted where only others may publish."""
    for number in range(200):
        where = ("intl.v1.log.ic.1.1", "intl.v1.heads.fr", f"intl.v1.ans.ar.fr.{number:032x}")[number % 3]
        for asked in ("ic", "fr", "ar"):
            await client.publish(f"intl.v1.req.{asked}.ar", b'{"section":"ic","first":1,"last":200}', reply=where)
    for subject in ("intl.v1.log.ic.1.1", "intl.v1.log.fr.1.1"):
        await client.publish(subject, b"squatted")


@pytest.mark.parametrize("deed", [poison, patterns, batches, questions])
def test_the_others_go_on_at_once_and_after_they_connect_anew(three, closed, say, caplog, deed):
    ic, fr, ar = (with_hubs(section, closed.url) for section in three)
    closed.let_in(ic, fr, ar)
    with ic.reading() as session:
        number = queries.latest_number(session) + 1

    def connected():
        standing = [each.hubs.get(closed.url) for each in (ic, fr)]
        return all(each is not None and each.connected for each in standing) and ic.fenced is None and fr.fenced is None

    async def story():
        await until(connected)
        since = [each.hubs[closed.url].since for each in (ic, fr)]
        async with signed_in(closed, ar) as client:
            await deed(client, number)
            await client.flush()
            await asyncio.to_thread(lambda: [say(section, str(word)) for word in range(5) for section in (ic, fr)])
            await until(lambda: all(len(oracle.log(each)) == 10 for each in (ic, fr)), 20)
        assert connected()
        assert [each.hubs[closed.url].since for each in (ic, fr)] == since

    async def again():
        await until(connected)
        await asyncio.to_thread(say, fr, "again")
        await until(lambda: len(oracle.log(ic)) == 11, 20)

    live(story, ic, fr)
    live(again, ic, fr)
    assert {record.getMessage() for record in caplog.records if "hub nats" in record.getMessage()} == set()
