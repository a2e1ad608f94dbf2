"""Since when nobody took a copy, as tidying has seen it. What is here already counts from now on."""

import sqlalchemy as sa
from alembic import op

revision = "attachments_0004"
down_revision = "attachments_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachments_copy", sa.Column("untaken", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("attachments_copy", "untaken")
