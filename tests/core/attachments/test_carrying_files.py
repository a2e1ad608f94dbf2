"""Files on their way from section to section, over a real hub."""

import asyncio
import contextlib
import hashlib
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from internationale import worker
from internationale.bus import Parcel
from internationale.errors import Conflict, NotFound
from internationale.events.refs import Ref
from internationale.kit import Utterance
from internationale.rooms.attachments.events import Attached, Manifest, Withdrawn
from internationale.rooms.attachments.port import attaching, fetching, keeping, taking
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rules.chunking import CHUNK
from internationale.section import Section
from internationale.testing import oracle
from internationale.testing.carrying import hand_on
from internationale.testing.founding import unite
from internationale.testing.people import speaker
from internationale.testing.serving import served
from internationale.worker import origin
from internationale.worker.attachments import subject

MIB = 1024 * 1024


def some_bytes(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def card(section: Section, attachment: str) -> Any:
    with section.reading() as session:
        return section.attachments.card(files.find(session, attachment))


def want(section: Section, attachment: str, member: Any) -> None:
    with section.writing() as session:
        fetching.request(section, session, attachment, member(section))


def test_small_files_come_by_themselves(three, share, attach, carry, carriages, taken) -> None:
    _ic, fr, ar = three
    contents = [some_bytes(size, size) for size in (0, 1, CHUNK, CHUNK + 1, 2 * MIB)]
    document = share(fr)
    attachments = [attach(fr, document, content, name="خطة – план.pdf") for content in contents]
    carry(*three)
    assert {card(ar, attachment).presence for attachment in attachments} == {"absent"}

    async def story(at: Any) -> None:
        assert await at["fr"].offer() == 0 + 1 + 1 + 2 + 4
        assert await at["fr"].offer() == 0
        assert await at["ar"].fetch() == 8

    carriages(story, fr, ar)
    for attachment, content in zip(attachments, contents, strict=True):
        assert card(ar, attachment).presence == "here"
        assert card(ar, attachment).digest == hashlib.sha256(content).hexdigest()
        assert taken(ar, attachment) == taken(fr, attachment) == content


def test_64_mib_cut_at_half_and_resumed(three, hub, share, attach, carry, carriages, member, taken) -> None:
    """Fault 37: the hub dies in the middle; what had come stays, and only the rest is fetched."""
    ic, fr, ar = three
    whole = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        chance = random.Random(2)
        for _ in range(256):
            piece = chance.randbytes(256 * 1024)
            whole.update(piece)
            yield piece

    attachment = attach(fr, share(fr), pieces())
    carry(*three)
    want(ar, attachment, member)
    kept: list[int] = []

    async def half(at: Any) -> None:
        assert await at["fr"].offer() == 128
        fetching_ = asyncio.create_task(at["ar"].fetch())
        while card(ar, attachment).chunks < 64:
            await asyncio.sleep(0.001)
        hub.kill()
        fetching_.cancel()
        await asyncio.gather(fetching_, return_exceptions=True)

    carriages(half, fr, ar)
    hub.start()
    kept.append(card(ar, attachment).chunks)
    assert 64 <= kept[0] < 128

    async def rest(at: Any) -> None:
        assert await at["ar"].fetch() == 128 - kept[0]

    carriages(rest, ar)
    assert card(ar, attachment).presence == "here"
    assert hashlib.sha256(taken(ar, attachment)).hexdigest() == whole.hexdigest() == card(ic, attachment).digest


def test_a_wrong_chunk_is_fetched_from_another(three, share, attach, carry, carriages, taken, intrude) -> None:
    """Fault 37: at the hub one chunk is wrong and one is missing under the sender's name; another section brought them."""
    ic, fr, ar = three
    content = some_bytes(3 * CHUNK)
    attachment = attach(fr, share(fr), content)
    carry(*three)
    blob = card(fr, attachment).digest

    async def story(at: Any) -> None:
        await at["fr"].offer()
        await at["ic"].fetch()
        intrude(f"intl.v1.blob.fr.{blob}.1", b"something else")
        intrude(f"intl.v1.blob.fr.{blob}.2", None)
        for number in (1, 2):
            body = content[number * CHUNK : (number + 1) * CHUNK]
            await at["ic"]._bus.publish([Parcel(subject("ic", blob, number), body)])
        assert await at["ar"].fetch() == 3

    carriages(story, ic, fr, ar)
    assert taken(ar, attachment) == content


@pytest.mark.parametrize("lie", [lambda chunks: chunks[::-1], lambda chunks: ("0" * 64, *chunks[1:])], ids=["turned", "unknown"])
def test_a_false_claim_about_a_content_does_not_keep_the_true_one_away(
    three, share, attach, carry, carriages, taken, lie
) -> None:
    """``ar``, which comes before ``fr`` wherever codes decide, says that the content of its file is made of other chunks."""
    ic, fr, ar = three
    content = some_bytes(2 * CHUNK)
    document = share(fr)
    attachment = attach(fr, document, content)
    carry(*three)
    with ar.writing() as session:
        true = files.find(session, attachment).content
        claimed = Manifest(digest=true.digest, blob=true.blob, chunks=lie(true.chunks))
        said = Attached(attachment="ar-aaaaaaaaaaaa", subject=document, name="x", media="a/b", size=true.size, chunk=true.chunk)
        part = msgspec.json.encode(claimed.model_dump(mode="json"))
        on = ar.documents.get(session, document).ref
        ar.publish(session, Utterance(said, refs=(on,), parts=(part,)), by=speaker(ar))
    carry(*three)

    async def story(at: Any) -> None:
        assert await at["fr"].offer() == 2
        await at["ic"].fetch()

    carriages(story, ic, fr, ar)
    assert taken(ic, attachment) == content
    with ic.reading() as session:
        handed_on = [taking.chunk(session, ic.attachments, "fr", true.blob, number) for number in (0, 1)]
    assert b"".join(handed_on) == content


def test_a_file_is_taken_back_before_all_who_were_told(three, share, attach) -> None:
    _ic, fr, _ar = three
    attachment = attach(fr, share(fr), some_bytes(10))
    with fr.reading() as session:
        ref = Ref.parse(files.find(session, attachment).file.ref)
    said = Withdrawn(attachment=attachment, reason="mistake")
    for audience, allowed in (("fr ic", False), ("international", True)):
        with fr.writing() as session, contextlib.nullcontext() if allowed else pytest.raises(Conflict, match="wrong_audience"):
            fr.publish(session, Utterance(said, refs=(ref,), audience=audience), by=speaker(fr))


def test_no_section_takes_up_the_room_of_another(three, share, attach, carry) -> None:
    """``fr`` says that the file of ``ar`` is a hundred times as long: that is not counted as what ``ar`` sent."""
    ic, fr, ar = three
    document = share(ar)
    attachment = attach(ar, document, some_bytes(CHUNK))
    carry(*three)
    with fr.writing() as session:
        true = files.find(session, attachment).content
        claimed = Manifest(digest=true.digest, blob=true.blob, chunks=tuple(f"{number:064x}" for number in range(100)))
        said = Attached(attachment="fr-aaaaaaaaaaaa", subject=document, name="x", media="a/b", size=100 * CHUNK, chunk=CHUNK)
        part = msgspec.json.encode(claimed.model_dump(mode="json"))
        fr.publish(session, Utterance(said, refs=(fr.documents.get(session, document).ref,), parts=(part,)), by=speaker(fr))
    carry(*three)
    assert fetching.look(ic.attachments)
    with ic.reading() as session:
        assert keeping.taken(ic, session).by_section == {"ar": CHUNK}


def test_what_the_hub_does_not_have_is_asked_of_the_sections(three, share, attach, carry, carriages, taken) -> None:
    """The sender is away and the hub was emptied: whoever has it answers, and from then on it is at the hub again."""
    ic, fr, ar = three
    content = some_bytes(2 * CHUNK + 7)
    attachment = attach(fr, share(fr), content)
    carry(*three)

    async def first(at: Any) -> None:
        assert await at["ic"].fetch() == 3  # asked of fr: it is not at the hub

    carriages(first, ic, fr)

    async def second(at: Any) -> None:
        assert await at["ar"].fetch() == 3  # asked of ic
        assert await at["ar"].offer() == 3
        assert await at["ic"].offer() == 0

    carriages(second, ic, ar)
    assert taken(ar, attachment) == content


def test_names_that_another_section_left_count_only_for_what_they_are(three, share, attach, carry, carriages, taken) -> None:
    """The sender is away; ``ar`` has left junk under the names of all chunks."""
    ic, fr, ar = three
    content = some_bytes(2 * CHUNK + 7)
    attachment = attach(fr, share(fr), content)
    carry(*three)

    async def first(at: Any) -> None:
        assert await at["ic"].fetch() == 3

    carriages(first, ic, fr)

    async def second(at: Any) -> None:
        with ic.reading() as session:
            blob = files.find(session, attachment).file.blob
        bus = at["ar"]._bus
        for number in range(3):
            await bus.publish([Parcel(subject("ar", blob, number), b"junk")])
        assert await at["ic"].offer() == 3
        assert await at["ar"].fetch() == 3

    carriages(second, ic, ar)
    assert taken(ar, attachment) == content


def test_nobody_has_it_and_that_is_said_and_it_is_not_hurried(three, share, attach, carry, carriages) -> None:
    _ic, fr, ar = three
    attachment = attach(fr, share(fr), some_bytes(100))
    carry(*three)

    async def story(at: Any) -> None:
        assert await at["ar"].fetch() == 0
        assert card(ar, attachment).trouble == "nobody"
        began = asyncio.get_running_loop().time()
        assert await at["ar"].fetch() == 0
        assert asyncio.get_running_loop().time() - began < 1

    carriages(story, ar)


def test_the_sections_at_work(three, hub, share, attach, taken) -> None:
    """Nobody does anything but attach: the file is there."""
    _ic, fr, ar = three
    for section in three:
        section.settings = replace(section.settings, hubs=(hub.url,))
    content = some_bytes(700_000)

    async def story() -> None:
        async with worker.running(fr), worker.running(ar):
            while fr.fenced is not None:
                await asyncio.sleep(0.05)
            attachment = await asyncio.to_thread(lambda: attach(fr, share(fr), content))
            async with asyncio.timeout(30):
                while True:
                    try:
                        if (await asyncio.to_thread(card, ar, attachment)).presence == "here":
                            break
                    except NotFound:
                        pass
                    await asyncio.sleep(0.05)
            assert await asyncio.to_thread(taken, ar, attachment) == content

    asyncio.run(story())


def test_what_was_taken_back_is_deleted_everywhere_and_never_fetched(
    three, share, attach, carry, carriages, taken, member
) -> None:
    _ic, fr, ar = three
    attachment = attach(fr, share(fr), some_bytes(CHUNK + 5))
    other = attach(fr, share(fr), some_bytes(CHUNK))  # its only chunk is also one of the first file
    carry(*three)

    async def story(at: Any) -> None:
        await at["fr"].offer()
        await at["ar"].fetch()

    carriages(story, fr, ar)
    with fr.writing() as session:
        attaching.withdraw(fr, session, attachment, reason="It names comrades.", by=member(fr, "delegate"))
    carry(*three)
    for section in three:
        keeping.tidy(section)
        assert card(section, attachment).presence == "withdrawn"
        with pytest.raises(NotFound):
            taken(section, attachment)
        with pytest.raises(Conflict):
            want(section, attachment, member)
    assert len(list(ar.attachments.store.all())) == len(list(fr.attachments.store.all())) == 1
    assert taken(ar, other) == some_bytes(CHUNK)
    oracle.agree(*three, said=5)


def test_over_https_where_no_hub_helps(federation, share, attach, carriages, taken) -> None:
    """The hub has nothing and nobody answers there; the sender's pages are at the address that the roster names."""
    content = some_bytes(CHUNK + 9)
    fr, ar = (federation.alone(code) for code in ("fr", "ar"))
    with served(fr):
        unite([fr, ar])
        attachment = attach(fr, share(fr), content)
        hand_on(fr, ar)
        carriages(lambda at: at["ar"].fetch(), ar)
        assert taken(ar, attachment) == content
        with pytest.raises(origin.Unanswered, match="404"):
            origin.chunk(ar, "fr", card(fr, attachment).digest, 2)
