"""The private drafts."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "translation_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.AutoString
    op.create_table(
        "translation_draft",
        sa.Column("account", text(), nullable=False),
        sa.Column("document", text(), nullable=False),
        sa.Column("language", text(), nullable=False),
        sa.Column("block", text(), nullable=False),
        sa.Column("source", text(), nullable=False),
        sa.Column("source_hash", text(), nullable=False),
        sa.Column("text", text(), nullable=False),
        sa.Column("changed", sqlmodel.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account", "document", "language", "block", name="pk_translation_draft"),
    )


def downgrade() -> None:
    op.drop_table("translation_draft")
