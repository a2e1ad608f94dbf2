"""Encrypting to sections with age (X25519), and padding: pure, and nothing of the log in it.

Each section has one or more age identities at home; the roster shows the recipients that belong to them. What is sealed for
several sections is one age file that each of them opens alone. There is no forward secrecy: who has the bytes and, one day, an
identity, reads them; so identities are changed from time to time, and the old ones are kept for reading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pyrage import DecryptError, IdentityError, RecipientError, x25519  # type: ignore[import-untyped]  # it has no types
from pyrage import decrypt as age_decrypt
from pyrage import encrypt as age_encrypt

from internationale.errors import Untrusted
from internationale.events.envelope import MAX_READERS

STEP = 4096
"""What is sealed is padded to a multiple of this many bytes, so that its length says little."""
MAX_RECIPIENTS = MAX_READERS
"""The most recipients of one age file. Opening costs the square of their number (128: a fifth of a second; 2,000: a minute and
more), so this bounds what somebody can cost us.
"""


@dataclass(frozen=True)
class Identity:
    """A secret age key, ``AGE-SECRET-KEY-1…``; never on a page, never in a log line."""

    secret: str

    @classmethod
    def generate(cls) -> Self:
        """A new one."""
        return cls(str(x25519.Identity.generate()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an age identity file: one key, and comments after ``#``. Raises ``ValueError``."""
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        if len(lines) != 1:
            raise ValueError("not one age identity")
        try:
            return cls(str(x25519.Identity.from_str(lines[0])))
        except IdentityError as error:
            raise ValueError(str(error)) from error

    @property
    def recipient(self) -> str:
        """The public half, ``age1…``."""
        return str(x25519.Identity.from_str(self.secret).to_public())

    def __repr__(self) -> str:
        return f"Identity({self.recipient})"


def padded(content: bytes) -> bytes:
    """With zeros up to the next multiple of ``STEP``; who reads it must know from the content where it ends."""
    return content + bytes(-len(content) % STEP)


def encrypt(content: bytes, recipients: Iterable[str]) -> bytes:
    """One age file that each of the recipients (``age1…``, at least one) can open. Raises ``ValueError`` for a wrong one."""
    keys = _recipients(recipients)
    if not 0 < len(keys) < MAX_RECIPIENTS:  # age adds one of its own, as grease
        raise ValueError("nobody to encrypt to, or too many")
    sealed: bytes = age_encrypt(content, keys)
    return sealed


def decrypt(content: bytes, identities: Sequence[Identity]) -> bytes:
    """Open an age file. Raises ``Untrusted("not_readable")`` when none of these opens it, or a byte of it was changed."""
    if not identities or content.count(b"\n-> ") > MAX_RECIPIENTS:
        raise Untrusted("not_readable")
    try:
        opened: bytes = age_decrypt(content, [x25519.Identity.from_str(identity.secret) for identity in identities])
    except DecryptError as error:
        raise Untrusted("not_readable") from error
    return opened


def _recipients(texts: Iterable[str]) -> list[Any]:
    try:
        return [x25519.Recipient.from_str(text) for text in dict.fromkeys(texts)]
    except RecipientError as error:
        raise ValueError(str(error)) from error
