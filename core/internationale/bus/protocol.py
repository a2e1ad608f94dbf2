"""What a server says, message by message, however it is said.

The library reads it with patterns that some subjects do not fit (a vertical tab is a letter to the server, and a space to them),
decodes what need not be text, and fails at header blocks that are none; any of it ends its reading for good. Every member of a
hub can store such a message for all the others. Here it is a message like any other, whose signature then does not verify. One
that is longer than any of ours (a list of names that members filled a stream with) is let pass by, and a word takes its place.
"""

import json
import logging
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import aiohttp
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import headers, informing
from internationale.bus.again import again
from internationale.bus.ending import drop

_log = logging.getLogger(__name__)
MOST = 16 * 1024 * 1024
"""Bytes of one message of a hub: far above the longest answer to any question of ours."""
PASSED = 1024 * 1024 * 1024
"""Bytes of one that is still waited for while it passes by. What is longer has no end, and the connection has one."""
_LEFT_OUT = f"NATS/1.0 {headers.LEFT_OUT} Too Large\r\n\r\n".encode()
LINE = 1024 * 1024
"""Bytes of one line: what a cluster tells of itself is the longest."""
_END = b"\r\n"
_SPACES = re.compile(rb"[ \t]+")


class Plain(Client):
    """The library's client, which takes a message for what it can be taken for."""

    def __init__(self) -> None:
        super().__init__()
        self._ps = Reader(self)  # type: ignore[assignment]  # in the place of the library's

    async def _process_connect_init(self) -> None:
        """What came to nothing is dropped: while it comes back, the library makes the next connection and forgets this one."""
        try:
            await super()._process_connect_init()
        except (OSError, TimeoutError, nats.errors.Error, aiohttp.ClientError):
            drop(self._transport)
            raise
        except Exception as error:
            drop(self._transport)
            raise nats.errors.ProtocolError("nats: what no server says") from error

    async def request(self, *arguments: Any, **named: Any) -> Msg:
        """See ``again``."""
        return await again(partial(super().request, *arguments, **named))

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        """What is left out is gone for the library too: it keeps the first of them, and every address that it is told of."""
        needed = informing.needed(info)
        info.clear()
        info.update(needed)
        await super()._process_info(info, initial_connection)

    async def _process_headers(self, block: bytes | None) -> dict[str, str] | None:
        return (headers.parse(block) if block else None) or None

    def _build_message(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None) -> Msg:
        """Bytes that are no text become a sign that says so: no subject of ours has it."""
        name, answer = subject.decode(errors="replace"), reply.decode(errors="replace")
        return self.msg_class(subject=name, reply=answer, data=data, headers=headers, _client=self, _sid=sid)


@dataclass(frozen=True)
class _Announced:
    """A message whose bytes are to come: ``head`` of its ``size`` bytes are its headers."""

    subject: bytes
    number: int
    reply: bytes
    head: int
    size: int
    left_out: bool = False


class Reader:
    """Bytes in, messages and the server's other words out, to the client. In the place of the library's parser."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.reset()

    def reset(self) -> None:
        """Another connection begins."""
        self._came = bytearray()
        self._announced: _Announced | None = None

    async def parse(self, data: bytes = b"") -> None:
        """More bytes came. Raises ``nats.errors.ProtocolError`` for what no server says."""
        self._came.extend(data)
        while await (self._message(self._announced) if self._announced else self._line()):
            pass

    async def _message(self, announced: _Announced) -> bool:
        if announced.size > MOST:
            return await self._pass(announced)
        if len(self._came) < announced.size + len(_END):
            return False
        whole = bytes(self._came[: announced.size])
        del self._came[: announced.size + len(_END)]
        await self._hand(announced, whole[: announced.head], whole[announced.head :])
        return True

    async def _pass(self, announced: _Announced) -> bool:
        gone = min(len(self._came), announced.size - MOST)
        del self._came[:gone]
        self._announced = replace(announced, size=announced.size - gone, left_out=True)
        return gone > 0

    async def _hand(self, announced: _Announced, block: bytes, body: bytes) -> None:
        self._announced = None
        if announced.left_out:
            block, body = _LEFT_OUT, b""
        try:
            await self._client._process_msg(announced.number, announced.subject, announced.reply, body, block)
        except Exception:
            _log.exception("a message could not be read")

    async def _line(self) -> bool:
        end = self._came.find(_END)
        if end > LINE or (end < 0 and len(self._came) > LINE):
            raise nats.errors.ProtocolError("nats: a line without an end")
        if end < 0:
            return False
        word, *rest = _SPACES.split(bytes(self._came[:end]), maxsplit=1)
        del self._came[: end + len(_END)]
        try:
            await self._heard(word.upper(), b"".join(rest))
        except (OSError, nats.errors.Error):
            raise
        except Exception as error:
            raise nats.errors.ProtocolError("nats: what no server says") from error
        return True

    async def _heard(self, word: bytes, rest: bytes) -> None:
        client = self._client
        if word in (b"MSG", b"HMSG"):
            self._announced = _announced(_SPACES.split(rest.strip(b" \t")), headed=word == b"HMSG")
        elif word == b"PING":
            await client._process_ping()
        elif word == b"PONG":
            await client._process_pong()
        elif word == b"INFO":
            await client._process_info(json.loads(rest))
        elif word == b"-ERR":
            await client._process_err(rest.decode(errors="replace").strip().lower())
        elif word != b"+OK":
            raise ValueError(word[:20])


def _announced(said: list[bytes], *, headed: bool) -> _Announced:
    """``<subject> <number> [<reply>] [<bytes of headers>] <bytes>``. Raises ``ValueError``."""
    sizes = 2 if headed else 1
    subject, number, *reply = said[:-sizes]
    head, size = int(said[-2]) if headed else 0, int(said[-1])
    if not 0 <= head <= size <= PASSED or len(reply) > 1:
        raise ValueError(said)
    return _Announced(subject, int(number), b"".join(reply), head, size)
