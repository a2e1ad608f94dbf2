"""Since when tidying has watched which pieces of which nothing speaks, and a mark that the folder has too."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "attachments_0003"
down_revision = "attachments_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments_watch",
        sa.Column("mark", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_attachments_watch")),
    )
    op.create_table(
        "attachments_unnamed",
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_attachments_unnamed")),
    )


def downgrade() -> None:
    op.drop_table("attachments_unnamed")
    op.drop_table("attachments_watch")
