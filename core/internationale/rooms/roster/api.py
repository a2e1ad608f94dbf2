"""The same for programs, and the section's public card."""

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency

from internationale.kit import Reader, Section
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.queries import Federation, Stuck


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/api/v1/federation", sync_to_thread=True, summary="The sections and how far each has everyone's log")
    def federation(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Federation:
        rules.require_member(reader)
        with section.reading() as session:
            return queries.overview(session, section.code, section.now())

    @get("/api/v1/federation/waiting", sync_to_thread=True, summary="What was turned away, waits or does not count, and why")
    def waiting(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Stuck:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            return queries.stuck(session)

    @get("/.well-known/internationale.json", sync_to_thread=True, summary="This section's signed public card")
    def card(section: NamedDependency[Any]) -> dict[str, object]:
        return port.own_card(section).plain()

    return [federation, waiting, card]
