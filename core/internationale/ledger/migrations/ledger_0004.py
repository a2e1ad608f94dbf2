"""The insides of sealed events that were shown to us."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0004"
down_revision = "ledger_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_shown",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("plain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ledger_shown")),
    )


def downgrade() -> None:
    op.drop_table("ledger_shown")
