"""Who uses the database of a home: the instance and all other commands at once, but who exchanges it must have it alone.

A lock on a file, which the operating system lets go of when the process ends, however it ends.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from internationale.errors import Conflict
from internationale.messages import marker

_ = marker("core")

FILE = "database.lock"


@contextmanager
def shared(home: Path) -> Iterator[None]:
    """Use the database, beside others. Raises ``Conflict`` while it is exchanged. Without locks nobody is kept out."""
    with ExitStack() as held:
        with contextlib.suppress(OSError):
            file = held.enter_context((home / FILE).open("a"))
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Conflict(_("The database is being restored. Try again when that is done."), place=str(home)) from error
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Have the database alone, to exchange it. Raises ``Conflict`` when an instance or another command uses it."""
    with (home / FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                _("This section is running, or another command is at work here. Stop it first. Nothing was changed."),
                place=str(home),
            ) from error
        yield
