"""Sections that share a text, and files that are attached to it."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any

import nats
import pytest

from internationale.bus import BLOB
from internationale.bus.nats import NatsBus
from internationale.rooms.attachments.port import attaching, fetching, taking, uploading
from internationale.rooms.exchange.port import withdraw as take_text_back
from internationale.section import Section
from internationale.worker import questions
from internationale.worker.attachments import Carriage

LONG = "".join(f"Paragraph {n}: the strike {'word ' * 40}\n\n" for n in range(400))


@pytest.fixture
def three(federation: Any) -> list[Section]:
    """``ic``, ``fr`` and ``ar`` with all plugins."""
    return federation("ic", "fr", "ar")


@pytest.fixture
def share(member: Any) -> Callable[..., str]:
    """``share(fr)``: a new shared text; returns its id."""

    def open(section: Section, audience: str = "international") -> str:
        with section.writing() as session:
            return section.documents.open(
                session,
                kind="programme" if audience == "public" else "statement",
                language="en",
                title="Strike",
                text="We strike.",
                audience=audience,
                by=member(section, "delegate"),
            )

    return open


@pytest.fixture
def bring(member: Any) -> Callable[..., str]:
    """``bring(fr, document, pieces, name=…)``: brings a file here, in pieces; returns the upload's id."""

    def upload(
        section: Section, subject: str, content: bytes | Iterator[bytes], name: str = "plan.pdf", media: str = "application/pdf"
    ) -> str:
        by = member(section, "delegate")
        with section.reading() as session:
            at = uploading.place(section, session, subject, "", by)
            incoming = uploading.incoming(section, session, at)
        for piece in (
            (content[at : at + 65_536] for at in range(0, len(content), 65_536)) if isinstance(content, bytes) else content
        ):
            incoming.add(piece)
        return uploading.bring(section, incoming, at, name=name, media=media, by=by)

    return upload


@pytest.fixture
def attach(bring: Any, member: Any) -> Callable[..., str]:
    """``attach(fr, document, b"…", name=…)``: a file, signed and said; returns the attachment's id."""

    def attached(section: Section, subject: str, content: Any, name: str = "plan.pdf", note: str = "") -> str:
        upload = bring(section, subject, content, name)
        with section.writing() as session:
            return attaching.attach(section, session, upload, name=name, note=note, by=member(section, "delegate"))

    return attached


@pytest.fixture
def taken(member: Any) -> Callable[[Section, str], bytes]:
    """``taken(ar, attachment)``: the bytes as a member downloads them."""

    def take(section: Section, attachment: str) -> bytes:
        _known, pieces = taking.take(section, attachment, member(section))
        return b"".join(pieces)

    return take


@pytest.fixture
def bring_over() -> Callable[[Section, bytes], None]:
    """``bring_over(ar, b"…")``: a small file that another section attached comes, and is whole."""

    def come(section: Section, content: bytes) -> None:
        here = section.attachments
        for wanted in fetching.look(here):
            if fetching.add(here, wanted, 0, content):
                assert fetching.settle(here, wanted)

    return come


@pytest.fixture
def carriages(hub: Any) -> Callable[..., None]:
    """``carriages(story, fr, ar)``: runs ``await story({"fr": Carriage, …})`` while these sections are connected to the hub."""

    def run(story: Any, *sections: Section) -> None:
        async def connected() -> None:
            async with AsyncExitStack() as stack:
                found = {}
                for section in sections:
                    bus = await NatsBus.connect(hub.url, section.code)
                    stack.push_async_callback(bus.close)
                    await bus.provision()
                    await questions.answer_others(section, bus)
                    found[section.code] = Carriage(section, bus)
                await story(found)

        asyncio.run(connected())

    return run


@pytest.fixture
def said_by() -> Callable[[Section], int]:
    """``said_by(fr)``: how many events a section has said."""

    def count(section: Section) -> int:
        with section.reading() as session:
            return section.ledger.head(session, section.code).sequence

    return count


@pytest.fixture
def intrude(hub: Any) -> Callable[[str, bytes | None], None]:
    """``intrude(subject, b"…")``: with the administrator's rights, replaces what the hub keeps there; None: takes it away."""

    def change(subject: str, body: bytes | None) -> None:
        async def deed() -> None:
            client = await nats.connect(hub.url)
            await client.jetstream().purge_stream(BLOB, subject=subject)
            if body is not None:
                await client.jetstream().publish(subject, body)
            await client.close()

        with ThreadPoolExecutor(1) as pool:  # a story is running in this thread's event loop
            pool.submit(asyncio.run, deed()).result()

    return change


@pytest.fixture
def kept_at_hub(hub: Any) -> Callable[[], list[bytes]]:
    """What the hub keeps of all contents."""

    def look() -> list[bytes]:
        async def deed() -> list[bytes]:
            client = await nats.connect(hub.url)
            context = client.jetstream()
            last = (await context.stream_info(BLOB)).state.last_seq
            found = [(await context.get_msg(BLOB, number)).data or b"" for number in range(1, last + 1)]
            await client.close()
            return found

        return asyncio.run(deed())

    return look


@pytest.fixture
def text(member: Any, said_by: Any) -> Callable[..., tuple[str, str]]:
    """``text(fr)``: a shared text with a part; returns its id and the id of its message."""

    def open_one(section: Section, audience: str = "international", kind: str = "statement") -> tuple[str, str]:
        with section.writing() as session:
            by = member(section, "delegate")
            document = section.documents.open(session, kind=kind, language="en", title="T", text=LONG, audience=audience, by=by)
        return document, f"{section.code}:1:{said_by(section)}"

    return open_one


@pytest.fixture
def back(member: Any) -> Callable[[Section, str], None]:
    """``back(fr, "fr:1:3")``: the text of a message is taken back."""

    def deed(section: Section, message: str) -> None:
        with section.writing() as session:
            take_text_back(section, session, message, reason="safety", by=member(section, "delegate"))

    return deed


@pytest.fixture
def there(hub: Any) -> Callable[[], set[str]]:
    """Of whom the hub has pieces, each once."""

    def look() -> set[str]:
        async def deed() -> set[str]:
            client = await nats.connect(hub.url)
            found = (await client.jetstream().stream_info(BLOB, subjects_filter=">")).state.subjects or {}
            await client.close()
            return {subject.split(".")[3] for subject in found}

        return asyncio.run(deed())

    return look
