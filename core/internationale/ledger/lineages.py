"""One owner's lineage of Alembic scripts, run. Imported only where there is something to run; see ``migrate``."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData

from internationale.errors import Misconfigured
from internationale.ledger.migrate import HERE, version_table
from internationale.messages import marker

_ = marker("core")


def configuration(connection: Connection, owner: str, scripts: Path, metadata: MetaData | None = None) -> Config:
    """One lineage: the folder of its scripts, and a version table named after its owner."""
    config = Config()
    config.set_main_option("script_location", str(HERE / "lineage").replace("%", "%%"))
    config.set_main_option("version_locations", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(connection=connection, version_table=version_table(owner), metadata=metadata)
    return config


def upgrade(connection: Connection, owner: str, scripts: Path, secret: Callable[[str], bytes] | None = None) -> None:
    """Bring one owner to its latest revision. Raises ``Misconfigured`` when its tables are newer than its scripts."""
    config = configuration(connection, owner, scripts)
    config.attributes["secret"] = secret
    lineage, current = ScriptDirectory.from_config(config), _current(connection, owner)
    if current is not None and current not in {script.revision for script in lineage.walk_revisions()}:
        raise Misconfigured(_("The database was written by a newer version of this software. Upgrade first."), place=owner)
    if current != lineage.get_current_head():
        command.upgrade(config, "head")


def _current(connection: Connection, owner: str) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": version_table(owner)}).get_current_revision()
