"""Publishing: one message alone, several as JetStream atomic batches (one fsync for all of them)."""

import logging
from collections.abc import Iterable, Sequence

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError

from internationale.bus import Outcome, Parcel, Unprovisioned, Unreachable, streams
from internationale.bus.listening import unforeseeable
from internationale.bus.reading import SIGNATURE, position, read, told
from internationale.events.portions import portions

_log = logging.getLogger(__name__)

AT_ONCE = 500
"""Messages of one atomic batch; the server takes 1,000."""
BYTES_AT_ONCE = 4 * 1024 * 1024
_WAIT = 5.0
_SHOWN = 200
"""Letters of why something is refused."""
_REFUSED = (10071, 10077, 10201)
"""Wrong last sequence; limit for the subject (or of the stream) reached; duplicate inside a batch."""


async def store(client: Client, parcels: Sequence[Parcel]) -> list[Outcome]:
    """See ``Bus.publish``. Never raises for what a hub does not store, whatever it says of it; ``Unprovisioned`` when it has no
    stream, ``Unreachable`` where it answers what no hub does.
    """
    outcomes: list[Outcome] = []
    for batch in portions(parcels, BYTES_AT_ONCE, AT_ONCE):
        outcomes += await _batch(client, batch)
    return outcomes


async def _batch(client: Client, parcels: Sequence[Parcel]) -> list[Outcome]:
    if len(parcels) == 1:
        return [await _one(client, parcels[0])]
    try:
        await _all_or_none(client, parcels)
    except APIError as error:
        if error.err_code in _REFUSED:
            return await _missing_ones(client, parcels)
        _tell(error)
        return await _singly(client, parcels)
    except (TimeoutError, OSError, nats.errors.Error) as error:
        return _unknown(error, len(parcels))
    return [Outcome.STORED] * len(parcels)


async def _missing_ones(client: Client, parcels: Sequence[Parcel]) -> list[Outcome]:
    """The hub already has some of them: compare those, and store the others."""
    there = await _kept(client, parcels)
    missing = [parcel for parcel in parcels if parcel.subject not in there]
    way = _singly if len(missing) == len(parcels) else store  # refused for another reason (full): tell each its own
    stored = dict(zip((parcel.subject for parcel in missing), await way(client, missing), strict=True))
    return [stored[parcel.subject] if parcel.subject in stored else _compare(parcel, there) for parcel in parcels]


async def _singly(client: Client, parcels: Sequence[Parcel]) -> list[Outcome]:
    """One after the other, until one is not stored: a hub that is full or silent is not asked for all the others, too.

    Also where the hub takes no batch. Whoever may publish can keep as many open as it has for all.
    """
    outcomes: list[Outcome] = []
    for parcel in parcels:
        outcomes.append(await _one(client, parcel))
        if outcomes[-1] is Outcome.UNKNOWN:
            break
    return outcomes + [Outcome.UNKNOWN] * (len(parcels) - len(outcomes))


async def _one(client: Client, parcel: Parcel) -> Outcome:
    try:
        _read(await client.request(parcel.subject, parcel.body, timeout=_WAIT, headers=_headers(parcel)), parcel)
    except APIError as error:
        if error.err_code in _REFUSED:
            return _compare(parcel, await _kept(client, [parcel]))
        _tell(error)
        return Outcome.UNKNOWN
    except (TimeoutError, OSError, nats.errors.Error) as error:
        return _unknown(error, 1)[0]
    return Outcome.STORED


async def _all_or_none(client: Client, parcels: Sequence[Parcel]) -> None:
    """An atomic batch: first and last are requests, the others are not answered. Source: NATS ADR-50."""
    batch = unforeseeable()  # it is stored, for all to read, and who could count on from it knew where our answers go
    last = len(parcels)
    for number, parcel in enumerate(parcels, 1):
        headers = {**_headers(parcel), "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        if number == last:
            headers["Nats-Batch-Commit"] = "1"
        if number in (1, last):
            answer = await client.request(parcel.subject, parcel.body, timeout=_WAIT, headers=headers)
            if number == last or answer.data:  # to the first there is nothing to say, unless something is wrong
                said = _read(answer, parcel)
                if (said.batch, said.count) != (batch, last):
                    raise Unreachable(f"no answer about {streams.stream_of(parcel.subject)}: not for all that was sent")
        else:
            await client.publish(parcel.subject, parcel.body, headers=headers)


class _Refusal(msgspec.Struct):
    code: int = 0
    err_code: int = 0
    description: str = ""


class _Answer(msgspec.Struct):
    """What a stream says to what was published. ``batch``, ``count``: of several at once, which and how many."""

    stream: str = ""
    seq: int = 0
    batch: str = ""
    count: int = 0
    error: _Refusal | None = None


def _read(answer: Msg, parcel: Parcel) -> _Answer:
    """That it is stored. Raises ``APIError`` where it is refused, ``Unreachable`` for what says neither."""
    stream = streams.stream_of(parcel.subject)
    said = told(answer.data, _Answer, stream)
    if said.error is not None:
        raise APIError(code=said.error.code, err_code=said.error.err_code, description=said.error.description[:_SHOWN])
    if not said.stream or not position(said.seq):  # where hubs lead to another, it is stored under another name
        raise Unreachable(f"no answer about {stream}: not where it is stored")
    return said


def _tell(error: APIError) -> None:
    """What a hub has against storing: it is full, or has no room for a batch. It may have some later."""
    _log.info("the hub does not store this now: %s (%s)", error.description, error.err_code)


def _unknown(error: Exception, count: int) -> list[Outcome]:
    if isinstance(error, nats.errors.NoRespondersError):
        raise Unprovisioned("no stream") from error
    return [Outcome.UNKNOWN] * count


async def _kept(client: Client, parcels: Iterable[Parcel]) -> dict[str, Parcel]:
    return await read(client, [parcel.subject for parcel in parcels])


def _compare(parcel: Parcel, there: dict[str, Parcel]) -> Outcome:
    """Bodies only: signing the same bytes again changes nothing about what was said."""
    kept = there.get(parcel.subject)
    if kept is None:
        return Outcome.UNKNOWN
    return Outcome.PRESENT if kept.body == parcel.body else Outcome.TAKEN


def _headers(parcel: Parcel) -> dict[str, str]:
    return {SIGNATURE: parcel.signature} if parcel.signature else {}
