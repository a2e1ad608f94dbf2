"""The room's pages."""

from typing import Any

from internationale.rooms.attachments.pages import bringing, reading, withdrawing


def routes() -> list[Any]:
    """Fresh handlers for one application."""
    return [*reading.routes(), *bringing.routes(), *withdrawing.routes()]
