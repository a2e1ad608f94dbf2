"""The sign that events of our own log are being taken back from a bundle, for the instance that runs meanwhile.

What comes next in the bundle nobody knows but who reads it; so nothing is said until it is read. It is a lock on a file, which
the operating system lets go of when the process ends, however it ends.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

FILE = "taking-back.lock"


@contextmanager
def shown(home: Path) -> Iterator[None]:
    """Show it for as long as the block lasts. Where there are no locks, it is not shown."""
    with ExitStack() as held:
        with contextlib.suppress(OSError):
            file = held.enter_context((home / FILE).open("a"))
            fcntl.flock(file, fcntl.LOCK_SH)  # several may; who asks holds it for a moment only
        yield


def under_way(home: Path) -> bool:
    """Whether anybody shows it."""
    try:
        with (home / FILE).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # nobody ever did, or there are no locks
        return False
    return False
