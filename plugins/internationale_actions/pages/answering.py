"""A section's answer to a call: committing, and taking it back."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.kit import Reader, Section, marker
from internationale.kit.entered import PAGE, Entered
from internationale_actions import port
from internationale_actions.events import FEW, Figure
from internationale_actions.forms import CommitPage, WithdrawPage
from internationale_actions.queries import Action

from .steps import Deed, Preview, hidden

_ = marker("actions")

Lines = list[tuple[str, str, str]]
"""Figures as the form has them: what, what is counted, number."""


def _committing_again(entered: Entered) -> Template:
    lines = list(zip_longest(*(entered.values[name] for name in ("what", "counts", "number")), fillvalue=""))
    return Deed.of(entered, "commit").blank(lambda _known: {**entered.values, "lines": lines})


def _withdrawing_again(entered: Entered) -> Template:
    return Deed.of(entered, "withdraw").blank(lambda _known: dict(entered.values))


class Answering(Controller):
    path = "/actions/{action:str}"
    include_in_schema = False

    @get("/commit", sync_to_thread=True)
    def commit(self, action: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        def values(known: Action) -> dict[str, Any]:
            answer = known.of(section.code)
            plan = answer.current if answer else None
            if plan is None:
                return {"language": reader.language, "lines": []}
            return {"language": plan.language, "plan": plan.plan, "lines": _lines(plan.figures)}

        return Deed(section, reader, action, "commit").blank(values)

    @post("/commit", sync_to_thread=True, opt={PAGE: _committing_again})
    def commit_step(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[CommitPage],
    ) -> Template | Redirect:
        deed = Deed(section, reader, action, "commit")
        if data.step == "sign":
            return deed.sign(lambda session: port.commit(section, session, action, data.promise(reader.language), reader))

        def values(_known: Action) -> dict[str, Any]:
            return {**data.model_dump(), "lines": list(zip(data.what, data.counts, data.number, strict=False))}

        def preview(known: Action) -> Preview:
            promise = data.promise(reader.language)
            port.check_same(known.summary, promise)
            texts = [(_("What your section will do"), promise.plan)]
            heading, button = _("Your section's commitment"), _("Sign and commit")
            return Preview(heading, data.language, texts, deed.path, button, hidden(data), deed.says, figures=promise.figures)

        return deed.again(values, preview, edit=data.step == "edit")

    @get("/withdraw", sync_to_thread=True)
    def withdraw(self, action: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return Deed(section, reader, action, "withdraw").blank(lambda _known: {"language": reader.language})

    @post("/withdraw", sync_to_thread=True, opt={PAGE: _withdrawing_again})
    def withdraw_step(
        self,
        action: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        data: URLEncodedBody[WithdrawPage],
    ) -> Template | Redirect:
        deed = Deed(section, reader, action, "withdraw")
        if data.step == "sign":
            return deed.sign(
                lambda session: port.withdraw(section, session, action, language=data.language, reason=data.reason, by=reader)
            )

        def preview(_known: Action) -> Preview:
            heading, button = _("Taking the commitment back"), _("Sign and take back")
            return Preview(heading, data.language, [(_("Why"), data.reason)], deed.path, button, hidden(data), deed.says)

        return deed.again(lambda _known: data.model_dump(), preview, edit=data.step == "edit")


def _lines(figures: Sequence[Figure]) -> Lines:
    return [_line(figure) for figure in figures]


def _line(figure: Figure) -> tuple[str, str, str]:
    if figure.number == FEW:
        return figure.what, "few", ""
    return figure.what, "people" if figure.people else "things", str(figure.number)
