"""Brings the lasting tables up to date: the ledger's lineage first, then each owner's own, by name.

Every owner has one lineage of Alembic scripts and one version table of its own, so that a plugin that is turned off, or gone,
never stands in the way of the others.
"""

from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from internationale.errors import Misconfigured
from internationale.messages import marker

_ = marker("core")
HERE = Path(__file__).parent


def configuration(connection: Connection, owner: str, scripts: Path, metadata: MetaData | None = None) -> Config:
    """One lineage: the folder of its scripts, and a version table named after its owner."""
    config = Config()
    config.set_main_option("script_location", str(HERE / "lineage").replace("%", "%%"))
    config.set_main_option("version_locations", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, version_table=version_table(owner), metadata=metadata)
    return config


def version_table(owner: str) -> str:
    """Where an owner's state is remembered."""
    return f"{owner}_alembic_version"


def upgrade(connection: Connection, folders: Mapping[str, Path]) -> None:
    """Bring all owners to their latest revision. ``folders``: where each owner keeps its scripts.

    Raises ``Misconfigured`` when the tables are newer than the scripts, before anything of that owner is touched.
    """
    for owner, scripts in {"ledger": HERE / "migrations", **dict(sorted(folders.items()))}.items():
        config = configuration(connection, owner, scripts)
        lineage, current = ScriptDirectory.from_config(config), _current(connection, owner)
        if current is not None and current not in {script.revision for script in lineage.walk_revisions()}:
            raise Misconfigured(_("The database was written by a newer version of this software. Upgrade first."), place=owner)
        if current != lineage.get_current_head():
            command.upgrade(config, "head")


def _current(connection: Connection, owner: str) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": version_table(owner)}).get_current_revision()
