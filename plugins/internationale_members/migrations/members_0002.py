"""Of handles that were given up only a keyed hash is kept."""

import hmac

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import context, op

revision = "members_0002"
down_revision = "members_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _table("members_former", "hash")
    rows = op.get_bind().execute(sa.text("SELECT key, account FROM members_former_handle")).all()
    if rows:
        secret = context.config.attributes["secret"]("members.former_handle")
        hashed = [{"hash": hmac.digest(secret, key.encode(), "sha256").hex(), "account": account} for key, account in rows]
        op.get_bind().execute(sa.text("INSERT INTO members_former (hash, account) VALUES (:hash, :account)"), hashed)
    op.drop_table("members_former_handle")


def downgrade() -> None:
    """What a hash is of cannot be known again: these handles are free from then on."""
    _table("members_former_handle", "key")
    op.drop_table("members_former")


def _table(name: str, key: str) -> None:
    op.create_table(
        name,
        sa.Column(key, sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_account"), name, ["account"], unique=False)
