"""The room's JSON API, for everything that its pages do."""

from typing import Any

from internationale.rooms.documents.api import amendments, debate, texts


def routes() -> list[Any]:
    """Fresh handlers for one application."""
    return [*texts.routes(), *amendments.routes(), *debate.routes()]
