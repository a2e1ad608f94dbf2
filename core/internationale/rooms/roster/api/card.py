"""The section's public card, for everybody."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency

from internationale.rooms.roster import port
from internationale.rooms.roster.port import Instance


def card() -> Any:
    """The handler, made anew for each application."""

    @get("/.well-known/internationale.json", sync_to_thread=True, summary="This section's signed public card")
    def handler(section: NamedDependency[Instance]) -> dict[str, object]:
        return port.own_card(section).plain()

    return handler
