"""Asking another section directly over the hub's plain request and reply: nothing is stored.

Question: bytes on ``intl.v1.req.<asked>.<asker>``. Answer: on ``intl.v1.ans.<asker>.<asked>.<32 hexadecimal digits>``, which the
question names, one message for each parcel (headers ``Intl-Sig``, ``Intl-Subject``), closed by an empty message without headers.

At a hub with users nobody asks or answers under another's name, and nobody hears what is not for itself. The server itself sends
answers of its own wherever who asked it wants them, here too: what does not come as a question does is none. One is answered
where its asker listens and nowhere else: what we say as ourselves is not for others to place, nor are orders to the hub.
"""

import asyncio
import contextlib
import logging
import re

from nats.aio.client import Client
from nats.aio.msg import Msg

from internationale.bus import Answer, Parcel
from internationale.bus.listening import TooMuch, listening
from internationale.bus.reading import SIGNATURE, parcel, status, unreachable

_log = logging.getLogger(__name__)
_SUBJECT = "Intl-Subject"
LARGEST = 64 * 1024 * 1024
"""Bytes of one answer that are read, about: nobody can make us keep more by answering without end."""


async def ask(client: Client, own: str, section: str, question: bytes, wait: float) -> list[Parcel]:
    """What the section answers us (``own``) within ``wait`` seconds of silence."""
    found: list[Parcel] = []
    with unreachable():
        async with listening(client, LARGEST, f"intl.v1.ans.{own}.{section}") as answers:
            await client.publish(f"intl.v1.req.{section}.{own}", question, reply=answers.name)
            with contextlib.suppress(TimeoutError, TooMuch):
                while (message := await answers.next(wait)).headers and not status(message):
                    found.append(parcel(message, message.headers.get(_SUBJECT, "")))
    return found


async def serve(client: Client, section: str, answer: Answer) -> None:
    """Answer questions to this section as long as the connection lasts."""

    async def asked(message: Msg) -> None:
        if not _asker(message, section):
            _log.warning(
                "what is no question is not answered: %s, with the answer to %s", message.subject[:100], message.reply[:100]
            )
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

    await client.subscribe(f"intl.v1.req.{section}.*", cb=asked)
    for _ in range(2):  # a ping overtakes what is yet to be written, which a first round trip leaves time for
        await client.flush()


def _asker(message: Msg, own: str) -> str:
    """Who asks; empty when this is no question to us, or wants its answer anywhere but where its asker listens."""
    fits = re.fullmatch(rf"intl\.v1\.req\.{re.escape(own)}\.([^.*>\s]+)", message.subject)
    if fits is None:
        return ""
    place = rf"intl\.v1\.ans\.{re.escape(fits[1])}\.{re.escape(own)}\.[0-9a-f]{{32}}"
    return fits[1] if re.fullmatch(place, message.reply) else ""
