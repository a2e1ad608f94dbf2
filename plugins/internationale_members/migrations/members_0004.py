"""In which browsers somebody has signed in before."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "members_0004"
down_revision = "members_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "members_browser",
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_members_browser")),
    )
    op.create_index(op.f("ix_members_browser_account"), "members_browser", ["account"], unique=False)


def downgrade() -> None:
    op.drop_table("members_browser")
