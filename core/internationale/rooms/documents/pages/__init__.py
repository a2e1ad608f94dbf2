"""The room's pages. Every one works without JavaScript; every POST ends on the page that shows its result."""

from typing import Any

from internationale.rooms.documents.pages import amending, amendments, debate, motions, reading, revising


def routes() -> list[Any]:
    """Fresh handlers for one application."""
    return [
        *reading.routes(),
        *revising.routes(),
        *amending.routes(),
        *amendments.routes(),
        *debate.routes(),
        *motions.routes(),
    ]
