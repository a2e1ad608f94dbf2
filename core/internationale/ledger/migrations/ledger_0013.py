"""When this database last signed heads: others' copies of our own heads tell of no database."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "ledger_0013"
down_revision = "ledger_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """It is empty until heads are signed, within a minute of the next start."""
    op.create_table("ledger_awake", sa.Column("at", UTCDateTime(), primary_key=True))


def downgrade() -> None:
    """That build goes by the heads themselves."""
    op.drop_table("ledger_awake")
