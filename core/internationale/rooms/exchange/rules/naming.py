"""What names a message that was not signed yet, when it is signed under another number and with another hash. Pure."""

from collections.abc import Mapping
from typing import Any


def named_anew(value: Any, names: Mapping[str, str]) -> Any:
    """A JSON value in which each text that is one of the old names, and nothing else, is the new one. Words in which such a name
    stands are somebody's words, and stay.
    """
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {key: named_anew(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [named_anew(inner, names) for inner in value]
    return value
