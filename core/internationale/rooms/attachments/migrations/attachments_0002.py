"""What is kept is kept of an attachment, by the ref of its event, and no more of whatever is called by the same hash.

What was noted of a hash goes to each attachment that names it: where that was a lie, the first who takes it finds that out.
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "attachments_0002"
down_revision = "attachments_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _change("blob", "ref")


def downgrade() -> None:
    _change("ref", "blob")


def _change(before: str, after: str) -> None:
    """Make the table anew with another key, which the table of files knows; in a new home there is none, and nothing to keep."""
    connection = op.get_bind()
    former, rows = sa.table("attachments_copy", *_columns(before)), []
    if sa.inspect(connection).has_table("attachments_file"):
        file = sa.table("attachments_file", sa.column(before), sa.column(after), sa.column("id"))
        kept = [column for column in former.c if column.name != before]
        found = sa.select(file.c[after], *kept).join(former, former.c[before] == file.c[before]).order_by(file.c.id.desc())
        by_key = {row[after]: dict(row) for row in connection.execute(found).mappings()}  # of several, the first file's
        rows = list(by_key.values())
    op.drop_table("attachments_copy")
    table = op.create_table(
        "attachments_copy", *_columns(after), sa.PrimaryKeyConstraint(after, name=op.f("pk_attachments_copy"))
    )
    op.bulk_insert(table, rows)


def _columns(key: str) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(key, AutoString(), nullable=False),
        sa.Column("wanted", UTCDateTime(), nullable=True),
        sa.Column("complete", UTCDateTime(), nullable=True),
        sa.Column("dropped", UTCDateTime(), nullable=True),
        sa.Column("used", UTCDateTime(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("trouble", AutoString(), nullable=False),
    )
