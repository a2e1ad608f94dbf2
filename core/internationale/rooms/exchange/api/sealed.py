"""What sections said to some others only, for programs."""

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from internationale.kit import Reader, Section
from internationale.rooms.exchange import queries
from internationale.rooms.exchange.queries import SealedPage
from internationale.rooms.roster.rules import require_member


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/api/v1/federation/sealed", sync_to_thread=True, summary="What is sealed and cannot be opened here, a page at a time")
    def sealed(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> SealedPage:
        require_member(reader)
        with section.reading() as session:
            return queries.sealed_things(session, page)

    return [sealed]
