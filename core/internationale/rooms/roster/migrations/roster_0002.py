"""What the sections' latest heads say of each log, to be asked by log."""

import json

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "roster_0002"
down_revision = "roster_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    held = op.create_table(
        "roster_held",
        sa.Column("witness", AutoString(), nullable=False),
        sa.Column("origin", AutoString(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("witness", "origin", name=op.f("pk_roster_held")),
    )
    op.create_index(op.f("ix_roster_held_origin"), "roster_held", ["origin", "epoch", "sequence", "hash"])
    heads = sa.table("roster_heads", sa.column("witness"), sa.column("body", sa.LargeBinary()))
    for witness, body in op.get_bind().execute(sa.select(heads.c.witness, heads.c.body)).all():
        for origin, (epoch, sequence, hash) in json.loads(body)["heads"].items():
            row = {"witness": witness, "origin": origin, "epoch": epoch, "sequence": sequence, "hash": hash}
            op.get_bind().execute(sa.insert(held), row)


def downgrade() -> None:
    op.drop_table("roster_held")
