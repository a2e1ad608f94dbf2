"""The proofs of forks, for programs."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from internationale.kit import Reader, Section
from internationale.rooms.exchange import queries, rules
from internationale.rooms.exchange.queries import Fork
from internationale.rooms.roster.rules import require_member


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/api/v1/federation/forks", sync_to_thread=True, summary="The proofs that a section has two histories")
    def forks(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Sequence[Fork]:
        require_member(reader)
        with section.reading() as session:
            return queries.forks(session)

    @get("/api/v1/federation/forks/{id:str}", sync_to_thread=True, summary="One proof as a file (JSON lines)")
    def one(id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Response[str]:
        section.require(reader, rules.READ)
        with section.reading() as session:
            lines = "".join(f"{line}\n" for line in queries.proof_lines(session, id))
        return Response(lines, media_type="application/jsonl")

    return [forks, one]
