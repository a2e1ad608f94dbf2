"""The pages that belong to no plugin: front page or home page, about, and whether we are alive."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlmodel import select

from internationale.kit import paging
from internationale.kit.vocabulary import Place, Reader
from internationale.section import Section


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/", sync_to_thread=True)
    def front(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        if not reader.signed_in:
            return Template("front.html", context={"panels": section.panels(Place.FRONT, None, reader)})
        with section.reading() as session:
            answers = section.plugins.each("needs", section=section, session=session, reader=reader)
        needs = sorted((need for _name, found in answers for need in found), key=lambda need: -need.weight)
        found = paging.part(needs, page)
        return Template("home.html", context={"found": found, "panels": section.panels(Place.HOME, None, reader)})

    @get("/about", sync_to_thread=True)
    def about(section: NamedDependency[Section]) -> Template:
        with section.reading() as session:
            cards = section.sections(session)
        return Template("about.html", context={"cards": cards})

    @get("/healthz", sync_to_thread=True)
    def alive(section: NamedDependency[Section]) -> Response[str]:
        with section.reading() as session:
            session.exec(select(1)).one()
        return Response("ok\n", media_type="text/plain")

    return [front, about, alive]
