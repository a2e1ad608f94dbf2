"""How often this section has signed something with this database: its log may be cut, and shows no database that was put back."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0014"
down_revision = "ledger_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Counted from now on."""
    op.add_column("ledger_awake", sa.Column("signings", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """That build goes by the number of the last event."""
    op.drop_column("ledger_awake", "signings")
