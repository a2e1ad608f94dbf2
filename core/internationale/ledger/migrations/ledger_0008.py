"""Events that were cut off their log name their parts too, for they may count again: else others have these deleted meanwhile."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "ledger_0008"
down_revision = "ledger_0007"
branch_labels = None
depends_on = None


def _table(name: str, *columns: sa.ColumnClause[Any]) -> sa.TableClause:
    epoch, sequence = sa.column("epoch", sa.Integer()), sa.column("sequence", sa.BigInteger())
    return sa.table(name, sa.column("section", sa.Text()), epoch, sequence, *columns)


parked = _table("ledger_parked", sa.column("body", sa.LargeBinary()))
mention = _table("ledger_mention", sa.column("part", sa.Text()))
AT_ONCE = 1_000
"""Events that are looked at at a time."""


def upgrade() -> None:
    connection = op.get_bind()
    place = sa.tuple_(parked.c.section, parked.c.epoch, parked.c.sequence)
    query = sa.select(parked).order_by(parked.c.section, parked.c.epoch, parked.c.sequence).limit(AT_ONCE)
    last: tuple[Any, ...] = ("", 0, 0)
    while rows := connection.execute(query.where(place > sa.tuple_(*last))).all():
        named = [{**_address(row), "part": part} for row in rows for part in _parts(bytes(row.body))]
        if named:
            op.bulk_insert(mention, named)
        last = tuple(rows[-1])[:3]


def downgrade() -> None:
    place = sa.tuple_(mention.c.section, mention.c.epoch, mention.c.sequence)
    cut = sa.select(parked.c.section, parked.c.epoch, parked.c.sequence)
    op.execute(sa.delete(mention).where(place.in_(cut)))


def _address(row: sa.Row[Any]) -> dict[str, Any]:
    return {"section": row.section, "epoch": row.epoch, "sequence": row.sequence}


def _parts(body: bytes) -> list[str]:
    """The parts that an event names. Most name none, and are not read for it. Others may write JSON in other ways."""
    return str(json.loads(body).get("parts", "")).split() if b'"parts"' in body or b"\\u" in body else []
