"""The pure part of the room."""

from . import announcing, asking, authority, changes
from .dates import require_dated, undated
from .drafts import admitting, founding, renewing
from .lag import kept
from .places import inside, insides, reachable
from .standing import divided, expiry, standing
from .telling import lacking, told
from .words import require_member, require_person

__all__ = [
    "admitting",
    "announcing",
    "asking",
    "authority",
    "changes",
    "divided",
    "expiry",
    "founding",
    "inside",
    "insides",
    "kept",
    "lacking",
    "reachable",
    "renewing",
    "require_dated",
    "require_member",
    "require_person",
    "standing",
    "told",
    "undated",
]
