"""Which events name which parts, so that taking back a text need not look through the whole log for who else names it."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "ledger_0007"
down_revision = "ledger_0006"
branch_labels = None
depends_on = None

event = sa.table(
    "ledger_event",
    sa.column("section", sa.Text()),
    sa.column("epoch", sa.Integer()),
    sa.column("sequence", sa.BigInteger()),
    sa.column("body", sa.LargeBinary()),
)
AT_ONCE = 1_000
"""Events that are looked at at a time."""


def upgrade() -> None:
    mention = op.create_table(
        "ledger_mention",
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("section", "epoch", "sequence", "part", name=op.f("pk_ledger_mention")),
    )
    connection = op.get_bind()
    place = sa.tuple_(event.c.section, event.c.epoch, event.c.sequence)
    query = sa.select(event).order_by(event.c.section, event.c.epoch, event.c.sequence).limit(AT_ONCE)
    last: tuple[Any, ...] = ("", 0, 0)
    while rows := connection.execute(query.where(place > sa.tuple_(*last))).all():
        named = [{**_address(row), "part": part} for row in rows for part in _parts(bytes(row.body))]
        if named:
            op.bulk_insert(mention, named)
        last = tuple(rows[-1])[:3]
    op.create_index("ix_ledger_mention_part", "ledger_mention", ["part"])


def downgrade() -> None:
    op.drop_table("ledger_mention")


def _address(row: sa.Row[Any]) -> dict[str, Any]:
    return {"section": row.section, "epoch": row.epoch, "sequence": row.sequence}


def _parts(body: bytes) -> list[str]:
    """The parts that an event names. Most name none, and are not read for it. Others may write JSON in other ways."""
    return str(json.loads(body).get("parts", "")).split() if b'"parts"' in body or b"\\u" in body else []
