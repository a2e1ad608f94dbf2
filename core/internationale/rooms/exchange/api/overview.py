"""How the exchange stands, for programs."""

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency

from internationale.kit import Reader, Section
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.api.values import FederationOut
from internationale.rooms.roster.rules import require_member


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/api/v1/federation", sync_to_thread=True, summary="The sections, the hubs, how far each has everyone's log, and alarms")
    def federation(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> FederationOut:
        require_member(reader)
        with section.reading() as session:
            return FederationOut.of(queries.overview(session, section.code, section.now(), section.hubs))

    return [federation]
