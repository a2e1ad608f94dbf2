"""The same for programs."""

from collections.abc import Sequence
from typing import Any

from internationale.rooms.exchange.api import forks, overview, releasing, sealed, sent, waiting


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    return [*overview.routes(), *waiting.routes(), *forks.routes(), *releasing.routes(), *sent.routes(), *sealed.routes()]
