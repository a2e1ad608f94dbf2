"""The room's deeds, the same for its pages, its API, its commands and the worker."""

from internationale.rooms.attachments.port.room import AttachmentsRoom

__all__ = ["AttachmentsRoom"]
