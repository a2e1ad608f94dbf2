"""Why the section may not speak, over a restart."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "ledger_0003"
down_revision = "ledger_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_fence",
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("reason", name=op.f("pk_ledger_fence")),
    )


def downgrade() -> None:
    op.drop_table("ledger_fence")
