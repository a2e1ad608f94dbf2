"""What sections ask each other directly, and answering them: numbers of a log, a part, chunks of an attachment, heads."""

from typing import Annotated

import msgspec
from msgspec import Meta

from internationale.bundle import witnessing
from internationale.bus import Bus, Parcel
from internationale.events.refs import SECTION
from internationale.events.signed import SignedDocument
from internationale.ledger.deliveries import Delivery
from internationale.section import Section
from internationale.worker import attachments
from internationale.worker.pace import in_thread

ANSWERED = 200
"""Events in one answer to another section."""
PATIENCE = 2.0
"""Seconds without a word after which another section is taken not to answer."""

Code = Annotated[str, Meta(pattern=rf"^{SECTION}$")]
Number = Annotated[int, Meta(ge=0, le=999_999_999_999_999)]
Hash = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")]


class Question(msgspec.Struct, forbid_unknown_fields=False):
    """What one section asks another: numbers of a log (``first`` to ``last``), a part by its hash, chunks of what it attached, or
    what the other holds now: heads that answer this question (``asked``).
    """

    section: Code
    epoch: Annotated[int, Meta(ge=1, le=999_999_999)] = 1
    first: Number = 0
    last: Number = 0
    part: Hash = ""
    blob: Hash = ""
    chunks: Annotated[list[Number], Meta(max_length=1000)] = []
    asked: Hash = ""


def part_subject(section: str, name: str) -> str:
    """Where a part travels: under the section whose event names it."""
    return f"intl.v1.part.{section}.{name}"


def heads_subject(section: str) -> str:
    """Where the heads of a section are."""
    return f"intl.v1.heads.{section}"


def presence_subject(section: str) -> str:
    """Under which an answer says that a section is there, and silent. No hub stores it."""
    return f"intl.v1.presence.{section}"


async def answer_others(section: Section, bus: Bus) -> None:
    """Answer what other sections ask, as long as the connection lasts. What is in the log is for all of them to have."""

    async def answer(question: bytes) -> list[Parcel]:
        return await in_thread(_answer, section, question)

    await bus.answer(answer)


def _heads(section: Section, asked: Question) -> list[Parcel]:
    match said := witnessing.reply(section, asked.section, asked.asked):
        case witnessing.Testimony():
            return _told(heads_subject(section.code), said.heads, said.beside)
        case witnessing.Attendance():
            return _told(presence_subject(section.code), said.presence, said.beside)
    return []


def _told(subject: str, word: SignedDocument, beside: Delivery | None) -> list[Parcel]:
    own = Parcel(subject, word.body, word.header)
    return [own] if beside is None else [own, Parcel(beside.subject, beside.body, beside.signature)]


def _answer(section: Section, question: bytes) -> list[Parcel]:
    try:
        asked = msgspec.json.decode(question, type=Question)
    except (ValueError, RecursionError):  # msgspec's own are ValueErrors, too
        return []
    if asked.blob:
        return attachments.answer(section, asked.section, asked.blob, asked.chunks)
    if asked.asked:
        return _heads(section, asked)
    with section.reading() as session:
        if asked.part:
            body = section.ledger.part(session, asked.part)
            return [] if body is None else [Parcel(part_subject(asked.section, asked.part), body)]
        count = max(0, min(ANSWERED, asked.last - asked.first + 1))
        events = section.ledger.events_after(session, asked.section, asked.epoch, asked.first - 1, count)
    sound = (event for event in events if event.signed.hash == event.hash)  # a bit that flipped on our disk must not leave it
    return [Parcel(event.address.subject, event.signed.body, event.signed.signature) for event in sound]
