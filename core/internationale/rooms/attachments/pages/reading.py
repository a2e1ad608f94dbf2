"""Looking at attachments, having them fetched, downloading them."""

from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Response, Template

from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.forms import PinForm
from internationale.rooms.attachments.forms.downloads import download
from internationale.rooms.attachments.port import fetching, keeping, overview
from internationale.rooms.attachments.port.room import FETCH, KEEP, READ, WITHDRAW, room
from internationale.rooms.attachments.rules import words


def routes() -> list[Any]:
    return [*_shown(), *_fetched()]


def _shown() -> list[Any]:
    @get("/attachments", sync_to_thread=True)
    def every(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        section.require(reader, READ)
        with section.reading() as session:
            found = overview.page(section, session, reader, page)
            kept = keeping.taken(section, session) if section.may(reader, KEEP) else None
        context = {"found": found, "kept": kept, "limits": room(section).limits, "trouble": words.trouble}
        return Template("attachments/list.html", context=context)

    @get("/attachments/{attachment:str}", sync_to_thread=True)
    def one(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        here = room(section)
        with section.reading() as session:
            known = here.find(session, attachment, reader)
            card = here.card(known)
            receipts = section.receipts(session, card.ref)
            title = overview.title(section, session, card.subject, reader)
        may = {
            "fetch": section.may(reader, FETCH, card.subject),
            "keep": section.may(reader, KEEP, card.subject) and card.section != section.code,
            "withdraw": card.section == section.code and section.may(reader, WITHDRAW, card.subject),
        }
        pinned = known.copy is not None and known.copy.pinned
        context = {"attachment": card, "title": title, "receipts": receipts, "may": may, "pinned": pinned}
        return Template("attachments/attachment.html", context=context | {"trouble": words.trouble, "days": here.limits.days})

    @get("/attachments/{attachment:str}/file", sync_to_thread=True)
    def file(
        request: Request[Any, Any, Any],
        attachment: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Response[Any]:
        return download(request, section, attachment, reader)

    return [every, one, file]


def _fetched() -> list[Any]:
    @post("/attachments/{attachment:str}/fetch", status_code=200, sync_to_thread=True)
    def fetch(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        with section.writing() as session:
            fetching.request(section, session, attachment, reader)
        return Redirect(f"/attachments/{attachment}", status_code=303)

    @post("/attachments/{attachment:str}/stop", status_code=200, sync_to_thread=True)
    def stop(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        with section.writing() as session:
            fetching.stop(section, session, attachment, reader)
        return Redirect(f"/attachments/{attachment}", status_code=303)

    @post("/attachments/{attachment:str}/pin", status_code=200, sync_to_thread=True)
    def pin(
        attachment: FromPath[str],
        data: URLEncodedBody[PinForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            keeping.pin(section, session, attachment, pinned=data.pinned, by=reader)
        return Redirect(f"/attachments/{attachment}", status_code=303)

    return [fetch, stop, pin]
