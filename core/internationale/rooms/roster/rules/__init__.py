"""The pure part of the room."""

from . import authority, changes
from .drafts import admitting, founding, renewing
from .lag import kept
from .standing import divided, expiry, standing
from .telling import lacking, told
from .words import require_member

__all__ = [
    "admitting",
    "authority",
    "changes",
    "divided",
    "expiry",
    "founding",
    "kept",
    "lacking",
    "renewing",
    "require_member",
    "standing",
    "told",
]
