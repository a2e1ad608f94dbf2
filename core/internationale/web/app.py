"""Builds the application of one section: its own pages, and the pages and API of its rooms and plugins."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Self

from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Response, Stream, Template
from litestar.template import TemplateConfig
from litestar.types import Message, Scope
from sqlmodel import SQLModel

from internationale import __version__, i18n
from internationale.kit import ports
from internationale.kit.vocabulary import Reader
from internationale.section import Section
from internationale.web import allowing, assets, bodies, bundles, faults, front, gathering, headers, logs, rendering
from internationale.web.edge import Edge
from internationale.web.threads import Threads, aside
from internationale.web.visits import Visit
from internationale.web.waiting import Waiting
from internationale.web.writings import Writings

API = "/api/v1"
_OF_ALL = (
    "JSON answers to a GET (but for this one) have an ETag; with it in If-None-Match the answer is 304 while nothing has changed."
    " With Prefer: wait=SECONDS besides (at most 50), whoever is signed in is answered as soon as something has, or with 304 when"
    " the time is over: so what is followed need not be asked for again and again."
)
Running = Callable[[Section], AbstractAsyncContextManager[object]]
"""Something that runs beside the pages for as long as the application does: the worker."""


class Own(Router):
    """Routes of one application alone. Litestar copies a router deeply, lest it serve two; that costs a third of a start."""

    def __deepcopy__(self, _memo: object) -> Self:
        return self


def create_app(section: Section, running: Iterable[Running] = ()) -> Litestar:
    """The application of a prepared section. ``running`` starts and stops with it."""
    for folder in section.plugins.folders("translations").values():
        i18n.include(folder)
    files = assets.Assets(section.plugins.folders("static"))
    environment = rendering.make_environment(section, files)
    api, pages = _parted([*front.routes(), *logs.routes(), *bundles.routes(), *section.plugins.all("routes")])
    app = Litestar(
        route_handlers=[
            Own("/", route_handlers=[files.route(), *pages], include_in_schema=False),
            Own("/", route_handlers=api, include_in_schema=True),
        ],
        dependencies={
            "section": Provide(lambda: section, sync_to_thread=False),
            "reader": Provide(_reader, sync_to_thread=False),
        },
        before_request=bodies.take,
        after_request=partial(_finish, environment, allowing.downloads()),
        before_send=[partial(_send_headers, section)],
        exception_handlers=faults.handlers(),
        lifespan=[_threads, *(partial(_beside, section, each) for each in running)],
        template_config=TemplateConfig(instance=JinjaTemplateEngine(engine_instance=environment)),
        openapi_config=_openapi(section),
        request_max_body_size=bodies.MAX_BODY,
        state=State(
            {
                "section": section,
                "writings": Writings(),
                "gathering": gathering.Rooms(),
                "parsing": asyncio.Semaphore(bodies.AT_ONCE),
            }
        ),
        signature_types=[ports.Section, Section, Reader],
        type_encoders={SQLModel: refuse_rows},
        logging_config=None,
    )
    app.asgi_handler = Waiting(Edge(app.asgi_handler, section), section, API + "/")
    return app


def refuse_rows(value: SQLModel) -> Any:
    """No row of a table is ever an answer: it would carry columns that nobody chose to show."""
    if hasattr(type(value), "__table__"):
        raise TypeError(f"a table row in a response: {type(value).__name__}")
    return value.model_dump(mode="python")


def _parted(routes: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """API and pages, by path."""
    api: list[Any] = []
    pages: list[Any] = []
    for route in routes:
        paths = getattr(route, "paths", None) or [route.path]
        (api if all(path.startswith(API) for path in paths) else pages).append(route)
    return api, pages


def _openapi(section: Section) -> OpenAPIConfig:
    return OpenAPIConfig(
        title=f"Internationale: {section.name}",
        version=__version__,
        description=_OF_ALL,
        path=f"{API}/openapi.json",
        render_plugins=[JsonRenderPlugin(path="/")],  # the document alone: Litestar's pages for it load scripts from elsewhere
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"token": []}],
        use_handler_docstrings=True,
    )


def _reader(request: Request[Any, Any, Any], section: NamedDependency[Section]) -> Reader:  # see below
    """Whoever visits, in the language of this visit: texts are shown in the language that the page speaks.

    Litestar finds what does not depend on each other at once, in tasks of their own; to ask for the section first costs less.
    """
    here: Visit = request.scope["state"]["visit"]
    return here.reader if here.reader.language == here.language else replace(here.reader, language=here.language)


async def _finish(environment: Any, downloads: allowing.UnderWay, response: Response[Any]) -> Response[Any]:
    """Render pages in a worker thread: a long text must not hold up everybody else. Count what is streamed, whoever made it."""
    if isinstance(response, Stream):
        return allowing.Download(response, downloads)
    if not isinstance(response, Template):
        return response
    template = environment.get_template(response.template_name)
    content = await aside(template.render, response.context)
    return Response(
        content,
        status_code=response.status_code,
        media_type="text/html",
        headers=response.headers,
        cookies=response.cookies,
        background=response.background,
    )


async def _send_headers(section: Section, message: Message, scope: Scope) -> None:
    headers.add(message, scope, secure=section.base_url.startswith("https://"))


@asynccontextmanager
async def _threads(_app: Litestar) -> AsyncIterator[None]:
    """Left alone, asyncio has six where there are two processors: as many who wait for their turn to write would hold up all."""
    asyncio.get_running_loop().set_default_executor(Threads())
    yield


@asynccontextmanager
async def _beside(section: Section, running: Running, _app: Litestar) -> AsyncIterator[None]:
    async with running(section):
        yield
