"""Writing an amendment: the form, and the page that shows what will be said and who can read it, before it is said."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template

from internationale.errors import Invalid
from internationale.kit.documents import TITLE, Unit
from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.documents.forms import ProposalForm
from internationale.rooms.documents.pages import views
from internationale.rooms.documents.port import amending, home
from internationale.rooms.documents.port.access import readable
from internationale.rooms.documents.queries import documents, translations

_ = marker("core")


def routes() -> list[Any]:
    return [*_form(), *_sent()]


def _form() -> list[Any]:
    @get("/documents/{document:str}/amend", sync_to_thread=True)
    def form(
        document: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        block: FromQuery[str] = "",
        read: FromQuery[str] = "",
    ) -> Template:
        return _page(section, reader, document, block=block, read=read)

    @post("/documents/{document:str}/amend", status_code=200, sync_to_thread=True, opt={PAGE: again})
    def preview(
        document: FromPath[str],
        data: URLEncodedBody[ProposalForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Template:
        with section.reading() as session:
            section.require(reader, home.DISCUSS, document)
            summary = readable(section, session, document, reader)
            amending.amendable(section, summary)
            text = documents.text(session, document, data.revision)
            lines = amending.preview(session, document, data.proposal)
            sections = section.sections(session)
        context = {
            "document": summary,
            "form": data,
            "block": text.block(data.block),
            "number": text.number_of(data.block),
            "lines": lines,
            "sections": sections,
            "may_carry": section.may(reader, amending.PROPOSE, document),
        }
        return Template("documents/amend_preview.html", context=context)

    @post("/documents/{document:str}/amend/change", status_code=200, sync_to_thread=True, opt={PAGE: again})
    def change(
        document: FromPath[str],
        data: URLEncodedBody[ProposalForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Template:
        return _page(section, reader, document, block=data.block, read=data.language, values=data.model_dump())

    return [form, preview, change]


def _sent() -> list[Any]:
    @post("/documents/{document:str}/amendments", sync_to_thread=True, opt={PAGE: again})
    def propose(
        document: FromPath[str],
        data: URLEncodedBody[ProposalForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            readable(section, session, document, reader)
            if data.motion:
                amendment = home.carry(section, session, document, data.motion, proposal=data.proposal, by=reader)
            else:
                amendment = amending.propose(section, session, document, data.proposal, reader)
        return Redirect(f"/documents/{document}/amendments/{amendment}", status_code=303)

    return [propose]


def _page(
    section: Section, reader: Reader, document: str, *, block: str, read: str, values: Mapping[str, Any] = MappingProxyType({})
) -> Template:
    """The form. ``values``: what was entered in it before, by field."""
    with section.reading() as session:
        section.require(reader, home.DISCUSS, document)
        summary = readable(section, session, document, reader)
        amending.amendable(section, summary)
        text = documents.text(session, document)
        language = views.chosen(read, views.choices(session, section, summary, text))
        whole = translations.reading(section, session, summary, text, language)
    unit = _unit(list(whole.units), block) if block else None
    if unit is not None and unit.text is None and not values:
        language = summary.language
    context = {"document": summary, "unit": unit, "language": language, "text": text, "values": values}
    return Template("documents/amend.html", context=context)


def again(entered: Entered) -> Template:
    """The form with what was entered."""
    values = entered.values
    block, read = values["block"], values["language"]
    return _page(entered.section, entered.reader, entered.place["document"], block=block, read=read, values=values)


def _unit(units: list[Unit], block: str) -> Unit:
    """The paragraph to amend; raises ``Invalid`` when it is not there."""
    for unit in units:
        if unit.block.id == block and block != TITLE:
            return unit
    raise Invalid(_("This paragraph is not in the text."), place="block")
