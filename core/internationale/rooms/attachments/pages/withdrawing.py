"""Taking an attachment back: what comes of it is shown first; and telling those who do not hear of it."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.forms import TakeBackForm
from internationale.rooms.attachments.port import attaching, telling
from internationale.rooms.attachments.port.room import room
from internationale.rooms.sealing.rules import RESHARE


def routes() -> list[Any]:
    @get("/attachments/{attachment:str}/withdraw", sync_to_thread=True)
    def consequences(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _consequences(section, reader, attachment)

    @post("/attachments/{attachment:str}/withdraw", status_code=200, sync_to_thread=True, opt={PAGE: _again})
    def withdraw(
        attachment: FromPath[str],
        data: URLEncodedBody[TakeBackForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            attaching.withdraw(section, session, attachment, reason=data.reason, by=reader)
        return Redirect(f"/attachments/{attachment}", status_code=303)

    @get("/attachments/taken-back", sync_to_thread=True)
    def unheard(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, RESHARE)
        with section.reading() as session:
            found = telling.unheard(section, session, reader)
        return Template("attachments/unheard.html", context={"found": found, "can_tell": any(each.readers for each in found)})

    @post("/attachments/taken-back", status_code=200, sync_to_thread=True)
    def tell(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        section.require(reader, RESHARE)
        with section.writing() as session:
            telling.tell(section, session, reader)
        return Redirect("/attachments/taken-back", status_code=303)

    return [consequences, withdraw, unheard, tell]


def _consequences(section: Section, reader: Reader, attachment: str, why: str = "") -> Template:
    """What comes of it. ``why``: the reasons that were entered before."""
    with section.reading() as session:
        known = attaching.mine(section, session, attachment, reader)
        card, deaf = room(section).card(known), telling.out_of_reach(section, session, known)
    return Template("attachments/withdraw.html", context={"attachment": card, "why": why, "deaf": deaf})


def _again(entered: Entered) -> Template:
    return _consequences(entered.section, entered.reader, entered.place["attachment"], entered.values["reason"])
