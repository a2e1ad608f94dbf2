"""Who can read a sealed document, and what of that was taken back, in a browser."""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Reader, called
from internationale.kit.entered import PAGE, Entered
from internationale.rooms.exchange.rules import WITHDRAW
from internationale.rooms.sealing import port
from internationale.rooms.sealing.forms import ShareForm, TakeBackForm
from internationale.rooms.sealing.rules import RESHARE


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/sealing/{document:str}", sync_to_thread=True)
    def readers(document: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Template:
        return _page(section, document, reader)

    @post("/sealing/{document:str}", sync_to_thread=True, opt={PAGE: _sharing_again})
    def share(
        document: FromPath[str],
        section: NamedDependency[Any],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[ShareForm],
    ) -> Template | Redirect:
        if not data.confirmed:
            return _page(section, document, reader, chosen=data.code)
        with section.writing() as session:
            port.share(section, session, document, with_=data.code, by=reader)
        return Redirect(f"/documents/{document}", status_code=303)

    return [readers, share, *_outliving()]


def _outliving() -> list[Any]:
    @get("/sealing/taken-back", sync_to_thread=True)
    def outlived(section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Template:
        return _outlived(section, reader)

    @post("/sealing/taken-back", sync_to_thread=True, opt={PAGE: _taking_back_again})
    def take_back(
        section: NamedDependency[Any],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[TakeBackForm],  # ticked, or refused
    ) -> Redirect:
        with section.writing() as session:
            port.take_back(section, session, reader)
        return Redirect("/sealing/taken-back", status_code=303)

    return [outlived, take_back]


def _outlived(section: Any, reader: Reader) -> Template:
    section.require(reader, WITHDRAW)
    with section.reading() as session:
        found = port.outlived(section, session)
    return Template("sealing/outlived.html", context={"found": found})


def _taking_back_again(entered: Entered) -> Template:
    return _outlived(entered.section, entered.reader)


def _sharing_again(entered: Entered) -> Template:
    """The choice anew: what is to be confirmed must have been looked at as it is now."""
    return _page(entered.section, entered.place["document"], entered.reader, entered=entered.values["code"])


def _page(section: Any, id: str, reader: Reader, chosen: str = "", entered: str = "") -> Template:
    """``chosen``: the section of which the consequences are shown; ``entered``: one that was refused."""
    with section.reading() as session:
        known = port.readership(section, session, id, reader)
    may = known.document.home == section.code and section.may(reader, RESHARE, id)
    context = {"known": known, "document": known.document, "may_share": may, "chosen": chosen, "entered": entered}
    context |= {"choices": [(card.code, called(card)) for card in known.others]}
    return Template("sealing/readers.html", context=context)
