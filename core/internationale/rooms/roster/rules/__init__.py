"""The pure part of the room."""

from . import asking, authority, changes
from .dates import require_dated
from .drafts import admitting, founding, renewing
from .lag import kept
from .standing import divided, expiry, standing
from .telling import lacking, told
from .words import require_member

__all__ = [
    "admitting",
    "asking",
    "authority",
    "changes",
    "divided",
    "expiry",
    "founding",
    "kept",
    "lacking",
    "renewing",
    "require_dated",
    "require_member",
    "standing",
    "told",
]
