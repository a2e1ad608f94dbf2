"""The chain of rosters and the heads of the sections."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "roster_0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
MOMENT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "roster_version",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", TEXT(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signatures", TEXT(), nullable=False),
        sa.Column("stored_at", MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_roster_version")),
    )
    op.create_table(
        "roster_heads",
        sa.Column("witness", TEXT(), nullable=False),
        sa.Column("said_at", MOMENT(), nullable=False),
        sa.Column("received_at", MOMENT(), nullable=False),
        sa.Column("roster", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signatures", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("witness", name=op.f("pk_roster_heads")),
    )
    op.create_table(
        "roster_peer_head",
        sa.Column("witness", TEXT(), nullable=False),
        sa.Column("origin", TEXT(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", TEXT(), nullable=False),
        sa.Column("received_at", MOMENT(), nullable=False),
        sa.PrimaryKeyConstraint("witness", "origin", "epoch", "sequence", name=op.f("pk_roster_peer_head")),
    )
