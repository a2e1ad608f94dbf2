"""Alembic's way in, the same for every lineage; see ``internationale.ledger.lineages``."""

from alembic import context

attributes = context.config.attributes
metadata = attributes["metadata"]


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """While comparing and autogenerating, look only at the lineage's own tables."""
    return kind != "table" or metadata is None or name in metadata.tables


context.configure(
    connection=attributes["connection"],
    target_metadata=metadata,
    version_table=attributes["version_table"],
    include_name=ours,
    render_as_batch=True,
)
context.run_migrations()
