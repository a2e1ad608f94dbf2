"""Each signing has a mark by which it is known again; and what is written with each event has no index that it changes."""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "ledger_0015"
down_revision = "ledger_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The same row under a key that never changes. What was signed before has no mark."""
    _made_anew(
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False, server_default=""),
    )


def downgrade() -> None:
    """That build has the moment for a key."""
    _made_anew(sa.Column("at", UTCDateTime(), primary_key=True))


def _made_anew(*columns: sa.Column[object]) -> None:
    before = sa.table("ledger_awake", sa.column("at", UTCDateTime()), sa.column("signings"))
    rows = op.get_bind().execute(sa.select(before.c.at, before.c.signings)).all()
    op.drop_table("ledger_awake")
    after = op.create_table("ledger_awake", *columns, sa.Column("signings", sa.BigInteger(), nullable=False, server_default="0"))
    for at, signings in rows:
        row = {"at": at, "signings": signings}
        op.get_bind().execute(after.insert().values({"id": 1, **row} if "id" in after.c else row))
