"""How the International stands: sections, hubs, heads, alarms."""

from collections.abc import Sequence
from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from internationale.kit import Reader, Section
from internationale.rooms.exchange import queries, rules
from internationale.rooms.roster.rules import require_member


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/federation", sync_to_thread=True)
    def federation(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        require_member(reader)
        with section.reading() as session:
            state = queries.overview(session, section.code, section.now(), section.hubs)
            counts = queries.counts(session) if section.may(reader, rules.INSPECT) else None
        may_read = section.may(reader, rules.READ)
        context = {"federation": state, "counts": counts, "fenced": section.fenced, "may_read": may_read}
        return Template("exchange/federation.html", context=context)

    @get("/federation/hubs", sync_to_thread=True)
    def hubs(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        require_member(reader)
        with section.reading() as session:
            state = queries.overview(session, section.code, section.now(), section.hubs)
            sent = queries.sent_to(session, section.code)
        return Template("exchange/hubs.html", context={"federation": state, "sent": sent})

    return [federation, hubs]
