"""What was turned away, waits or does not count, and why; and what the host can do about it."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.events.types import kind_name
from internationale.kit import Message, Reader, Section, called
from internationale.rooms.exchange import port, queries, rules
from internationale.rooms.exchange.forms import RetryPage, SourceForm
from internationale.rooms.exchange.pages.forks import deeds
from internationale.rooms.exchange.queries import Held

PATH = "/federation/waiting"
FIRST = 5
"""How many of each kind stand on the first page."""


def explained(held: Held, names: Mapping[str, str]) -> list[Message]:
    """Why something is held back, one sentence for each thing that it waits for. ``names``: of the sections, by code."""
    return [rules.awaited(kind, what, names) for kind, what in held.what] or [rules.worded(held.reason)]


def _words(section: Section) -> dict[str, Any]:
    """What puts what is held back into words."""
    with section.reading() as session:
        names = {card.code: called(card) for card in section.sections(session)}
    why = partial(explained, names=names)
    return {"explained": why, "remedy": rules.remedy, "deeds": deeds(section), "kind_name": kind_name}


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    return [*_looking(), *_doing()]


def _looking() -> list[Any]:
    @get(PATH, sync_to_thread=True)
    def waiting(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            stuck, sources = queries.stuck(session), queries.sources(session)
        context = {"stuck": stuck, "sources": sources, "first": FIRST} | _words(section)
        return Template("exchange/waiting.html", context=context)

    @get(PATH + "/{kind:str}", sync_to_thread=True)
    def listed(
        kind: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        page: FromQuery[int] = 1,
        done: FromQuery[int | None] = None,
    ) -> Template:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            listing = queries.listing(session, queries.kind(kind), page)
        context = {"listing": listing, "done": done} | _words(section)
        return Template("exchange/held_back.html", context=context)

    @get(PATH + "/{kind:str}/{id:str}/export", sync_to_thread=True)
    def export(
        kind: FromPath[str], id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> Response[str]:
        section.require(reader, rules.INSPECT)
        with section.reading() as session:
            line = json.dumps(queries.exported(*queries.one(session, queries.kind(kind), id)))
        headers = {"Content-Disposition": 'attachment; filename="held-back.jsonl"'}
        return Response(line + "\n", media_type="application/jsonl", headers=headers)

    return [waiting, listed, export]


def _doing() -> list[Any]:
    @post(PATH + "/{kind:str}/retry", sync_to_thread=True)
    def retry(
        kind: FromPath[str], data: URLEncodedBody[RetryPage], section: NamedDependency[Any], reader: NamedDependency[Reader]
    ) -> Redirect:
        section.require(reader, rules.INSPECT)
        meant = queries.kind(kind)
        done = port.retry(section, meant, [data.id]) if data.id else port.retry_all(section, meant)
        return Redirect(f"{PATH}/{meant.value}?done={done}", status_code=303)

    @post(PATH + "/mute", sync_to_thread=True)
    def mute(data: URLEncodedBody[SourceForm], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        section.require(reader, rules.INSPECT)
        with section.writing() as session:
            port.mute(session, data.source, section.now())
        return Redirect(f"{PATH}#sources", status_code=303)

    @post(PATH + "/unmute", sync_to_thread=True)
    def unmute(data: URLEncodedBody[SourceForm], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        section.require(reader, rules.INSPECT)
        with section.writing() as session:
            port.unmute(session, data.source)
        return Redirect(f"{PATH}#sources", status_code=303)

    return [retry, mute, unmute]
