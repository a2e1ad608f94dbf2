"""Events of which the parts were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0005"
down_revision = "ledger_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_withdrawn",
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by_epoch", sa.Integer(), nullable=False),
        sa.Column("by_sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("section", "epoch", "sequence", name=op.f("pk_ledger_withdrawn")),
    )


def downgrade() -> None:
    op.drop_table("ledger_withdrawn")
