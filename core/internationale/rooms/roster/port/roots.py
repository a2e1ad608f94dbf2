"""The root key in its file. It signs rosters and nothing else; where it is locked, it is opened only while it signs."""

from pathlib import Path

from internationale.errors import Conflict, Misconfigured
from internationale.events import locks
from internationale.events.keys import SigningKey
from internationale.kit import marker
from internationale.settings import read_private

_ = marker("core")


def root_key(path: Path, passphrase: str = "") -> SigningKey:
    """Read it. Raises ``Misconfigured`` (absent, damaged, open to others), and ``Invalid`` without the right passphrase."""
    content = read_private(path)
    try:
        return locks.unlock(content, passphrase)
    except ValueError as error:
        raise Misconfigured(_("This is not a key: %(why)s") % {"why": error}, place=str(path)) from error


def unlocked(path: Path, passphrase: str) -> SigningKey:
    """The same where people ask for it on a page or by a program. Raises ``Conflict`` where there is none on this instance."""
    if root_state(path) == "absent":
        raise Conflict(_("There is no root key on this instance. Sign where it is kept, and hand in the signature here."))
    return root_key(path, passphrase)


def write_root_key(path: Path, key: SigningKey, passphrase: str = "") -> None:
    """Write a new one that only its owner can read. Raises ``Misconfigured``: a key is never overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise Misconfigured(_("There already is a root key here."), place=str(path)) from error
    path.write_text(locks.lock(key, passphrase), encoding="ascii")


def root_state(path: Path) -> str:
    """``absent``, ``open`` or ``locked``."""
    if not path.exists():
        return "absent"
    return "locked" if locks.is_locked(read_private(path)) else "open"
