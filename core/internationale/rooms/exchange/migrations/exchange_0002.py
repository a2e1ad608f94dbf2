"""Which rights were asked for when something was written that waits for a second person; and of what was released, no copy."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "exchange_0002"
down_revision = "exchange_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what waits already it is not known: for that it goes by the kind of message, as before."""
    text = sqlmodel.sql.sqltypes.AutoString()
    op.add_column("exchange_held", sa.Column("required", text, nullable=False, server_default="[]"))
    op.execute("UPDATE exchange_held SET said = '[]' WHERE state = 'released'")


def downgrade() -> None:
    """That build goes by the kind of message."""
    op.drop_column("exchange_held", "required")
