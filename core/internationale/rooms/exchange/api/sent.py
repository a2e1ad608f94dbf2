"""What left this house, for programs."""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import Reader, Section
from internationale.rooms.exchange import port, queries, rules
from internationale.rooms.exchange.forms import WithdrawBody
from internationale.rooms.exchange.queries import SentPage, TakenBack, Whole


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/api/v1/federation/sent", sync_to_thread=True, summary="Everything that this section has signed, a page at a time")
    def sent(
        section: NamedDependency[Any],
        reader: NamedDependency[Reader],
        type: FromQuery[str] = "",
        page: FromQuery[int] = 1,
        aside: FromQuery[int] = 1,
    ) -> SentPage:
        """What does not count is in `uncounted`, whatever its type; `aside` is the number of its page."""
        section.require(reader, rules.READ)
        with section.reading() as session:
            return queries.page(section.ledger, session, type, page, aside)

    @get("/api/v1/federation/sent/{id:str}", sync_to_thread=True, summary="One message of this section with its contents")
    def one(id: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Whole:
        section.require(reader, rules.READ)
        with section.reading() as session:
            return queries.whole(section.ledger, session, id)

    @post("/api/v1/federation/sent/{id:str}/withdraw", sync_to_thread=True, summary="Take the long texts of a message back")
    def withdraw(
        id: FromPath[str], data: JSONBody[WithdrawBody], section: NamedDependency[Any], reader: NamedDependency[Reader]
    ) -> dict[str, str]:
        with section.writing() as session:
            return {"id": port.withdraw(section, session, id, reason=data.reason, by=reader).id}

    @get("/api/v1/federation/withdrawn", sync_to_thread=True, summary="What sections have taken back")
    def withdrawn(
        section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> Sequence[TakenBack]:
        """The latest first, 200 to a page; none beyond the last."""
        section.require(reader, rules.READ)
        with section.reading() as session:
            return queries.taken_back(session, page=page)

    return [sent, one, withdraw, withdrawn]
