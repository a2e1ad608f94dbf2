"""What is void for another event under the number that it names is judged again, once.

Earlier builds held on to that when the other was cut off its log and nothing had been made of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0011"
down_revision = "ledger_0010"
branch_labels = None
depends_on = None

event = sa.table(
    "ledger_event", sa.column("state", sa.Text()), sa.column("reason", sa.Text()), sa.column("position", sa.BigInteger())
)
mark = sa.table("ledger_mark", sa.column("name", sa.Text()), sa.column("position", sa.BigInteger()))
REASONS = ("cause_mismatch", "stands_on_sealed", "malformed_data")
"""Of what may be void because of a cause that is not decided. Without a shape it is so only once all its causes are known."""


def upgrade() -> None:
    """Put it aside: the start that follows makes all rows anew for that, and decides it again."""
    void = sa.update(event).where(event.c.state == "void", event.c.reason.in_(REASONS))
    connection = op.get_bind()
    found = connection.execute(void.values(state="waiting", reason="taking_back", position=None)).rowcount
    noted = sa.select(mark.c.position).where(mark.c.name == "rows remain")
    if found and connection.execute(noted).first() is None:
        connection.execute(sa.insert(mark).values(name="rows remain", position=0))


def downgrade() -> None:
    """What is put aside is decided at any start."""
