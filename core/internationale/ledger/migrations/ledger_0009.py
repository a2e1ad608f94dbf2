"""With which identities what cannot be opened was tried, so that it is tried again at a start only with others."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0009"
down_revision = "ledger_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_identity",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_ledger_identity")),
    )


def downgrade() -> None:
    op.drop_table("ledger_identity")
