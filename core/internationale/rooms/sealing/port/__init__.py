"""What people do with what is sealed: the same for pages and API."""

from .outliving import needs, outlived, take_back
from .sharing import Readership, panels, readership, share

__all__ = ["Readership", "needs", "outlived", "panels", "readership", "share", "take_back"]
