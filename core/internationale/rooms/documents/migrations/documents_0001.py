"""The private tables: debate and members' proposals."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "documents_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "documents_debate",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("document", AutoString(), nullable=False),
        sa.Column("block", AutoString(), nullable=False),
        sa.Column("motion", AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("quote", AutoString(), nullable=False),
        sa.Column("account", AutoString(), nullable=False),
        sa.Column("handle", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("written", UTCDateTime(), nullable=False),
        sa.Column("edited", UTCDateTime(), nullable=True),
        sa.Column("deleted", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_documents_debate"),
    )
    op.create_index("ix_documents_debate_document", "documents_debate", ["document"])
    op.create_table(
        "documents_motion",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("document", AutoString(), nullable=False),
        sa.Column("block", AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("quote", AutoString(), nullable=False),
        sa.Column("change", AutoString(), nullable=False),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("text", AutoString(), nullable=False),
        sa.Column("reason", AutoString(), nullable=False),
        sa.Column("account", AutoString(), nullable=False),
        sa.Column("handle", AutoString(), nullable=False),
        sa.Column("written", UTCDateTime(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("answer", AutoString(), nullable=False),
        sa.Column("answered_by", AutoString(), nullable=False),
        sa.Column("answered", UTCDateTime(), nullable=True),
        sa.Column("amendment", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents_motion"),
    )
    op.create_index("ix_documents_motion_document", "documents_motion", ["document"])


def downgrade() -> None:
    op.drop_table("documents_motion")
    op.drop_table("documents_debate")
