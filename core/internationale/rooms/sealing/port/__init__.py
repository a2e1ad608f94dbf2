"""What people do with what is sealed: the same for pages and API."""

from .outliving import needs, outlived, take_back
from .sharing import Readership, panels, read_anew, readership, share

__all__ = ["Readership", "needs", "outlived", "panels", "read_anew", "readership", "share", "take_back"]
