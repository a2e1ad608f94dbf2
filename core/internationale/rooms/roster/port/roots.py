"""The root key in its file. It signs rosters and nothing else; where it is locked, it is opened only while it signs.

It notes beside it which versions it has signed (``noted``), so that it does not sign two of one number: not after a database was
put back either, and not on a machine where there is no section. Source of the rule: The Update Framework, against rollback and
forks of its root role; here it is the signer who remembers.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from internationale.errors import Conflict, Misconfigured
from internationale.events import keys, locks, signed
from internationale.events.keys import SigningKey
from internationale.events.roster import Roster
from internationale.kit import marker
from internationale.rooms.roster.port import noted
from internationale.settings import read_private, whole

_ = marker("core")

LEAP = 1000
"""So many versions after the last that it has signed a key signs without being told again: nobody has missed more."""


@dataclass(frozen=True, repr=False)
class RootKey(SigningKey):
    """A root key that remembers what it signs. ``again``: it may sign a version although it has signed another of its number."""

    path: Path
    again: bool = False

    def sign(self, payload_type: bytes, body: bytes) -> str:
        """Noted before it is signed, so that no signature is forgotten. Raises ``Conflict`` for a number that it has signed
        otherwise, that lies before one, or that is far from all that it has signed; ``Misconfigured`` when it cannot be noted.
        """
        if payload_type == keys.ROSTER:
            version = signed.parse(Roster, body, "malformed_roster").version
            check = (lambda known: None) if self.again else partial(_check, version=version)
            noted.note(self.path, self.public.id, version, keys.digest(keys.ROSTER, body).hex(), check)
        return super().sign(payload_type, body)


def _check(known: dict[str, int], version: int) -> None:
    """Refuse a second version of one number, or of a number before the last; and one so far away that it would sign no true one
    any more.
    """
    hash, last = max(known.items(), key=lambda signed: signed[1], default=("", 0))
    if version <= last:
        raise Conflict(
            _(
                "This root key has signed another version %(last)s of the list of sections before (%(hash)s), so it does not sign"
                " this version %(version)s: if both came into force, the International would be divided. Only when all who hold"
                " root keys have agreed that the other one is never used, sign the proposal all the same (“roster sign --again”)."
            )
            % {"last": last, "hash": hash[:16], "version": version}
        )
    if version - last > LEAP:
        raise Conflict(
            _(
                "This would be version %(version)s of the list of sections, and the last one that this root key has signed was"
                " version %(last)s (0: none). After it this key would sign none in between any more, so it is not signed. If the"
                " number is right, sign it all the same (“roster sign --again”)."
            )
            % {"version": version, "last": last}
        )


def root_key(path: Path, passphrase: str = "", *, again: bool = False) -> RootKey:
    """Read it. Raises ``Misconfigured`` (absent, damaged, open to others), and ``Invalid`` without the right passphrase."""
    content = read_private(path)
    try:
        return RootKey(locks.unlock(content, passphrase).seed, path, again)
    except ValueError as error:
        raise Misconfigured(_("This is not a key: %(why)s") % {"why": error}, place=str(path)) from error


def unlocked(path: Path, passphrase: str, *, again: bool) -> RootKey:
    """The same where people ask for it on a page or by a program. Raises ``Conflict`` where there is none on this instance."""
    if root_state(path) == "absent":
        raise Conflict(_("There is no root key on this instance. Sign where it is kept, and hand in the signature here."))
    return root_key(path, passphrase, again=again)


def write_root_key(path: Path, key: SigningKey, passphrase: str = "") -> None:
    """Write a new one that only its owner can read. Raises ``Misconfigured``: also where there is one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with whole.fresh(path) as part:
            part.write_text(locks.lock(key, passphrase), encoding="ascii")
    except FileExistsError as error:
        raise Misconfigured(_("There already is a root key here."), place=str(path)) from error
    except OSError as error:
        raise Misconfigured(
            _("The file cannot be written: %(why)s") % {"why": error.strerror or error}, place=str(path)
        ) from error


def root_state(path: Path) -> str:
    """``absent``, ``open`` or ``locked``."""
    if not path.exists():
        return "absent"
    return "locked" if locks.is_locked(read_private(path)) else "open"
