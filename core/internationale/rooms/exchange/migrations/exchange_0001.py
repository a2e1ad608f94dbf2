"""Muted sources."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "exchange_0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "exchange_muted",
        sa.Column("source", TEXT(), nullable=False),
        sa.Column("since", MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_exchange_muted")),
    )
    op.create_table(
        "exchange_held",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("written_at", MOMENT(), nullable=False),
        sa.Column("account", TEXT(), nullable=False),
        sa.Column("handle", TEXT(), nullable=False),
        sa.Column("language", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("said", TEXT(), nullable=False),
        sa.Column("changes", TEXT(), nullable=False),
        sa.Column("reason", TEXT(), nullable=False),
        sa.Column("decider", TEXT(), nullable=True),
        sa.Column("decider_handle", TEXT(), nullable=False),
        sa.Column("decided_at", MOMENT(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_held")),
    )
    op.create_index(op.f("ix_exchange_held_account"), "exchange_held", ["account"])
    op.create_index(op.f("ix_exchange_held_state"), "exchange_held", ["state"])
    op.create_table(
        "exchange_held_part",
        sa.Column("held", TEXT(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("held", "place", "number", name=op.f("pk_exchange_held_part")),
    )
