"""Receiving from a durable pull consumer without losing what a crash or a broken connection left half delivered.

The consumer acknowledges *everything up to* a message. So whatever was delivered and not acknowledged before (by an
earlier process, or lost on a broken connection) must be read again before anything newer is acknowledged, otherwise
that acknowledgement would cover it. It is read by its position in the stream; seeing it twice is harmless.
"""

from collections.abc import Sequence

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from internationale.bus import Batch, Parcel, Unprovisioned
from internationale.bus.pulling import Pulled, Puller
from internationale.bus.reading import parcel, position, read_range, unreachable


class Intake:
    """One section's place in one stream."""

    def __init__(self, client: Client, context: JetStreamContext, stream: str, section: str) -> None:
        self._client = client
        self._context = context
        self._stream = stream
        self._section = section
        self._puller = Puller(client, stream, section)
        self._unsure = True
        """Whether something may have been delivered that did not reach us or was not finished."""
        self._again = range(0)
        """Positions to be read again."""
        self._interrupted = False
        self._delivered = 0
        """The consumer's number of what was delivered last, as far as is known."""

    def interrupt(self) -> None:
        """The connection came back: give up the fetch under way, which would wait in vain, and look what was lost."""
        self._unsure = self._interrupted = True
        self._puller.interrupt()

    async def take(self, limit: int, wait: float) -> Batch:
        """See ``Bus.receive``."""
        if self._unsure:
            await self._look_back()
        self._unsure = True  # until done is called
        if self._again:
            return await self._reread(limit)
        pulled = await self._puller.pull(limit, wait)
        with unreachable():
            if not self._gapless(pulled.messages):
                pulled = Pulled([], complete=False)
        if not pulled.messages:
            self._unsure = self._interrupted or not pulled.complete
        return Batch([parcel(message, message.subject) for message in pulled.messages], lambda: self._acknowledge(pulled))

    async def _look_back(self) -> None:
        self._interrupted = False
        with unreachable():
            try:
                info = await self._context.consumer_info(self._stream, self._section)
            except NotFoundError as error:
                raise Unprovisioned(f"no consumer {self._section} on {self._stream}") from error
            acknowledged = position(info.ack_floor.stream_seq or 0) if info.ack_floor else 0
            delivered = position(info.delivered.stream_seq or 0) if info.delivered else 0
            self._delivered = position(info.delivered.consumer_seq or 0) if info.delivered else 0
        self._again = range(acknowledged + 1, delivered + 1)

    def _gapless(self, messages: Sequence[Msg]) -> bool:
        """Whether nothing that was delivered before or between them is missing: who comes back is told what is after that."""
        if not messages:
            return True
        first, last = (messages[at].metadata.sequence.consumer for at in (0, -1))
        before, self._delivered = self._delivered, last
        return first == before + 1 and last - first == len(messages) - 1

    async def _reread(self, limit: int) -> Batch:
        last = self._again.stop - 1
        kept = await read_range(self._client, self._stream, self._again.start, min(limit, len(self._again)))
        reached = kept[-1][0] if kept else last

        async def done() -> None:
            self._again = range(reached + 1, last + 1)
            self._unsure = self._interrupted

        parcels: list[Parcel] = [found for position, found in kept if position <= last]
        return Batch(parcels, done)

    async def _acknowledge(self, pulled: Pulled) -> None:
        if pulled.messages and not self._interrupted:  # else it is looked first what was lost before these
            with unreachable():
                await pulled.messages[-1].ack()  # not waited for: should it get lost, these come again
        self._unsure = self._interrupted or not pulled.complete
