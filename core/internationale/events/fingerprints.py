"""A key's fingerprint in the three forms in which people compare it: groups of digits, words to read aloud, a code to scan.

All three say the same 128 bits: the first 16 bytes of the SHA-256 of the public key's 32 bytes. Source of the words: BIP 39's
English list, which was chosen so that no two words are mistaken for each other; the last word holds a checksum.
"""

import hashlib
from functools import lru_cache

from mnemonic import Mnemonic

from internationale.events.keys import PublicKey

SIZE = 16


def groups(key: PublicKey) -> str:
    """Eight groups of four hexadecimal digits."""
    digits = _digest(key).hex()
    return " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))


def words(key: PublicKey) -> str:
    """Twelve English words, separated by spaces."""
    return _list().to_mnemonic(_digest(key))


def scanned(key: PublicKey) -> str:
    """What the square code holds: ``INTL:KEY:`` and 32 hexadecimal digits, all in letters that make it small."""
    return f"INTL:KEY:{_digest(key).hex().upper()}"


def matches(key: PublicKey, typed: str) -> bool:
    """Whether somebody has typed this key's fingerprint: its words or its digits, however spaced and in whatever case."""
    given = "".join(typed.lower().split())
    return given in {words(key).replace(" ", ""), groups(key).replace(" ", "")}


def _digest(key: PublicKey) -> bytes:
    return hashlib.sha256(key.raw).digest()[:SIZE]


@lru_cache(maxsize=1)
def _list() -> Mnemonic:
    return Mnemonic("english")
