"""Brings the lasting tables up to date: the ledger's lineage first, then each owner's own, by name.

Every owner has one lineage of Alembic scripts and one version table of its own, so that a plugin that is turned off, or gone,
never stands in the way of the others.
"""

import ast
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table

HERE = Path(__file__).parent
UNSAID = object()
"""In the place of what a script does not say in the plain form that is written here."""


def version_table(owner: str) -> str:
    """Where an owner's state is remembered."""
    return f"{owner}_alembic_version"


def upgrade(connection: Connection, folders: Mapping[str, Path], secret: Callable[[str], bytes] | None = None) -> list[str]:
    """Bring all owners to their latest revision; returns the owners whose tables were changed.

    ``folders``: where each owner keeps its scripts; ``secret``: ``kit.ports.Section.secret``, for scripts that need it.

    Raises ``Misconfigured`` when the tables are newer than the scripts, before anything of that owner is touched.
    """
    owners = {"ledger": HERE / "migrations", **dict(sorted(folders.items()))}
    present = set(inspect(connection).get_table_names())
    behind = {owner: scripts for owner, scripts in owners.items() if not _is_latest(connection, owner, scripts, present)}
    if behind:
        from internationale.ledger import lineages  # noqa: PLC0415  # Alembic takes 10 MiB; most starts have nothing to migrate

        for owner, scripts in behind.items():
            lineages.upgrade(connection, owner, scripts, secret)
    return list(behind)


def _is_latest(connection: Connection, owner: str, scripts: Path, present: set[str]) -> bool:
    """Whether an owner's tables are certainly at the last of its scripts. What is less simple is for Alembic to judge."""
    if version_table(owner) not in present:
        return False
    remembered = select(column("version_num", String)).select_from(table(version_table(owner)))
    current = connection.execute(remembered).scalars().all()
    told = [_told(script.read_bytes()) for script in scripts.glob("*.py")]
    last = {revision for revision, _before in told} - {before for _revision, before in told}
    return len(last) == 1 and list(last) == current and not any(UNSAID in each for each in told)


@cache
def _told(script: bytes) -> tuple[object, object]:
    """A script's revision and the one before it, read without running the script (which would import Alembic). To read them
    takes longer than all the rest of opening a section that is up to date: once for all sections of a process.
    """
    told: dict[str, object] = {}
    for line in ast.parse(script).body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            told |= {name.id: line.value.value for name in line.targets if isinstance(name, ast.Name)}
    return told.get("revision", UNSAID), told.get("down_revision", UNSAID)
