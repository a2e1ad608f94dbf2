"""Whether the rooms and plugins of a database that was put back have to be told of it still."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "ledger_0010"
down_revision = "ledger_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Whoever begins with the older mark has told nobody. The mark is as old as the copy, unless it was set by hand."""
    op.create_table(
        "ledger_restored",
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("copied_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("since", name=op.f("pk_ledger_restored")),
    )
    op.execute("INSERT INTO ledger_restored (since) SELECT since FROM ledger_fence WHERE reason = 'restored'")


def downgrade() -> None:
    op.drop_table("ledger_restored")
