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

from internationale.ledger import awake
from internationale.ledger.opened import named
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
            renew(section)
        except OSError as error:
            _log.info("%s cannot be locked (%s): commands ask the hubs themselves", FILE, error)
        yield


def renew(section: Section) -> None:
    """Each second, as long as it is shown: the clock has not jumped, and this was signed last, as far as is known. Where that
    cannot be, commands ask the hubs themselves.
    """
    moment, signing = section.now().timestamp(), section.gate.signing
    with suppress(OSError), (section.settings.home / FILE).open("r+", encoding="utf-8") as file:
        file.write(f"{signing.number} {signing.mark}\n{_database(section)}")
        file.truncate()
        file.flush()
        os.utime(file.fileno(), (moment, moment))


def by_another(section: Section) -> bool:
    """Whether the instance that writes this section's database runs and may speak, has just looked at the clock, and has signed
    with this database what it signed last: commands may be begun in the moment in which a machine is put back with its memory, or
    a database under it, before it has looked.
    """
    path = section.settings.home / FILE
    try:
        with path.open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        signed, _line, database = path.read_text(encoding="utf-8").partition("\n")
        looked = database == _database(section) and not apart(_renewed(path), section.now(), JUMP)
        return looked and _same(section, signed)
    except FileNotFoundError:
        return False
    return False


def _same(section: Section, signed: str) -> bool:
    """Whether the database is the one with which this was signed; it is remembered, for who is about to sign."""
    number, mark = signed.split(" ")
    known = awake.Signing(int(number), mark)
    with section.reading() as session:
        if not awake.recent(session.connection()).follow(known):
            return False
    section.gate.know(known)
    return True


def _renewed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _database(section: Section) -> str:
    """Names the database: a file by what it is and not by its path, under which there may be another one by now."""
    url = section.database.engine.url
    if url.get_backend_name() != "sqlite" or url.database is None:
        return url.render_as_string()
    return str(named(Path(url.database)))
