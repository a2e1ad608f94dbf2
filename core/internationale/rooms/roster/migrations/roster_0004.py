"""By what the secret of this instance is known again."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "roster_0004"
down_revision = "roster_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_secret",
        sa.Column("check", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("check", name=op.f("pk_roster_secret")),
    )


def downgrade() -> None:
    op.drop_table("roster_secret")
