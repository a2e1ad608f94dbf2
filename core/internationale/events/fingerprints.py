"""Fingerprints of keys, and of a whole list of sections, as people compare them: digits in groups, words to read, a code to scan.

All three say the same 128 bits: the first 16 bytes of the SHA-256 of the public key's 32 bytes, or of the hashes of a list's
first and latest versions, 64 bytes. Source of the words: BIP 39's English list, which was chosen so that no two are mistaken
for each other; the last word holds a checksum.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from mnemonic import Mnemonic

from internationale.events.keys import PublicKey

SIZE = 16


@dataclass(frozen=True)
class Listed:
    """What a list of sections is known by: whoever has the same first and the same latest version has the same of all between."""

    raw: bytes

    @classmethod
    def of(cls, first: str, latest: str) -> Self:
        """By the hashes of the two versions."""
        return cls(bytes.fromhex(first) + bytes.fromhex(latest))


def groups(key: PublicKey | Listed) -> str:
    """Eight groups of four hexadecimal digits."""
    digits = _digest(key).hex()
    return " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))


def words(key: PublicKey | Listed) -> str:
    """Twelve English words, separated by spaces."""
    return _list().to_mnemonic(_digest(key))


def scanned(key: PublicKey | Listed) -> str:
    """What the square code holds: ``INTL:KEY:`` or ``INTL:LIST:`` and 32 hexadecimal digits, in letters that make it small."""
    kind = "LIST" if isinstance(key, Listed) else "KEY"
    return f"INTL:{kind}:{_digest(key).hex().upper()}"


def matches(key: PublicKey | Listed, typed: str) -> bool:
    """Whether somebody has typed this fingerprint: its words or its digits, however spaced and in whatever case."""
    given = "".join(typed.lower().split())
    return given in {words(key).replace(" ", ""), groups(key).replace(" ", "")}


def _digest(key: PublicKey | Listed) -> bytes:
    return hashlib.sha256(key.raw).digest()[:SIZE]


@lru_cache(maxsize=1)
def _list() -> Mnemonic:
    return Mnemonic("english")
