"""The log and what belongs to it."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "ledger_0001"
down_revision = None
branch_labels = None
depends_on = None


def _address() -> list[sa.Column[Any]]:
    return [
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
    ]


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*(columns or ("section", "epoch", "sequence")), name=op.f(f"pk_{table}"))


def upgrade() -> None:
    op.create_table(
        "ledger_event",
        *_address(),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        _key("ledger_event"),
    )
    op.create_index("ix_ledger_event_position", "ledger_event", ["position"], unique=True)
    op.create_index("ix_ledger_event_state_type", "ledger_event", ["state", "type"])
    op.create_table(
        "ledger_head",
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("cut", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        _key("ledger_head", "section", "epoch"),
    )
    op.create_table(
        "ledger_parked",
        *_address(),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        _key("ledger_parked"),
    )
    op.create_table(
        "ledger_waiting",
        *_address(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        _key("ledger_waiting", "section", "epoch", "sequence", "kind", "what"),
    )
    op.create_index("ix_ledger_waiting_what", "ledger_waiting", ["kind", "what"])
    op.create_table(
        "ledger_fork",
        *_address(),
        sa.Column("first_body", sa.LargeBinary(), nullable=False),
        sa.Column("first_signature", sa.Text(), nullable=False),
        sa.Column("second_body", sa.LargeBinary(), nullable=False),
        sa.Column("second_signature", sa.Text(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        _key("ledger_fork"),
    )
    op.create_table(
        "ledger_quarantine",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("first_seen", UTCDateTime(), nullable=False),
        _key("ledger_quarantine", "id"),
    )
    op.create_index("ix_ledger_quarantine_reason", "ledger_quarantine", ["reason"])
    op.create_table(
        "ledger_refusal",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        _key("ledger_refusal", "source", "reason"),
    )
    op.create_table(
        "ledger_part",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        _key("ledger_part", "hash"),
    )
    op.create_table(
        "ledger_cursor",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        _key("ledger_cursor", "hub"),
    )
    op.create_table(
        "ledger_projection",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tables", sa.Text(), nullable=False),
        _key("ledger_projection", "name"),
    )
    op.create_table(
        "ledger_mark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        _key("ledger_mark", "name"),
    )


def downgrade() -> None:
    for table in ("mark", "projection", "cursor", "part", "refusal", "quarantine", "fork", "waiting", "parked", "head", "event"):
        op.drop_table(f"ledger_{table}")
