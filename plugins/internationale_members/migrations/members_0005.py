"""What could not be noted yet beside the keys."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "members_0005"
down_revision = "members_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "members_unnoted",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members_unnoted")),
    )


def downgrade() -> None:
    op.drop_table("members_unnoted")
