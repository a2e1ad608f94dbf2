"""What outlasts the database of accounts: which were closed, which of their people left, which passwords are over.

Each is one word, of what was done and a keyed hash of to whom: with the list alone nobody can say who that was.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

CLOSED, OPENED, LEFT, CHANGED = "closed", "opened", "left", "changed"


@dataclass(frozen=True)
class Standing:
    """What holds at the end of the list, by the marks of accounts and of passwords."""

    closed: frozenset[str]
    left: frozenset[str]
    changed: frozenset[str]


def mark(of: str, secret: bytes) -> str:
    """What an account (by its id) or a password (by its hash) is called in the list."""
    return hmac.digest(secret, of.encode(), "sha256").hex()


def word(deed: str, mark: str) -> str:
    return f"{deed}:{mark}"


def once(word: str) -> str:
    """The same, for one time that it was done: an account may be closed twice."""
    return f"{word}:{secrets.token_hex(8)}"


def standing(words: Iterable[str]) -> Standing:
    """What holds after all of them. What is no such word, or was cut off by a crash, says nothing."""
    found: dict[str, set[str]] = {CLOSED: set(), LEFT: set(), CHANGED: set()}
    for each in words:
        deed, mark = (*each.split(":"), "")[:2]
        if deed == OPENED:
            found[CLOSED].discard(mark)
        elif deed in found:
            found[deed].add(mark)
    return Standing(*(frozenset(found[deed]) for deed in (CLOSED, LEFT, CHANGED)))
