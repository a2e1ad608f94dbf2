"""The private tables: uploads, and what is kept of attachments."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "attachments_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments_upload",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("account", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.Column("base", AutoString(), nullable=False),
        sa.Column("audience", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("media", AutoString(), nullable=False),
        sa.Column("hidden", AutoString(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("blob", AutoString(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("chunks", AutoString(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("made", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachments_upload"),
    )
    op.create_index("ix_attachments_upload_account", "attachments_upload", ["account"])
    op.create_table(
        "attachments_copy",
        sa.Column("blob", AutoString(), nullable=False),
        sa.Column("wanted", UTCDateTime(), nullable=True),
        sa.Column("complete", UTCDateTime(), nullable=True),
        sa.Column("dropped", UTCDateTime(), nullable=True),
        sa.Column("used", UTCDateTime(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("trouble", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("blob", name="pk_attachments_copy"),
    )


def downgrade() -> None:
    op.drop_table("attachments_copy")
    op.drop_table("attachments_upload")
