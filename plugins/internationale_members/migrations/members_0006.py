"""Until when tokens hold; those that there were hold for one more year."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "members_0006"
down_revision = "members_0005"
branch_labels = None
depends_on = None

YEAR = timedelta(days=365)


def upgrade() -> None:
    with op.batch_alter_table("members_token") as table:
        table.add_column(sa.Column("until", UTCDateTime(), nullable=True))
    tokens = sa.table("members_token", sa.column("until", UTCDateTime()))
    op.execute(tokens.update().values(until=datetime.now(UTC) + YEAR))
    with op.batch_alter_table("members_token") as table:
        table.alter_column("until", existing_type=UTCDateTime(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("members_token") as table:
        table.drop_column("until")
