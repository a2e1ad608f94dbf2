"""Asking another section directly over the hub's plain request and reply: nothing is stored.

Question: bytes on ``intl.v1.req.<asked>.<asker>``. Answer: on ``intl.v1.ans.<asker>.<asked>.<32 hexadecimal digits>``, which the
question names, one message for each parcel (headers ``Intl-Sig``, ``Intl-Subject``), closed by an empty message without headers.

At a hub with users nobody asks or answers under another's name, and nobody hears what is not for itself. The server itself sends
answers of its own wherever who asked it wants them, here too: what does not come as a question does is none. One is answered
where its asker listens and nowhere else: what we say as ourselves is not for others to place, nor are orders to the hub.
"""

import asyncio
import contextlib

from nats.aio.client import Client

from internationale.bus import Answer, Parcel
from internationale.bus.answering import SUBJECT, Answering
from internationale.bus.listening import TooMuch, listening
from internationale.bus.reading import parcel, status, unreachable

LARGEST = 64 * 1024 * 1024
"""Bytes of one answer that are read, about: nobody can make us keep more by answering without end."""
MOST = 1000
"""Parcels of one answer that are read."""
LONGEST = 5
"""How many times the patience with silence a whole answer may take."""


async def ask(client: Client, own: str, section: str, question: bytes, wait: float, *, largest: int | None) -> list[Parcel]:
    """What the section answers us (``own``), until it is silent for ``wait`` seconds, or goes on without end: up to so many
    bytes.
    """
    found: list[Parcel] = []
    with unreachable():
        async with listening(client, largest or LARGEST, f"intl.v1.ans.{own}.{section}") as answers:
            await client.publish(f"intl.v1.req.{section}.{own}", question, reply=answers.name)
            clock = asyncio.get_running_loop().time
            end = clock() + LONGEST * wait
            with contextlib.suppress(TimeoutError, TooMuch):
                while len(found) < MOST:
                    message = await answers.next(min(wait, end - clock()))
                    if not message.headers or status(message):
                        break
                    found.append(parcel(message, message.headers.get(SUBJECT, "")))
    return found


async def serve(client: Client, section: str, answer: Answer) -> Answering:
    """Answer questions to this section as long as the connection lasts, or until what is returned is stopped."""
    answering = Answering(client, section, answer)
    await client.subscribe(f"intl.v1.req.{section}.*", cb=answering.asked)
    for _ in range(2):  # a ping overtakes what is yet to be written, which a first round trip leaves time for
        await client.flush()
    return answering
