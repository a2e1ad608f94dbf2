"""The private keys below ``keys/``: one file for each, which nobody but its owner may read."""

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from internationale.errors import Misconfigured
from internationale.events.keys import SigningKey
from internationale.events.nkey import Nkey
from internationale.messages import marker
from internationale.settings import whole

_ = marker("core")
_T = TypeVar("_T")


def read_key(path: Path) -> SigningKey:
    """Read a private key. Raises ``Misconfigured`` when it is absent, damaged, or open to other users of the machine."""
    return _private(path, SigningKey.parse)


def write_key(path: Path, key: SigningKey) -> None:
    """Write a new private key that only its owner can read, and that is on the disk when this returns.

    Raises ``FileExistsError``: a key is never overwritten.
    """
    _write_first(path, key.secret_text())


def read_nkey(path: Path) -> Nkey:
    """Read an nkey; it is made when there is none yet.

    Raises ``Misconfigured`` when it is damaged, open to other users of the machine, or cannot be made.
    """
    return _private_or_made(path, Nkey.parse, lambda: Nkey.generate().seed)


def read_secret(path: Path) -> bytes:
    """Read 32 secret bytes. Raises ``Misconfigured`` like ``read_key``."""
    return _private(path, bytes.fromhex)


def make_secret(path: Path) -> bytes:
    """Read 32 secret bytes; they are made when there are none yet. Raises ``Misconfigured`` like ``read_nkey``."""
    return _private_or_made(path, bytes.fromhex, lambda: secrets.token_hex(32))


def _private_or_made(path: Path, parse: Callable[[str], _T], make: Callable[[], str]) -> _T:
    if not path.exists():
        try:
            _make_room(path)
            with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
                _write_first(path, make())
        except OSError as error:
            raise Misconfigured(_("The key cannot be made: %(why)s") % {"why": error}, place=str(path)) from error
    return _private(path, parse)


def _make_room(path: Path) -> None:
    """Its folder; what another process makes meanwhile is as good, but for a file of that name."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write_first(path: Path, text: str) -> None:
    _make_room(path)
    with whole.fresh(path) as part:
        part.write_text(text + "\n", encoding="ascii")


def read_private(path: Path) -> str:
    """The content of a file that only its owner may read. Raises ``Misconfigured`` like ``read_key``."""
    return _private(path, str)


def _private(path: Path, parse: Callable[[str], _T]) -> _T:
    """Read what only its owner may read."""
    try:
        if path.stat().st_mode & 0o027:
            raise Misconfigured(
                _("Others can read this key. Close it with: chmod 600 %(path)s") % {"path": path}, place=str(path)
            )
        return parse(path.read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise Misconfigured(_("The key is not here."), place=str(path)) from error
    except (OSError, ValueError) as error:
        raise Misconfigured(_("This is not a key: %(why)s") % {"why": error}, place=str(path)) from error
