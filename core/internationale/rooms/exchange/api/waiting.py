"""What is held back, for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import Reader, Section
from internationale.rooms.exchange import port, queries, rules
from internationale.rooms.exchange.forms import RetryBody, SourceForm
from internationale.rooms.exchange.queries import Listing, Source, Stuck

PATH = "/api/v1/federation/waiting"


@dataclass(frozen=True)
class Retried:
    """How many of those that were tried again are held back no longer."""

    done: int


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    return [*_looking(), *_doing()]


def _looking() -> list[Any]:
    @get(PATH, sync_to_thread=True, summary="What was turned away, waits or does not count, and why")
    def waiting(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Stuck:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            return queries.stuck(session)

    @get(PATH + "/sources", sync_to_thread=True, summary="In whose name how much was turned away")
    def sources(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Sequence[Source]:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            return queries.sources(session)

    @get(PATH + "/{kind:str}", sync_to_thread=True, summary="One page of what is held back in one way")
    def listed(
        kind: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> Listing:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            return queries.listing(session, queries.kind(kind), page)

    @get(PATH + "/{kind:str}/{id:str}", sync_to_thread=True, summary="One thing that is held back, byte for byte")
    def one(
        kind: FromPath[str], id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> dict[str, str]:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            return queries.exported(*queries.one(session, queries.kind(kind), id))

    return [waiting, sources, listed, one]


def _doing() -> list[Any]:
    @post(PATH + "/{kind:str}/retry", status_code=200, sync_to_thread=True, summary="Try again what is held back")
    def retry(
        kind: FromPath[str], data: JSONBody[RetryBody], section: NamedDependency[Any], reader: NamedDependency[Reader]
    ) -> Retried:
        section.require(reader, rules.INSPECT)
        meant = queries.kind(kind)
        return Retried(port.retry(section, meant, data.ids) if data.ids else port.retry_all(section, meant))

    @post(PATH + "/mute", status_code=200, sync_to_thread=True, summary="Only count what is not authentic in a section's name")
    def mute(data: JSONBody[SourceForm], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Sequence[Source]:
        section.require(reader, rules.INSPECT)
        with section.writing() as session:
            port.mute(session, data.source, section.now())
            return queries.sources(session)

    @post(PATH + "/unmute", status_code=200, sync_to_thread=True, summary="Keep again what comes in a section's name")
    def unmute(
        data: JSONBody[SourceForm], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> Sequence[Source]:
        section.require(reader, rules.INSPECT)
        with section.writing() as session:
            port.unmute(session, data.source)
            return queries.sources(session)

    return [retry, mute, unmute]
