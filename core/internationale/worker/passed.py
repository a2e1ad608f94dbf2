"""The sign that an instance of this home runs and has passed its fence, for commands in other processes.

It is a lock on a file, taken when the fence opens and let go of by the operating system when the process ends, however it ends:
so a database that was put back while nothing ran is never taken for the one that was looked at. Which database that was stands in
the file, for somebody may exchange it under a running instance.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from internationale.ledger.patience import JUMP, apart
from internationale.section import Section

_log = logging.getLogger(__name__)

FILE = "speaking.lock"


@contextmanager
def shown(section: Section) -> Iterator[None]:
    """Show it for as long as the block lasts. Where that is impossible, commands ask the hubs themselves."""
    with ExitStack() as open_file:
        try:
            file = open_file.enter_context((section.settings.home / FILE).open("a+", encoding="utf-8"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(_database(section))
            file.flush()
            renew(section)
        except OSError as error:
            _log.info("%s cannot be locked (%s): commands ask the hubs themselves", FILE, error)
        yield


def renew(section: Section) -> None:
    """Each second, as long as it is shown: the clock has not jumped. Where that cannot be, commands ask the hubs themselves."""
    moment = section.now().timestamp()
    with suppress(OSError):
        os.utime(section.settings.home / FILE, (moment, moment))


def by_another(section: Section) -> bool:
    """Whether the instance that writes this section's database runs and may speak, and has just looked at the clock: commands may
    be begun in the moment in which a machine is put back with its memory, before it has.
    """
    path = section.settings.home / FILE
    try:
        with path.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return path.read_text(encoding="utf-8") == _database(section) and not apart(_renewed(path), section.now(), JUMP)
    except FileNotFoundError:
        return False
    return False


def _renewed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _database(section: Section) -> str:
    """Names the database: a file by what it is and not by its path, under which there may be another one by now."""
    url = section.database.engine.url
    if url.get_backend_name() != "sqlite" or url.database is None:
        return url.render_as_string()
    found = Path(url.database).stat()
    return f"{found.st_dev}:{found.st_ino}"
