"""Who answered a proposal, so that their handle can be taken out when they leave."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "documents_0002"
down_revision = "documents_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents_motion", sa.Column("answerer", AutoString(), nullable=True))


def downgrade() -> None:
    op.drop_column("documents_motion", "answerer")
