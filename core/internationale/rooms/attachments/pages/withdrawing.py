"""Taking an attachment back: what comes of it is shown first."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.forms import TakeBackForm
from internationale.rooms.attachments.port import attaching
from internationale.rooms.attachments.port.room import room


def routes() -> list[Any]:
    @get("/attachments/{attachment:str}/withdraw", sync_to_thread=True)
    def consequences(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        with section.reading() as session:
            card = room(section).card(attaching.mine(section, session, attachment, reader))
        return Template("attachments/withdraw.html", context={"attachment": card})

    @post("/attachments/{attachment:str}/withdraw", status_code=200, sync_to_thread=True)
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
