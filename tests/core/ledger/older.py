"""A database as an older build left it."""

from sqlalchemy import Connection


def older(connection: Connection, revision: str) -> None:
    """It is of this revision of the ledger's tables, as far as is taken away here and by the test: what is made since is gone."""
    connection.exec_driver_sql("DROP TABLE ledger_awake")
    connection.exec_driver_sql(f"UPDATE ledger_alembic_version SET version_num = '{revision}'")
