"""What sections said to some others only."""

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template

from internationale.kit import Reader, Section
from internationale.rooms.exchange import queries
from internationale.rooms.roster.rules import require_member


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/federation/sealed", sync_to_thread=True)
    def sealed(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        require_member(reader)
        with section.reading() as session:
            found = queries.sealed_things(session, page)
        return Template("exchange/sealed.html", context={"found": found})

    return [sealed]
