"""The translator's pages: the matrix, the desk, and what will be shared before it is shared."""

import math
from collections.abc import Sequence
from typing import Any, Literal

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Reader, Section
from internationale.kit import entered as kept

from . import port, queries
from .forms import DeskForm, SharingForm, Show
from .queries import Bench
from .rules.desk import open_lines
from .rules.memory import digest

PAGE = 100
"""How many units one page of the desk has: a phone can hold them, and so can a form."""


def routes() -> list[Any]:
    """All handlers, new for each application."""
    return [*_reading(), *_desk(), *_sharing()]


def _reading() -> list[Any]:
    @get("/translation", sync_to_thread=True)
    def matrix(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        section.require(reader, queries.DRAFT)
        section.require(reader, queries.READ)
        with section.reading() as session:
            found = queries.page_of_matrix(section, session, page)
        return Template("translation/matrix.html", context={"found": found, "codes": section.languages})

    return [matrix]


def _desk() -> list[Any]:
    @get("/translation/{document:str}/{language:str}", sync_to_thread=True)
    def show(
        document: FromPath[str],
        language: FromPath[str],
        *,
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        show: FromQuery[Show] = "all",
        page: FromQuery[int] = 1,
        suggest: FromQuery[str] = "",
        done: FromQuery[Literal["", "saved", "shared"]] = "",
    ) -> Template:
        section.require(reader, queries.DRAFT, language)
        with section.reading() as session:
            bench = Bench(section, session, document, language, reader)
            desk = queries.desk(bench)
            chosen = open_lines(desk.lines) if show == "open" else desk.lines
            pages = max(1, math.ceil(len(chosen) / PAGE))
            page = max(1, min(page, pages))
            lines = queries.with_suggestions(bench, desk, chosen[(page - 1) * PAGE : page * PAGE], ask=suggest)
        context = {"desk": desk, "lines": lines, "show": show, "page": page, "pages": pages, "done": done, "digest": digest}
        return Template("translation/desk.html", context=context | {"typed": {}, "rival": ()})

    @post("/translation/{document:str}/{language:str}", sync_to_thread=True, opt={kept.PAGE: _again})
    def write(
        document: FromPath[str],
        language: FromPath[str],
        data: URLEncodedBody[DeskForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        deed, _, target = data.action.partition(":")
        block, _, wanted = target.partition(":")
        with section.writing() as session:
            bench = Bench(section, session, document, language, reader)
            port.save(bench, data.texts(), revision=data.read, shown=data.shown(block))
            if deed == "right":
                port.confirm(bench, [block], event=data.event)
            elif deed == "use":
                port.adopt(bench, block, wanted)
        desk = f"/translation/{document}/{language}"
        place = f"{desk}?show={data.show}&page={data.page}&done=saved" + (f"#unit-{block}" if block else "")
        return Redirect(f"{desk}/sharing" if deed == "share" else place, status_code=303)

    return [show, write]


def _again(entered: kept.Entered) -> Template:
    """The fields that were sent, with what was typed in them; where something else was saved meanwhile, with that beside it."""
    section, reader, values = entered.section, entered.reader, entered.values
    document, language = entered.place["document"], entered.place["language"]
    section.require(reader, queries.DRAFT, language)
    with section.reading() as session:
        desk = queries.desk(Bench(section, session, document, language, reader))
    fields = {
        block: (text.replace("\r\n", "\n").strip("\n"), was)
        for block, text, was in zip(values["block"], values["text"], values["was"], strict=True)
    }
    lines = tuple(line for line in desk.lines if line.unit.block.id in fields)
    typed = {block: text for block, (text, was) in fields.items() if digest(text) != was}
    saved = {line.unit.block.id: digest(line.draft.text) for line in lines if line.draft}
    rival = {block for block in typed if block in saved and saved[block] not in (fields[block][1], digest(typed[block]))}
    context = {"desk": desk, "lines": lines, "show": values["show"], "page": values["page"], "pages": 1, "done": ""}
    return Template("translation/desk.html", context=context | {"digest": digest, "typed": typed, "rival": rival})


def _preview(section: Section, reader: Reader, document: str, language: str, ticked: Sequence[str] | None = None) -> Template:
    """What will leave the section. ``ticked``: what was, ``block:digest`` each; None: all of it is to begin with."""
    section.require(reader, queries.DRAFT, language)
    with section.reading() as session:
        desk = queries.desk(Bench(section, session, document, language, reader))
        sections = section.sections(session)
    may_share = section.may(reader, port.OFFER, document)
    context = {"desk": desk, "sections": sections, "may_share": may_share, "digest": digest, "ticked": ticked}
    return Template("translation/sharing.html", context=context)


def _sharing_again(entered: kept.Entered) -> Template:
    """What was ticked is ticked again as far as it still says the same: nothing more leaves the section."""
    place = entered.place
    return _preview(entered.section, entered.reader, place["document"], place["language"], entered.values["unit"])


def _sharing() -> list[Any]:
    @get("/translation/{document:str}/{language:str}/sharing", sync_to_thread=True)
    def preview(
        document: FromPath[str], language: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> Template:
        return _preview(section, reader, document, language)

    @post("/translation/{document:str}/{language:str}/sharing", sync_to_thread=True, opt={kept.PAGE: _sharing_again})
    def share(
        document: FromPath[str],
        language: FromPath[str],
        data: URLEncodedBody[SharingForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            port.share_drafts(Bench(section, session, document, language, reader), data.chosen(), revision=data.read)
        return Redirect(f"/translation/{document}/{language}?done=shared", status_code=303)

    return [preview, share]
