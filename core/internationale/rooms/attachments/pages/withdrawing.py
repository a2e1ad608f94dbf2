"""Taking an attachment back: what comes of it is shown first."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.forms import TakeBackForm
from internationale.rooms.attachments.port import attaching
from internationale.rooms.attachments.port.room import room


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

    return [consequences, withdraw]


def _consequences(section: Section, reader: Reader, attachment: str, why: str = "") -> Template:
    """What comes of it. ``why``: the reasons that were entered before."""
    with section.reading() as session:
        card = room(section).card(attaching.mine(section, session, attachment, reader))
    return Template("attachments/withdraw.html", context={"attachment": card, "why": why})


def _again(entered: Entered) -> Template:
    return _consequences(entered.section, entered.reader, entered.place["attachment"], entered.values["reason"])
