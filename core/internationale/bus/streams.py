"""The streams of a hub and the rights of its consumers, and how they are made.

``deny_purge`` stays off on purpose: an operator may purge a subject that an attacker squats; sections have no right to.
``max_deliver`` is without limit: a finite one silently drops what could not be taken in yet.
"""

from collections.abc import Collection, Mapping

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    StorageType,
    StoreCompression,
    StreamConfig,
    StreamInfo,
)
from nats.js.errors import APIError, BadRequestError, NotFoundError

from internationale.bus import BLOB, HEADS, LOG, PART, PROOF, ROSTER, SEED
from internationale.bus.promising import no_room

_KIND = {"log": LOG, "heads": HEADS, "roster": ROSTER, "part": PART, "proof": PROOF, "seed": SEED, "blob": BLOB}
DELIVERED = (LOG, HEADS, ROSTER, PROOF)
"""The streams with a consumer for each section."""
BLOB_BYTES = 640 * 1024
"""The largest chunk of an attachment: 512 KiB, and what encrypting adds. Servers take 1 MiB unless told otherwise."""

_ONCE = StreamConfig(
    storage=StorageType.FILE,
    max_msgs_per_subject=1,
    discard=DiscardPolicy.NEW,
    discard_new_per_subject=True,
    allow_direct=True,
    deny_delete=True,
    max_msg_size=300 * 1024,
    duplicate_window=120,  # not used: what was said before is refused by its subject, without a time limit
)

CONFIGURATIONS: Mapping[str, StreamConfig] = {
    LOG: _ONCE.evolve(name=LOG, subjects=["intl.v1.log.*.*.*"], allow_atomic=True, compression=StoreCompression.S2),
    PART: _ONCE.evolve(name=PART, subjects=["intl.v1.part.*.*"], allow_atomic=True, deny_delete=False),
    PROOF: _ONCE.evolve(name=PROOF, subjects=["intl.v1.proof.*.*.*.*"]),
    ROSTER: _ONCE.evolve(name=ROSTER, subjects=["intl.v1.roster.*.*"]),
    HEADS: _ONCE.evolve(
        name=HEADS,
        subjects=["intl.v1.heads.*"],
        max_msgs_per_subject=16,
        discard=DiscardPolicy.OLD,
        discard_new_per_subject=False,
    ),
    SEED: _ONCE.evolve(
        name=SEED,
        subjects=["intl.v1.seed.*.*.*.*"],
        discard=DiscardPolicy.OLD,
        discard_new_per_subject=False,
        deny_delete=False,
        allow_atomic=True,
        compression=StoreCompression.S2,
        max_age=30 * 24 * 3600,
    ),
    BLOB: _ONCE.evolve(name=BLOB, subjects=["intl.v1.blob.*.*.*"], deny_delete=False, max_msg_size=BLOB_BYTES),
}


_MIB = 1024 * 1024
LIMITS: Mapping[str, int] = {ROSTER: 64 * _MIB, PROOF: 64 * _MIB, SEED: 1024 * _MIB}
"""Bytes that what anybody may carry takes at most, at a hub that somebody looks after; on a small one less (``_PART``). What is
beyond puts out the oldest, which who holds it brings again: so it never takes the room of the logs.
"""
_LEAST = 2 * _MIB
_PART = 8
"""No limit is more than such a part of what the server has left: it is promised, and the logs must have room beside it."""
_PUTTING_OUT: Mapping[str, object] = {"discard": DiscardPolicy.OLD, "discard_new_per_subject": False}
"""Under its own name a section may set right what is wrong there, and no limit refuses what is new. Only who keeps everybody to
their own names can say so: where everybody may write everywhere, the first stays.
"""


def stream_of(subject: str) -> str:
    """The stream that keeps a subject or a pattern of one kind. Raises ``KeyError`` for a kind that is not ours."""
    return _KIND[subject.split(".")[2]]


async def provision(
    context: JetStreamContext,
    *sections: str,
    replicas: int | None = None,
    blob_bytes: int | None = None,
    limits: bool = False,
) -> None:
    """Make what is missing, and set right what an operator may have changed by mistake. Safe to repeat.

    ``replicas``: on how many servers of a cluster each stream is kept; ``blob_bytes``: how much room attachments may take. None:
    as it is. ``limits``: also what only who looks after a hub decides; sections leave that as they find it.
    """
    for name, configuration in CONFIGURATIONS.items():
        chosen: dict[str, object] = {} if replicas is None else {"num_replicas": replicas}
        if name == BLOB and blob_bytes is not None:
            chosen["max_bytes"] = blob_bytes
        if name in LIMITS and limits:
            await _limit(context, configuration.evolve(**chosen, **_PUTTING_OUT), LIMITS[name])
        else:
            await _make(context, configuration.evolve(**chosen), tuple(_PUTTING_OUT) if name in LIMITS else ())
    for stream in DELIVERED:
        for section in sections:
            await _attach(context, stream, section)


async def _limit(context: JetStreamContext, wanted: StreamConfig, most: int) -> None:
    """With the room that it has already, or as much as is a small part of what the server can still promise.

    What is not there is made with the least first: a cluster, whose servers know late what the others have, may refuse a new
    stream wrongly, but not a larger limit of one that it has.
    """
    try:
        has = (await context.stream_info(wanted.name or "")).config.max_bytes or 0
    except NotFoundError:
        has = 0
        await _make(context, wanted.evolve(max_bytes=_LEAST))
    if has <= 0:
        while most > _LEAST and not await _promised(context, wanted.evolve(max_bytes=_PART * most)):
            most //= 2
    await _make(context, wanted.evolve(max_bytes=has if has > 0 else most))


async def _promised(context: JetStreamContext, wanted: StreamConfig) -> bool:
    try:
        await _make(context, wanted)
    except APIError as refused:
        if not no_room(refused):
            raise
        return False
    return True


async def _make(context: JetStreamContext, wanted: StreamConfig, left: Collection[str] = ()) -> None:
    """``left``: options that stay as they are found."""
    try:
        found = (await context.stream_info(wanted.name or "")).config
    except NotFoundError:
        found = (await _add(context, wanted)).config
    if found.mirror is not None:
        return  # a leaf node's, of the hub beyond it: its operator's affair
    if differing := [name for name in differences(wanted, found) if name not in left]:
        await context.update_stream(found.evolve(**{name: getattr(wanted, name) for name in differing}))


async def _add(context: JetStreamContext, wanted: StreamConfig) -> StreamInfo:
    try:
        return await context.add_stream(wanted)
    except BadRequestError as refused:
        try:
            return await context.stream_info(wanted.name or "")  # another section made it meanwhile
        except NotFoundError:
            raise refused from None


async def _attach(context: JetStreamContext, stream: str, section: str) -> None:
    """Where nothing is missing only questions are asked: a section may have no right to more."""
    wanted = _consumer(section)
    try:
        found = (await context.consumer_info(stream, section)).config
    except NotFoundError:
        found = None
    if found is None or any(getattr(found, name) != getattr(wanted, name) for name in _KEPT_UP):
        await context.add_consumer(stream, wanted)


def differences(wanted: StreamConfig, found: StreamConfig) -> dict[str, object]:
    """The options of a stream that are not as wanted: name -> as found."""
    return {name: found.as_dict().get(name) for name, value in wanted.as_dict().items() if found.as_dict().get(name) != value}


_KEPT_UP = ("ack_policy", "deliver_policy", "ack_wait", "max_deliver", "max_ack_pending")


def _consumer(section: str) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=section,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.ALL,
        ack_wait=30,
        max_deliver=-1,
        max_ack_pending=1024,
    )
