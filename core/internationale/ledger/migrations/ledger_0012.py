"""What waits until a sealed event that is here is decided is judged again, once.

The build before this one waited for that, which may never be where it can be opened, and everywhere else it was void.
"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0012"
down_revision = "ledger_0011"
branch_labels = None
depends_on = None

PLACE = ("section", "epoch", "sequence")
event = sa.table("ledger_event", *map(sa.column, PLACE), sa.column("readers", sa.Text()))
waiting = sa.table("ledger_waiting", *map(sa.column, (*PLACE, "kind", "what")))
NOW = {"kind": "type", "what": "org.intl.sealed.v1"}
"""What is known at any start: who waits for it is judged then."""


def upgrade() -> None:
    """Have it wait for that instead."""
    connection = op.get_bind()
    named = connection.execute(sa.select(waiting.c.what).distinct().where(waiting.c.kind == "ref")).scalars().all()
    for name in filter(_sealed_here, named):
        here = (waiting.c.kind == "ref") & (waiting.c.what == name)
        for row in connection.execute(sa.select(*(waiting.c[each] for each in PLACE)).where(here)).all():
            again = {**row._mapping, **NOW}  # noqa: SLF001  # SQLAlchemy's own name for a row as a mapping
            if connection.execute(sa.select(waiting.c.what).filter_by(**again)).first() is None:
                connection.execute(sa.insert(waiting).values(**again))
        connection.execute(sa.delete(waiting).where(here))


def _sealed_here(name: str) -> bool:
    section, epoch, sequence = name.split(":")
    where = {"section": section, "epoch": int(epoch), "sequence": int(sequence)}
    return op.get_bind().execute(sa.select(event.c.readers).filter_by(**where)).scalar() is not None


def downgrade() -> None:
    """What is judged again is judged as that build does."""
