"""Deleting what one section has left in a hub under its own names, for who looks after it; and contents that were taken back.

First it is looked at, and what was looked at is what is deleted: each order to the server has a name of the section's own, or all
of them, and the last position that was counted. So what comes meanwhile stays, and nothing of anybody else's is ever named.
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from internationale.bus import BLOB, Declined, Parcel, Unprovisioned, Unreachable, streams
from internationale.bus.connecting import TIMEOUT, Line, reach
from internationale.bus.protocol import Plain
from internationale.bus.reading import names, parcel, told, unreachable
from internationale.bus.scanning import Scan, scan
from internationale.bus.weighing import Weighing, Whole, weight
from internationale.events.nkey import Nkey
from internationale.events.refs import SECTION

PATIENCE = 600.0
"""Seconds that it is waited until a server has deleted something: it reads through all that lies between."""
_SOON = 30.0
"""The same for a single content, while whoever watches the hub has more to do; a server goes on with it all the same."""
_AT_ONCE = 32
"""Orders under way, where names are deleted one by one."""
_UNSPEAKABLE = frozenset("*>\ufffd")
"""Of a name with one of these nothing is ordered: it means others as well, or came as bytes that are no text."""


@dataclass(frozen=True)
class Operator:
    """Who looks after which hub: its addresses, the administrator's key, to what its certificate must lead (PEM)."""

    url: str
    nkey: Nkey
    certificates: str | None = None


@dataclass(frozen=True)
class Rule:
    """What of a stream ``stays``, told from a message and the moment at which it came to the hub. ``bodies``: whether it is asked
    with the body of each message; otherwise all are empty. ``together``: where some of it stays only with others, asked of each
    name when all were seen. Names are remembered for that: it is for streams that are little.
    """

    stays: Callable[[Parcel, datetime], bool]
    bodies: bool = True
    together: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class Left:
    """What is to be deleted of one stream: so many ``messages`` with so many ``bytes`` in the store, up to position ``last``.

    ``pattern``: all that the section has there. ``names``: of it those that are deleted one by one; None: all. ``inseparable``:
    messages that cannot be deleted without others, and are not.
    """

    stream: str
    pattern: str
    last: int
    messages: int = 0
    bytes: int = 0
    names: tuple[str, ...] | None = None
    inseparable: int = 0


async def look(operator: Operator, section: str, wanted: Sequence[str], rules: Mapping[str, Rule]) -> list[Left]:
    """What a section has left in the streams that are ``wanted``, in this order, up to where each is now. Where there is a rule,
    without what stays. Raises ``Unreachable``, ``ValueError`` for what is no code of a section.
    """
    if not re.fullmatch(SECTION, section):
        raise ValueError(section)
    async with _line(operator) as line:
        lasts = [await _last(line, stream) for stream in wanted]
    found = list[Left]()
    for stream, last in zip(wanted, lasts, strict=True):
        rule = rules.get(stream)
        async with _line(operator, Whole if rule is not None and rule.bodies else Weighing) as line:
            found.append(await _count(line, Left(stream, _pattern(stream, section), last), rule))
    return found


async def forget(operator: Operator, contents: Sequence[tuple[str, str]], within: float) -> dict[tuple[str, str], int]:
    """Delete what these sections have left of the contents of attachments (a code and 64 hex digits each): of one, and of more as
    long as not so many seconds have passed. Returns how many messages the hub says that it deleted, of each that it was asked.
    Raises ``Unreachable``, also when some are deleted already.

    Only what stands under their own names: whoever attached what is another's, and took it back, would have that deleted.
    """
    done, end = dict[tuple[str, str], int](), time.monotonic() + within
    async with _line(operator) as line:
        for section, blob in contents:
            done[section, blob] = await _forget(line.client, f"intl.v1.blob.{section}.{blob}")
            if time.monotonic() > end:
                break
    return done


async def _forget(client: Client, content: str) -> int:
    """A server that has nothing of it is not made to read through all that it has."""
    if not await names(client, f"{content}.*"):
        return 0
    return await _say(client, BLOB, {"filter": f"{content}.>"}, _SOON)


async def purge(operator: Operator, found: Sequence[Left]) -> int:
    """Delete what was found. Returns how many messages the hub says that it deleted. Raises ``Unreachable``, also when some are
    deleted already.
    """
    deleted = 0
    async with _line(operator) as line:
        for left in found:
            names = left.names if left.names is not None else (left.pattern,)
            for start in range(0, len(names), _AT_ONCE):
                orders = (_order(line.client, left, name) for name in names[start : start + _AT_ONCE])
                deleted += sum(await asyncio.gather(*orders))
    return deleted


def _pattern(stream: str, section: str) -> str:
    """All names of a section in a stream. A server takes ``>`` as a word of a name too, and ``*`` does not stand for that word:
    only a pattern that ends in ``>`` finds every name.
    """
    (subject,) = streams.CONFIGURATIONS[stream].subjects or [""]
    kind, _wild, more = subject.partition("*")
    return f"{kind}{section}.>" if more else f"{kind}{section}"


@contextlib.asynccontextmanager
async def _line(operator: Operator, kind: type[Client] = Plain) -> AsyncIterator[Line]:
    line = await reach(operator.url, "administrator", operator.nkey, operator.certificates, kind)
    try:
        with unreachable():
            yield line
    finally:
        await line.close()


async def _last(line: Line, stream: str) -> int:
    try:
        return (await line.client.jetstream(timeout=TIMEOUT).stream_info(stream)).state.last_seq
    except NotFoundError as error:
        raise Unprovisioned(f"no {stream}") from error


@dataclass
class _Count:
    rule: Rule | None
    messages: int = 0
    bytes: int = 0
    kept: int = 0
    names: list[tuple[str, int]] = field(default_factory=list)
    """With the bytes of each; only where something may stay."""
    depending: list[tuple[str, int]] = field(default_factory=list)
    """Of what was kept, that which stays only with others."""

    def see(self, message: Msg, _position: int) -> None:
        self.messages += 1
        self.bytes += weight(message)
        if self.rule is None:
            return
        if self.rule.stays(parcel(message, message.subject), message.metadata.timestamp):
            self.kept += 1
            if self.rule.together is not None:
                self.depending.append((message.subject, weight(message)))
        else:
            self.names.append((message.subject, weight(message)))

    def end(self) -> None:
        """All were seen."""
        if self.rule is not None and self.rule.together is not None:
            alone = [(name, size) for name, size in self.depending if not self.rule.together(name)]
            self.kept -= len(alone)
            self.names += alone


async def _count(line: Line, left: Left, rule: Rule | None) -> Left:
    count = _Count(rule)
    wanted = Scan(left.stream, 1, left.last, left.pattern, bodies=rule is not None and rule.bodies)
    if await scan(line.client, line.client.jetstream(timeout=TIMEOUT), wanted, count.see) < left.last:
        raise Unreachable(f"not all of {left.stream} could be read")
    count.end()
    if not count.kept:
        return Left(left.stream, left.pattern, left.last, count.messages, count.bytes, names=None if count.messages else ())
    alone = [(name, size) for name, size in count.names if not _UNSPEAKABLE.intersection(name)]
    return Left(
        left.stream,
        left.pattern,
        left.last,
        len(alone),
        sum(size for _name, size in alone),
        tuple(name for name, _size in alone),
        len(count.names) - len(alone),
    )


class _Answer(msgspec.Struct):
    purged: int = 0
    error: dict[str, Any] | None = None


async def _order(client: Client, left: Left, name: str) -> int:
    return await _say(client, left.stream, {"filter": name, "seq": left.last + 1})


async def _say(client: Client, stream: str, order: Mapping[str, str | int], patience: float = PATIENCE) -> int:
    answer = await client.request(f"$JS.API.STREAM.PURGE.{stream}", json.dumps(order).encode(), timeout=patience)
    said = told(answer.data, _Answer, stream)
    if said.error is not None:
        raise Declined(str(said.error.get("description", ""))[:200])
    return said.purged
