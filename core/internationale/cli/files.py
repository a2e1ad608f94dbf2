"""The files that people hand on, on this machine."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from internationale.cli.speech import say
from internationale.errors import Invalid, Misconfigured
from internationale.messages import marker
from internationale.rooms.roster.rules.papers import invitation, printed, read_card, read_invitation
from internationale.settings import whole

__all__ = ["invitation", "named", "printed", "put", "read_card", "read_invitation", "write", "written"]

_ = marker("core")
_HASH = re.compile(r"[0-9a-f]+")


def named(what: str) -> Path | None:
    """The file that is meant; None for a hash. Raises ``Invalid`` for a file that is not there."""
    path = Path(what)
    if path.is_file():
        return path
    if not _HASH.fullmatch(what):
        raise Invalid(_("There is no such file."), place=what)
    return None


def write(path: Path, text: str) -> None:
    """Write a file to be handed on, and say so. Raises what ``put`` raises."""
    put(path, text)
    say(_("Written: %(path)s") % {"path": path})


def put(path: Path, text: str) -> None:
    """Write a file. Raises ``Misconfigured`` when that cannot be done; then what was there is there: signatures that nobody else
    has may be in it.
    """
    with written(path):
        if path.exists() and not path.is_file():  # a terminal, say
            path.write_text(text, encoding="utf-8")
        else:
            with whole.instead(path) as part:
                part.write_text(text, encoding="utf-8")


@contextmanager
def written(path: Path) -> Iterator[None]:
    """What keeps a file from being written, in words: raises ``Misconfigured``."""
    try:
        yield
    except OSError as error:
        raise Misconfigured(
            _("The file cannot be written: %(why)s") % {"why": error.strerror or error}, place=str(path)
        ) from error
