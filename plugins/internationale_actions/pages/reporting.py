"""Afterwards: a section's report, planned beside actual, and the caller's conclusions."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Reader, Section, marker
from internationale.kit.entered import PAGE, Entered
from internationale_actions import port
from internationale_actions.events import FEW
from internationale_actions.forms import ClosePage, ReportPage
from internationale_actions.queries import Action

from .steps import Deed, Preview, hidden

_ = marker("actions")


def _reporting_again(entered: Entered) -> Template:
    return Deed.of(entered, "report").blank(lambda known: _filled(entered.section, known, entered.values))


def _closing_again(entered: Entered) -> Template:
    return Deed.of(entered, "close").blank(lambda _known: dict(entered.values))


def _filled(section: Section, known: Action, values: Mapping[str, Any]) -> dict[str, Any]:
    """The form of a report with what was entered."""
    answer = known.of(section.code)
    numbers = {**dict(zip(values["key"], values["number"], strict=False)), **dict.fromkeys(values["few"], FEW)}
    corrects = answer.report if answer else None
    return {**values, "planned": port.our_plan(section, known), "corrects": corrects, "numbers": numbers}


class Reporting(Controller):
    path = "/actions/{action:str}"
    include_in_schema = False

    @get("/report", sync_to_thread=True)
    def report(self, action: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        def values(known: Action) -> dict[str, Any]:
            """The section's last report, to be corrected; an empty form before the first."""
            answer = known.of(section.code)
            last = answer.report if answer else None
            filled: dict[str, Any] = {
                "planned": port.our_plan(section, known),
                "corrects": last,
                "numbers": {},
                "language": reader.language,
            }
            if last is None:
                return filled
            numbers = {figure.key: figure.actual for figure in last.figures if figure.actual is not None}
            texts = {"done": last.done, "assessment": last.assessment, "lessons": last.lessons}
            return {**filled, **texts, "language": last.language, "numbers": numbers}

        return Deed(section, reader, action, "report").blank(values)

    @post("/report", sync_to_thread=True, opt={PAGE: _reporting_again})
    def report_step(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[ReportPage],
    ) -> Template | Redirect:
        deed = Deed(section, reader, action, "report")
        if data.step == "sign":
            return deed.sign(lambda session: port.report(section, session, action, data.outcome(reader.language), reader))

        def values(known: Action) -> dict[str, Any]:
            return _filled(section, known, data.model_dump())

        def preview(known: Action) -> Preview:
            outcome = data.outcome(reader.language)
            figures = port.actual_figures(port.our_plan(section, known), outcome.numbers, data.places)
            texts = [
                (_("What was really done"), outcome.done),
                (_("What went as planned, what did not, and why"), outcome.assessment),
                (_("What we learn from it"), outcome.lessons),
            ]
            heading, button = _("Your section's report"), _("Sign and report")
            return Preview(heading, data.language, texts, deed.path, button, hidden(data), deed.says, figures=figures)

        return deed.again(values, preview, edit=data.step == "edit")

    @get("/close", sync_to_thread=True)
    def close(self, action: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        def values(known: Action) -> dict[str, Any]:
            last = known.closing
            return {"language": last.language, "conclusions": last.conclusions} if last else {"language": reader.language}

        return Deed(section, reader, action, "close").blank(values)

    @post("/close", sync_to_thread=True, opt={PAGE: _closing_again})
    def close_step(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[ClosePage],
    ) -> Template | Redirect:
        deed = Deed(section, reader, action, "close")
        if data.step == "sign":
            return deed.sign(
                lambda session: port.close(
                    section, session, action, language=data.language, conclusions=data.conclusions, by=reader
                )
            )

        def preview(_known: Action) -> Preview:
            texts = [(_("Conclusions for all"), data.conclusions)]
            heading, button = _("Closing the action"), _("Sign and close")
            return Preview(heading, data.language, texts, deed.path, button, hidden(data), deed.says)

        return deed.again(lambda _known: data.model_dump(), preview, edit=data.step == "edit")
