"""The streams of a hub and the rights of its consumers, and how they are made.

``deny_purge`` stays off on purpose: an operator may purge a subject that an attacker squats; sections have no right to.
``max_deliver`` is without limit: a finite one silently drops what could not be taken in yet.
"""

from collections.abc import Mapping

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
from nats.js.errors import BadRequestError, NotFoundError

from internationale.bus import BLOB, HEADS, LOG, PART, PROOF, ROSTER, SEED

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


def stream_of(subject: str) -> str:
    """The stream that keeps a subject or a pattern of one kind. Raises ``KeyError`` for a kind that is not ours."""
    return _KIND[subject.split(".")[2]]


async def provision(
    context: JetStreamContext, *sections: str, replicas: int | None = None, blob_bytes: int | None = None
) -> None:
    """Make what is missing, and set right what an operator may have changed by mistake. Safe to repeat.

    ``replicas``: on how many servers of a cluster each stream is kept; ``blob_bytes``: how much room attachments may take. None:
    as it is.
    """
    for configuration in CONFIGURATIONS.values():
        chosen: dict[str, object] = {} if replicas is None else {"num_replicas": replicas}
        if configuration.name == BLOB and blob_bytes is not None:
            chosen["max_bytes"] = blob_bytes
        await _make(context, configuration.evolve(**chosen))
    for stream in DELIVERED:
        for section in sections:
            await _attach(context, stream, section)


async def _make(context: JetStreamContext, wanted: StreamConfig) -> None:
    try:
        found = (await context.stream_info(wanted.name or "")).config
    except NotFoundError:
        found = (await _add(context, wanted)).config
    if found.mirror is not None:
        return  # a leaf node's, of the hub beyond it: its operator's affair
    if differing := differences(wanted, found):
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
