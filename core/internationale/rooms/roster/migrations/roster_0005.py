"""For which sections our sealed events were really sealed."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "roster_0005"
down_revision = "roster_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_sealed_for",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("readers", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "sequence", name=op.f("pk_roster_sealed_for")),
    )


def downgrade() -> None:
    op.drop_table("roster_sealed_for")
