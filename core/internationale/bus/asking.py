"""Asking another section directly over the hub's plain request and reply: nothing is stored.

Question: bytes on ``intl.v1.req.<section>``. Answer: one message for each parcel (headers ``Intl-Sig``, ``Intl-Subject``), closed
by an empty message without headers.

The server lets an answer go wherever who asked wants it, and does not look whether they might send there themselves. So an answer
goes into a section's inbox and nowhere else: what we say as ourselves is not for others to place, nor are orders to the hub.
"""

import asyncio
import contextlib
import logging

from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import INBOX, Answer, Parcel
from internationale.bus.listening import listening
from internationale.bus.reading import SIGNATURE, parcel, status, unreachable

_log = logging.getLogger(__name__)
_SUBJECT = "Intl-Subject"
LARGEST = 64 * 1024 * 1024
"""Bytes of one answer that are read, about: nobody can make us keep more by answering without end."""
OVERHEAD = 1024
"""What a message costs besides its body."""


async def ask(client: Client, section: str, question: bytes, wait: float) -> list[Parcel]:
    """What the section answers within ``wait`` seconds of silence."""
    found: list[Parcel] = []
    room = LARGEST
    with unreachable():
        async with listening(client) as answers:
            await client.publish(f"intl.v1.req.{section}", question, reply=answers.name)
            with contextlib.suppress(TimeoutError):
                while room > 0 and (message := await answers.next(wait)).headers and not status(message):
                    found.append(parcel(message, str(message.headers.get(_SUBJECT, ""))))
                    room -= len(message.data) + OVERHEAD
    return found


async def serve(client: Client, section: str, answer: Answer) -> None:
    """Answer questions to this section as long as the connection lasts."""

    async def asked(message: Msg) -> None:
        if not message.reply.startswith(INBOX):
            _log.warning("a question is not answered that wants its answer at %s", message.reply[:100])
            return
        try:
            for found in await answer(message.data):
                headers = {_SUBJECT: found.subject} | ({SIGNATURE: found.signature} if found.signature else {})
                await client.publish(message.reply, found.body, headers=headers)
            await client.publish(message.reply, b"")
        except asyncio.CancelledError:
            raise
        except Exception:
            _log.exception("a question could not be answered")

    await client.subscribe(f"intl.v1.req.{section}", cb=asked)
    for _ in range(2):  # a ping overtakes what is yet to be written, which a first round trip leaves time for
        await client.flush()
