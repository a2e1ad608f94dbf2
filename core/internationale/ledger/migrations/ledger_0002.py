"""For whom a sealed event is."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_event", sa.Column("readers", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("ledger_event", "readers")
