"""What a server tells of itself, as far as it is needed.

The library keeps all of it, compares every address of a cluster with every other, and tries them; ours are those that were named
and no others. So nothing is left of what a server says but the few words that a connection stands on.
"""

from collections.abc import Mapping
from typing import Any

import nats.errors

_KINDS: Mapping[str, type] = {
    "headers": bool,
    "auth_required": bool,
    "tls_required": bool,
    "ldm": bool,
    "nonce": str,
    "version": str,
    "max_payload": int,
}
_LONGEST = 256
"""Letters of a word."""
_LARGEST = 2**31
"""Bytes of a message, far above what any server takes."""


def needed(info: Mapping[str, Any]) -> dict[str, Any]:
    """The words that the connection stands on. Raises ``nats.errors.ProtocolError`` where one of them is none."""
    found = {word: info[word] for word in _KINDS if word in info}
    for word, said in found.items():
        if type(said) is not _KINDS[word] or not _sound(said):
            raise nats.errors.ProtocolError(f"nats: no {word}")
    return found


def _sound(said: object) -> bool:
    if isinstance(said, str):
        return len(said) <= _LONGEST
    return isinstance(said, int) and 0 <= said <= _LARGEST
