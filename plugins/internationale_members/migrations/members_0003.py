"""Whether the accounts are those of a copy of the database, through which nobody has looked yet."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "members_0003"
down_revision = "members_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "members_reverted",
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("copied_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_members_reverted")),
    )


def downgrade() -> None:
    op.drop_table("members_reverted")
