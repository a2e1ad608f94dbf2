"""What the contents of attachments are called, for when their events do not count any more: first of those that count now."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "attachments_0005"
down_revision = "attachments_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "attachments_trace",
        sa.Column("section", AutoString(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash16", AutoString(), nullable=False),
        sa.Column("blob", AutoString(), nullable=False),
        sa.Column("chunks", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("section", "epoch", "sequence", "hash16", name=op.f("pk_attachments_trace")),
    )
    connection = op.get_bind()
    if not sa.inspect(connection).has_table("attachments_file"):  # a new home
        return
    file = sa.table("attachments_file", *(sa.column(name) for name in ("ref", "blob", "chunks")))
    rows = [_trace(*row) for row in connection.execute(sa.select(file.c.ref, file.c.blob, file.c.chunks))]
    op.bulk_insert(table, rows)


def downgrade() -> None:
    op.drop_table("attachments_trace")


def _trace(ref: str, blob: str, chunks: str) -> dict[str, object]:
    section, epoch, sequence, hash16 = ref.split(":")
    return {
        "section": section,
        "epoch": int(epoch),
        "sequence": int(sequence),
        "hash16": hash16,
        "blob": blob,
        "chunks": chunks,
    }
