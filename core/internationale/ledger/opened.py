"""Which file a SQLite database was when it was opened, whatever it is called: another may take its place meanwhile, or none."""

from dataclasses import dataclass
from pathlib import Path


@dataclass
class Opened:
    """``first``: device and number of the file at the first opening; None: it is not open."""

    path: Path
    first: tuple[int, int] | None = None

    def note(self, *_connection: object) -> None:
        """A connection was opened."""
        self.first = self.first or named(self.path)

    def exchanged(self) -> bool:
        """Whether another file has its name now, or none: what is written into the one that is open nobody else sees."""
        return self.first is not None and named(self.path) != self.first


def named(path: Path) -> tuple[int, int] | None:
    """Which file has this name; None: none has."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
