"""Publishing: one message alone, several as JetStream atomic batches (one fsync for all of them)."""

import json
from collections.abc import Iterable, Iterator, Sequence

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError, NoStreamResponseError

from internationale.bus import Outcome, Parcel, Unprovisioned, Unreachable
from internationale.bus.listening import unforeseeable
from internationale.bus.reading import SIGNATURE, read

AT_ONCE = 500
"""Messages of one atomic batch; the server takes 1,000."""
BYTES_AT_ONCE = 4 * 1024 * 1024
_WAIT = 5.0
_REFUSED = (10071, 10077, 10201)
"""Wrong last sequence; limit for the subject (or of the stream) reached; duplicate inside a batch."""


async def store(client: Client, context: JetStreamContext, parcels: Sequence[Parcel]) -> list[Outcome]:
    """See ``Bus.publish``. Never raises for what a hub may do to one parcel; ``Unprovisioned`` when it has no stream."""
    outcomes: list[Outcome] = []
    for batch in _batches(parcels):
        outcomes += await _batch(client, context, batch)
    return outcomes


def _batches(parcels: Sequence[Parcel]) -> Iterator[list[Parcel]]:
    batch: list[Parcel] = []
    size = 0
    for parcel in parcels:
        if batch and (len(batch) == AT_ONCE or size + len(parcel.body) > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(parcel)
        size += len(parcel.body)
    if batch:
        yield batch


async def _batch(client: Client, context: JetStreamContext, parcels: Sequence[Parcel]) -> list[Outcome]:
    if len(parcels) == 1:
        return [await _one(client, context, parcels[0])]
    try:
        await _all_or_none(client, parcels)
    except APIError as error:
        _raise_unless_refused(error)
        return await _missing_ones(client, context, parcels)
    except (TimeoutError, OSError, nats.errors.Error) as error:
        return _unknown(error, len(parcels))
    return [Outcome.STORED] * len(parcels)


async def _missing_ones(client: Client, context: JetStreamContext, parcels: Sequence[Parcel]) -> list[Outcome]:
    """The hub already has some of them: compare those, and store the others."""
    there = await _kept(client, parcels)
    missing = [parcel for parcel in parcels if parcel.subject not in there]
    if len(missing) == len(parcels):  # refused for another reason (full): tell each its own
        stored = {parcel.subject: await _one(client, context, parcel) for parcel in missing}
    else:
        stored = dict(zip((parcel.subject for parcel in missing), await store(client, context, missing), strict=True))
    return [stored[parcel.subject] if parcel.subject in stored else _compare(parcel, there) for parcel in parcels]


async def _one(client: Client, context: JetStreamContext, parcel: Parcel) -> Outcome:
    try:
        await context.publish(parcel.subject, parcel.body, timeout=_WAIT, headers=_headers(parcel))
    except APIError as error:
        _raise_unless_refused(error)
        return _compare(parcel, await _kept(client, [parcel]))
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
            _raise_refusal(await client.request(parcel.subject, parcel.body, timeout=_WAIT, headers=headers))
        else:
            await client.publish(parcel.subject, parcel.body, headers=headers)


def _raise_refusal(answer: Msg) -> None:
    if answer.data and (error := json.loads(answer.data).get("error")):
        raise APIError(code=error.get("code"), err_code=error.get("err_code"), description=error.get("description"))


def _raise_unless_refused(error: APIError) -> None:
    if error.err_code not in _REFUSED:
        raise Unreachable(f"the hub says {error.err_code}: {error.description}") from error


def _unknown(error: Exception, count: int) -> list[Outcome]:
    if isinstance(error, nats.errors.NoRespondersError | NoStreamResponseError):
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
