"""Reading what a hub keeps, by subject or by position: JetStream's batched direct get, which nats-py does not offer."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import Parcel, Unprovisioned, Unreachable, streams
from internationale.bus.listening import listening

SIGNATURE = "Intl-Sig"
_AT_ONCE = 100
"""Subjects of one question."""
_WAIT = 5.0


@contextlib.contextmanager
def unreachable() -> Iterator[None]:
    """Turn everything that says "not now" into ``Unreachable``."""
    try:
        yield
    except nats.errors.NoRespondersError as error:
        raise Unprovisioned("nothing answers there") from error
    except (TimeoutError, OSError, nats.errors.Error) as error:
        raise Unreachable(str(error) or type(error).__name__) from error


def parcel(message: Msg, subject: str | None = None) -> Parcel:
    """A message as it came. Header values that are not plain ASCII text count as missing: they fail verification."""
    headers = message.headers or {}
    signature = headers.get(SIGNATURE)
    plain = isinstance(signature, str) and signature.isascii()
    return Parcel(subject or headers.get("Nats-Subject", message.subject), message.data, signature if plain and signature else "")


def status(message: Msg) -> str:
    """The status code of a message that carries none of the kept things; empty for the others."""
    return "" if message.data else str((message.headers or {}).get("Status", ""))


async def read(client: Client, subjects: Sequence[str]) -> dict[str, Parcel]:
    """What is kept under exactly these subjects of one stream."""
    found: dict[str, Parcel] = {}
    for start in range(0, len(subjects), _AT_ONCE):
        wanted = list(subjects[start : start + _AT_ONCE])
        while wanted:
            answers = [parcel(message) async for message in _answers(client, wanted[0], {"multi_last": wanted})]
            found.update((answer.subject, answer) for answer in answers)
            left = [subject for subject in wanted if subject not in found]
            wanted = left if answers else []  # a large answer comes in pieces; no answer: the rest is not there
    return found


async def read_range(client: Client, stream: str, first: int, count: int) -> list[tuple[int, Parcel]]:
    """Up to ``count`` messages from position ``first`` on, with their positions."""
    question = {"seq": first, "batch": count}
    return [
        (int((message.headers or {})["Nats-Sequence"]), parcel(message))
        async for message in _ask_stream(client, stream, question)
    ]


async def names(client: Client, pattern: str) -> set[str]:
    """The subjects of one stream under a pattern; the server tells them page by page."""
    stream, found = streams.stream_of(pattern), set[str]()
    while True:
        question = json.dumps({"subjects_filter": pattern, "offset": len(found)}).encode()
        with unreachable():
            answer = json.loads((await client.request(f"$JS.API.STREAM.INFO.{stream}", question, timeout=_WAIT)).data)
        if "error" in answer:
            raise Unprovisioned(f"no {stream}")
        page = answer["state"].get("subjects") or {}
        found.update(page)
        if not page or len(found) >= answer.get("total", 0):
            return found


def _answers(client: Client, subject: str, question: Mapping[str, Any]) -> AsyncIterator[Msg]:
    return _ask_stream(client, streams.stream_of(subject), question)


async def _ask_stream(client: Client, stream: str, question: Mapping[str, Any]) -> AsyncIterator[Msg]:
    with unreachable():
        async with listening(client) as answers:
            await client.publish(f"$JS.API.DIRECT.GET.{stream}", json.dumps(question).encode(), reply=answers.name)
            while not status(message := await answers.next(_WAIT)):
                yield message
    if status(message) == "503":
        raise Unprovisioned(f"no {stream}")
