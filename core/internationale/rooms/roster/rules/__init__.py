"""The pure part of the room."""

from .drafts import admitting, founding, renewing
from .lag import KEPT, lacking, newest
from .words import INSPECT, awaited, require_member, worded

__all__ = ["INSPECT", "KEPT", "admitting", "awaited", "founding", "lacking", "newest", "renewing", "require_member", "worded"]
