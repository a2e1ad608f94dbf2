"""Calling an action: the appeal, the days and the assessment; then what will be signed; then signing."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Reader, Section, marker
from internationale.kit.entered import PAGE, Entered
from internationale_actions import port
from internationale_actions.events import Assessment
from internationale_actions.forms import QUESTIONS, CallPage

from .steps import Preview, hidden

_ = marker("actions")

PATH = "/actions/new"


def _again(entered: Entered) -> Template:
    entered.section.require(entered.reader, "actions.called")
    return _form(entered.section, dict(entered.values))


class Calling(Controller):
    path = PATH
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def blank(self, section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, "actions.called")
        return _form(section, {"language": reader.language})

    @post("/", sync_to_thread=True, opt={PAGE: _again})
    def step(
        self, section: NamedDependency[Section], reader: NamedDependency[Reader], data: URLEncodedBody[CallPage]
    ) -> Template | Redirect:
        if data.step == "sign":
            with section.writing() as session:
                action = port.call(section, session, data.calling(section.code), reader)
            return Redirect(f"/actions/{action}", status_code=303)
        if data.step == "edit":
            return _form(section, data.model_dump())
        calling = data.calling(section.code)
        port.check_call(section, calling, reader)
        context = {"preview": _preview(data, calling), "audience": calling.audience}
        return Template("actions/preview.html", context=context)


def _form(section: Section, values: dict[str, Any]) -> Template:
    with section.reading() as session:
        context = {
            "values": values,
            "questions": QUESTIONS,
            "languages": section.federation_languages(session),
            "sections": section.sections(session),
        }
    return Template("actions/new.html", context=context)


def _preview(data: CallPage, calling: port.Calling) -> Preview:
    answers = [(QUESTIONS[name][0], getattr(calling.assessment, name)) for name in Assessment.model_fields]
    return Preview(
        heading=_("The call"),
        language=data.language,
        texts=[(_("Title"), calling.title), (_("Appeal"), calling.text), *answers],
        path=PATH,
        button=_("Sign and call"),
        fields=hidden(data),
        says=("documents.opened", "actions.called"),
        days=(calling.first, calling.last),
    )
