"""The ledger's lasting tables. SQLAlchemy Core, because every event of the federation passes through them.

Rows of others never point here by foreign key, only by an event's address.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlmodel import UTCDateTime

from internationale.kit.vocabulary import naming

metadata = MetaData(naming_convention=naming)


def _address() -> list[Column[Any]]:
    """Section, epoch and number: the key of everything that belongs to one event."""
    return [
        Column("section", Text, primary_key=True),
        Column("epoch", Integer, primary_key=True),
        Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    ]


event = Table(
    "ledger_event",
    metadata,
    *_address(),
    Column("hash", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # exactly the bytes that were signed
    Column("signature", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("position", BigInteger),  # the order in which events were decided here: causes before what stands on them
    Column("received_at", UTCDateTime, nullable=False),
    Column("via", Text, nullable=False),
    Column("readers", Text),  # the sections that a sealed event is for; null: it was said openly. Opened, `type` is its true one
    Index("ix_ledger_event_position", "position", unique=True),
    Index("ix_ledger_event_state_type", "state", "type"),
)

head = Table(
    "ledger_head",
    metadata,
    Column("section", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("cut", BigInteger),  # the first number that may not be appended: a fork was proved there, or a key revoked
    Column("reason", Text, nullable=False),
)

parked = Table(
    "ledger_parked",
    metadata,
    *_address(),
    Column("hash", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("received_at", UTCDateTime, nullable=False),
    Column("via", Text, nullable=False),
)

waiting = Table(
    "ledger_waiting",
    metadata,
    *_address(),
    Column("kind", Text, primary_key=True),  # ref, part, type
    Column("what", Text, primary_key=True),  # an event's id, a part's hash, a CloudEvents type
    Index("ix_ledger_waiting_what", "kind", "what"),
)

fork = Table(
    "ledger_fork",
    metadata,
    *_address(),
    Column("first_body", LargeBinary, nullable=False),
    Column("first_signature", Text, nullable=False),
    Column("second_body", LargeBinary, nullable=False),
    Column("second_signature", Text, nullable=False),
    Column("found_at", UTCDateTime, nullable=False),
)

quarantine = Table(
    "ledger_quarantine",
    metadata,
    Column("id", Text, primary_key=True),  # hash over subject, body and signature
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("first_seen", UTCDateTime, nullable=False),
    Index("ix_ledger_quarantine_reason", "reason"),
)

refusal = Table(  # how often; survives when the bytes are not kept
    "ledger_refusal",
    metadata,
    Column("source", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),  # of these, kept in quarantine
)

part = Table(
    "ledger_part",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),  # 16 bytes of salt, then the content
    Column("received_at", UTCDateTime, nullable=False),
)

mention = Table(  # which events, of the log or cut off it, name which parts to travel beside them; the parts may not be here
    "ledger_mention",
    metadata,
    *_address(),
    Column("part", Text, primary_key=True),
    Index("ix_ledger_mention_part", "part"),
)

shown = Table(  # the insides of sealed events that were shown to us, by their digest and the event that showed them
    "ledger_shown",
    metadata,
    Column("digest", Text, primary_key=True),
    *_address(),
    Column("plain", LargeBinary, nullable=False),
)

identity = Table(  # the public halves of our identities that were tried on all that could not be opened
    "ledger_identity",
    metadata,
    Column("recipient", Text, primary_key=True),
)

withdrawn = Table(  # whose parts were taken back, whether it is here or not, by the event of the same log that says so
    "ledger_withdrawn",
    metadata,
    *_address(),
    Column("by_epoch", Integer, primary_key=True),
    Column("by_sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("hash16", Text, nullable=False),  # of the event that is meant
)

cursor = Table(  # how far our own log is known to be at each hub
    "ledger_cursor",
    metadata,
    Column("hub", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

fence = Table(  # why this section may not speak, over a restart; one row, or none
    "ledger_fence",
    metadata,
    Column("reason", Text, primary_key=True),
    Column("since", UTCDateTime, nullable=False),
)

awake = Table(  # when this section last signed something with this database, and how often it has; one row, or none
    "ledger_awake",
    metadata,
    Column(
        "id", Integer, primary_key=True, autoincrement=False
    ),  # always 1: each event writes it, and no index changes with that
    Column("at", UTCDateTime, nullable=False),
    Column("signings", BigInteger, nullable=False, server_default="0"),
    Column(
        "marks", Text, nullable=False, server_default=""
    ),  # of the last ones, the latest first: unlike those of any other database
)

restored = Table(  # the database was put back, and who keeps what ends with that has not heard it yet; one row, or none
    "ledger_restored",
    metadata,
    Column("since", UTCDateTime, primary_key=True),
    Column("copied_at", UTCDateTime),  # when the copy was made; null: nobody knows
)

claimant = Table(  # who has signed to hold more of our own log than is here
    "ledger_claimant",
    metadata,
    Column("section", Text, primary_key=True),
    Column("since", UTCDateTime, nullable=False),
    Column("disbelieved", Boolean, nullable=False),  # by the host's word
)

projection = Table(
    "ledger_projection",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("tables", Text, nullable=False),  # space-separated, so that an older version's tables can be dropped
)

mark = Table(  # how far somebody has read in the order of decision, by name
    "ledger_mark",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)
