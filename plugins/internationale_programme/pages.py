"""The programme in a browser."""

from collections.abc import Mapping
from typing import Any

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Template
from pydantic import ValidationError

from internationale.kit import Invalid, Reader, Section, marker
from internationale.kit.entered import PAGE, Entered
from internationale_programme import queries
from internationale_programme.forms import DraftForm, NewForm, SignForm
from internationale_programme.rules import KIND, OPEN, READ, decoded, unwrapped, wrapped

_ = marker("programme")


def routes() -> list[Any]:
    """Fresh handlers for one application."""
    return [*_list(), *_new()]


def _list() -> list[Any]:
    @get("/programme", sync_to_thread=True)
    def drafts(section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1) -> Template:
        with section.reading() as session:
            found = queries.drafts(section, session, reader, page)
        context = {"found": found, "inside": section.may(reader, READ), "may_open": section.may(reader, OPEN)}
        return Template("programme/list.html", context=context)

    return [drafts]


def _new() -> list[Any]:
    @get("/programme/new", sync_to_thread=True)
    def blank(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _form(section, reader, {"language": section.languages[0]})

    @post("/programme/new", status_code=200, opt={PAGE: _again})
    async def preview(
        data: MultipartBody[NewForm], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> Template:
        section.require(reader, OPEN)
        uploaded = await data.file.read() if isinstance(data.file, UploadFile) and data.file.filename else b""
        draft = _checked(data, decoded(uploaded) if uploaded else data.text.replace("\r\n", "\n"))
        context = {"form": draft, "content": wrapped(draft.text), "audience": draft.chosen(section.code)}
        return Template("programme/preview.html", context=context)

    @post("/programme/change", status_code=200, sync_to_thread=True, opt={PAGE: _signing_again})
    def change(data: URLEncodedBody[SignForm], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _form(section, reader, data.model_dump() | {"text": unwrapped(data.content)})

    @post("/programme", sync_to_thread=True, opt={PAGE: _signing_again})
    def circulate(data: URLEncodedBody[SignForm], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        draft = _checked(data, unwrapped(data.content))
        with section.writing() as session:
            document = section.documents.open(session, kind=KIND, **draft.addressed(section.code), by=reader)
        return Redirect(f"/documents/{document}", status_code=303)

    return [blank, preview, change, circulate]


def _form(section: Section, reader: Reader, values: Mapping[str, Any]) -> Template:
    section.require(reader, OPEN)
    with section.reading() as session:
        languages = sorted({*section.languages, *section.federation_languages(session)})
        sections = section.sections(session)
    return Template("programme/new.html", context={"languages": languages, "values": values, "sections": sections})


def _again(entered: Entered) -> Template:
    return _form(entered.section, entered.reader, entered.values)


def _signing_again(entered: Entered) -> Template:
    return _form(entered.section, entered.reader, {**entered.values, "text": unwrapped(entered.values["content"])})


def _checked(data: NewForm | SignForm, text: str) -> DraftForm:
    """The draft, with its text held to what texts may be. Raises ``Invalid``."""
    try:
        return DraftForm(title=data.title, language=data.language, audience=data.audience, sections=data.sections, text=text)
    except ValidationError as error:
        raise Invalid(_("The text is empty, too long, or contains characters that cannot be shown."), place="text") from error
