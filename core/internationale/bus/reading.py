"""Reading what a hub keeps, by subject or by position: JetStream's batched direct get, which nats-py does not offer."""

import asyncio
import contextlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import BLOB, HEADS, LOG, PART, PROOF, ROSTER, SEED, Declined, Parcel, Unprovisioned, Unreachable, streams
from internationale.bus.again import again
from internationale.bus.headers import LEFT_OUT, SEQUENCE, STATUS
from internationale.bus.listening import listening

Shape = TypeVar("Shape", bound=msgspec.Struct)
SIGNATURE = "Intl-Sig"
_AT_ONCE = 100
"""Subjects of one question."""
_WAIT = 5.0
_BESIDE = 16 * 1024
"""Bytes of what is said of a message when it is handed out: its subject is the longest of it, and may have 4 KiB."""
MOST_NAMES = {LOG: 1_000_000, SEED: 100_000, BLOB: 100_000, PART: 100_000, HEADS: 10_000, ROSTER: 10_000, PROOF: 10_000}
"""Names of one answer, by stream. No log of a section is so long, no file has so many chunks, no version of the list so many who
carry it; a hub that tells of more would not come to an end.
"""
_LONGEST = 256
"""Bytes of a name in such an answer, more than any of ours has. Of a longer answer than all of them make nothing is read."""
_PAGES = 100
"""A server tells of 100,000 names on one page."""
_SHOWN = 40
"""Letters of what a hub said wrongly that are shown."""
_LENGTH = 200
"""Letters of what is wrong with it."""
_WILD = frozenset("*>")
_LAST = 2**63 - 1
"""The last position that a stream can come to, in whatever time."""


@contextlib.contextmanager
def unreachable() -> Iterator[None]:
    """Turn everything that says "not now" into ``Unreachable``, and what the library cannot read. Around its calls only."""
    try:
        yield
    except nats.errors.NoRespondersError as error:
        raise Unprovisioned("nothing answers there") from error
    except (nats.js.errors.BadRequestError, nats.js.errors.ServerError) as error:
        raise Declined(error.description or str(error)) from error
    except (TimeoutError, OSError, nats.errors.Error) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Unreachable(f"what no hub answers ({type(error).__name__}: {str(error)[:_SHOWN]})") from error


def parcel(message: Msg, subject: str | None = None) -> Parcel:
    """A message as it came. Header values that are not plain ASCII text count as missing: they fail verification."""
    headers = message.headers or {}
    signature = headers.get(SIGNATURE)
    plain = isinstance(signature, str) and signature.isascii()
    return Parcel(subject or headers.get("Nats-Subject", message.subject), message.data, signature if plain and signature else "")


def room(stream: str, count: int) -> int:
    """How many bytes so many messages of a stream have at most: no longer ones are stored there."""
    return count * ((streams.CONFIGURATIONS[stream].max_msg_size or 0) + _BESIDE)


def placed(message: Msg) -> bool:
    """Whether an answer is something that the stream keeps: its place there is written by the server, over whatever its publisher
    wrote.
    """
    return SEQUENCE in (message.headers or {})


def status(message: Msg) -> str:
    """The code of the server's word about a question; empty for what is none."""
    return "" if message.data or placed(message) else (message.headers or {}).get(STATUS, "")


async def read(client: Client, subjects: Sequence[str]) -> dict[str, Parcel]:
    """What is kept under exactly these subjects of one stream.

    Whoever may publish can do so under ``*`` itself; asked for by that name a stream tells of others. So nobody is asked for it.
    """
    found: dict[str, Parcel] = {}
    subjects = [subject for subject in subjects if not _WILD.intersection(subject)]
    for start in range(0, len(subjects), _AT_ONCE):
        wanted = list(subjects[start : start + _AT_ONCE])
        while wanted:
            answers = await _ask(client, streams.stream_of(wanted[0]), {"multi_last": wanted}, len(wanted))
            asked = set(wanted)
            found.update((answer.subject, answer) for answer in map(parcel, answers) if answer.subject in asked)
            wanted = [subject for subject in wanted if subject not in found]
            if len(wanted) == len(asked):
                break  # a large answer comes in pieces; in one without anything new the rest is not there
    return found


async def read_range(client: Client, stream: str, first: int, count: int) -> list[tuple[int, Parcel]]:
    """Up to ``count`` messages from position ``first`` on, with their positions."""
    answers = await _ask(client, stream, {"seq": first, "batch": count}, count)
    return [(_position(message), parcel(message)) for message in answers]


async def names(client: Client, pattern: str) -> set[str]:
    """The subjects of one stream under a pattern; the server tells them page by page. Of more than ``MOST_NAMES`` so many, and
    none of a page that is too large: where others may publish, they can make it so.
    """
    stream, found, told = streams.stream_of(pattern), set[str](), 0
    most, fits = MOST_NAMES[stream], _pattern(pattern).fullmatch
    for _ in range(_PAGES):
        question = json.dumps({"subjects_filter": pattern, "offset": told}).encode()
        with unreachable():
            message = await client.request(f"$JS.API.STREAM.INFO.{stream}", question, timeout=_WAIT)
        if status(message) == LEFT_OUT or len(message.data) > most * _LONGEST:
            return found
        before = len(found)
        count, total = await asyncio.to_thread(_turn, message.data, stream, fits, most, found)  # it may be large
        told += count
        if len(found) == before or told >= total or len(found) >= most:  # a page without a new name is no way on
            break
    return found


def _turn(page: bytes, stream: str, fits: Callable[[str], object], most: int, found: set[str]) -> tuple[int, int]:
    """Add a page's names to those that were ``found``, up to ``most``. How many it has, and how many there are in all.

    Raises ``Unreachable``.
    """
    answer = told(page, _Page, stream)
    if answer.error is not None:
        raise Unprovisioned(f"no {stream}")
    if answer.state is None:
        raise Unreachable(f"no answer about {stream}")
    names = answer.state.subjects or {}
    new = (name for name in names if name not in found and fits(name))
    found.update(itertools.islice(new, most - len(found)))
    return len(names), answer.total


def told(answer: bytes, shape: type[Shape], about: str) -> Shape:
    """What a hub answered, of this shape. Raises ``Unreachable`` for what has another, or none at all."""
    try:
        return msgspec.json.decode(answer, type=shape)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise Unreachable(f"no answer about {about}: {str(error)[:_LENGTH]}") from error


class _State(msgspec.Struct):
    subjects: dict[str, int] | None = None


class _Page(msgspec.Struct):
    """What a server tells of a stream, as far as it is asked for here."""

    state: _State | None = None
    total: int = 0
    error: dict[str, Any] | None = None


def _pattern(subjects: str) -> re.Pattern[str]:
    """A pattern as NATS has it: ``*`` is one word of a subject, which has none in it itself (see ``read``)."""
    return re.compile(r"\.".join("[^.*>]+" if word == "*" else re.escape(word) for word in subjects.split(".")))


def position(number: object) -> int:
    """A place in a stream as a hub tells it; 0: before the first. Raises ``Unreachable`` for what is none."""
    if type(number) is not int or not 0 <= number <= _LAST:
        raise Unreachable(f"no place in a stream: {str(number)[:_SHOWN]!r}")
    return number


def _position(message: Msg) -> int:
    written = (message.headers or {}).get(SEQUENCE, "")
    short = written.isascii() and written.isdecimal() and len(written) <= len(str(_LAST))
    return position(int(written) if short else written)


async def _ask(client: Client, stream: str, question: Mapping[str, Any], most: int) -> list[Msg]:
    """What the stream answers, and of that not more than was asked for, whatever comes."""
    return await again(partial(_ask_once, client, stream, question, most))


async def _ask_once(client: Client, stream: str, question: Mapping[str, Any], most: int) -> list[Msg]:
    found = list[Msg]()
    with unreachable():
        async with listening(client, room(stream, most)) as answers:
            await client.publish(f"$JS.API.DIRECT.GET.{stream}", json.dumps(question).encode(), reply=answers.name)
            while placed(message := await answers.next(_WAIT)):
                found.append(message)
                if len(found) == most:
                    return found
    if status(message) == "503":
        raise Unprovisioned(f"no {stream}")
    if not status(message):
        raise Unreachable(f"no place in {stream}")
    return found
