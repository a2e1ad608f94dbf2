"""The room's deeds: the same for its pages, its API and, through ``kit.documents``, for plugins.

Each runs in the caller's transaction and raises ``Refused``, ``Invalid``, ``NotFound`` or ``Conflict``.
"""

from internationale.rooms.documents.port.room import DocumentsRoom

__all__ = ["DocumentsRoom"]
