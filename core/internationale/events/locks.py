"""Private keys in files, locked with a passphrase or not. Locked ones are age files (scrypt), readable with any age program."""

import pyrage  # type: ignore[import-untyped]  # it has no types

from internationale.errors import Invalid
from internationale.events.keys import SigningKey
from internationale.messages import marker

_ = marker("core")

BEGINNING = "-----BEGIN AGE ENCRYPTED FILE-----"
"""How a locked key's file begins (age's armour)."""
_WORK = "Excessive work parameter"
"""What age says of a lock that takes this machine too long by far: it was made on a faster one, or when this had less to do."""
_TOO_SLOW = _(
    "This machine is too slow for the lock of this root key, or too busy at this moment. Try again when it has nothing else to"
    " do, or open the key on the machine on which it was locked."
)


def lock(key: SigningKey, passphrase: str) -> str:
    """The content of a key file; locked unless the passphrase is empty."""
    text = key.secret_text() + "\n"
    return pyrage.passphrase.encrypt(text.encode(), passphrase, armored=True).decode("ascii") if passphrase else text


def is_locked(content: str) -> bool:
    """Whether a passphrase is needed."""
    return content.lstrip().startswith(BEGINNING)


def unlock(content: str, passphrase: str) -> SigningKey:
    """Read what ``lock`` wrote. Raises ``Invalid`` without the right passphrase, ``ValueError`` for what is no key."""
    if not is_locked(content):
        return SigningKey.parse(content)
    if not passphrase:
        raise Invalid(_("This root key is locked: its passphrase is needed."), place="passphrase")
    try:
        opened = pyrage.passphrase.decrypt(content.encode("ascii"), passphrase)
    except pyrage.DecryptError as error:
        said = _TOO_SLOW if _WORK in str(error) else _("This is not the passphrase of the root key.")
        raise Invalid(said, place="passphrase") from error
    return SigningKey.parse(opened.decode("ascii"))
