"""The pages about the International as a whole."""

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from internationale.kit import Message, Reader, Section
from internationale.rooms.roster import queries, rules
from internationale.rooms.roster.queries import Held


def explained(held: Held) -> list[Message]:
    """Why something is held back, one sentence for each thing that it waits for."""
    return [rules.awaited(kind, what) for kind, what in held.what] or [rules.worded(held.reason)]


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/federation", sync_to_thread=True)
    def federation(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        rules.require_member(reader)
        with section.reading() as session:
            state = queries.overview(session, section.code, section.now())
            counts = queries.counts(session) if section.may(reader, rules.INSPECT) else None
        return Template("roster/federation.html", context={"federation": state, "counts": counts, "fenced": section.fenced})

    @get("/federation/waiting", sync_to_thread=True)
    def waiting(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            stuck = queries.stuck(session)
        return Template("roster/waiting.html", context={"stuck": stuck, "explained": explained})

    return [federation, waiting]
