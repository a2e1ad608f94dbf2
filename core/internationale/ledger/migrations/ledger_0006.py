"""Withdrawals of parts are noted whether what they mean is here or not; what was shown to us names the event that did; who has
signed to hold more of our own log than is here is remembered.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "ledger_0006"
down_revision = "ledger_0005"
branch_labels = None
depends_on = None

PLACE = ("section", "epoch", "sequence")
WITHDRAWN = """
INSERT INTO ledger_withdrawn (section, epoch, sequence, by_epoch, by_sequence, hash16)
SELECT section, epoch, sequence, by_epoch, by_sequence, substr(hash, 1, 16)
FROM ledger_former JOIN ledger_event USING (section, epoch, sequence)
"""
SHOWN = """
INSERT INTO ledger_shown (digest, section, epoch, sequence, plain)
SELECT digest, '', 0, 0, plain FROM ledger_former
"""
"""Which event has shown it was not noted before, and cannot be found without opening all of them: it stays, by nobody."""


def upgrade() -> None:
    _anew(
        "ledger_withdrawn",
        WITHDRAWN,
        *_place(),
        sa.Column("by_epoch", sa.Integer(), nullable=False),
        sa.Column("by_sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash16", sa.Text(), nullable=False),
        key=(*PLACE, "by_epoch", "by_sequence"),
    )
    _anew(
        "ledger_shown",
        SHOWN,
        sa.Column("digest", sa.Text(), nullable=False),
        *_place(),
        sa.Column("plain", sa.LargeBinary(), nullable=False),
        key=("digest", *PLACE),
    )
    op.create_table(
        "ledger_claimant",
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("disbelieved", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("section", name=op.f("pk_ledger_claimant")),
    )


def downgrade() -> None:
    op.drop_table("ledger_claimant")
    _anew(
        "ledger_withdrawn",
        "INSERT INTO ledger_withdrawn SELECT section, epoch, sequence, min(by_epoch), min(by_sequence) FROM ledger_former"
        " GROUP BY section, epoch, sequence",
        *_place(),
        sa.Column("by_epoch", sa.Integer(), nullable=False),
        sa.Column("by_sequence", sa.BigInteger(), nullable=False),
        key=PLACE,
    )
    _anew(
        "ledger_shown",
        "INSERT INTO ledger_shown SELECT DISTINCT digest, plain FROM ledger_former",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("plain", sa.LargeBinary(), nullable=False),
        key=("digest",),
    )


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
    ]


def _anew(table: str, fill: str, *columns: sa.Column[object], key: tuple[str, ...]) -> None:
    """A table with another key: the former one gives its rows and goes. Its key's name has to be free on PostgreSQL first."""
    op.rename_table(table, "ledger_former")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE ledger_former RENAME CONSTRAINT pk_{table} TO pk_ledger_former")
    op.create_table(table, *columns, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")))
    op.execute(fill)
    op.drop_table("ledger_former")
