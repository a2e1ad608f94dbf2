"""Attaching a file: brought here first, then shown as it will be signed, then signed and sent."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Response, Template

from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.forms import AttachForm, bodies
from internationale.rooms.attachments.forms.downloads import download_upload
from internationale.rooms.attachments.port import attaching, overview, uploading
from internationale.rooms.attachments.port.room import room
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rows.private import Upload
from internationale.rooms.attachments.rules import names


def routes() -> list[Any]:
    return [*_brought(), *_signed()]


def _brought() -> list[Any]:
    @get("/attachments/to/{subject:str}", sync_to_thread=True)
    def form(
        subject: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader], on: FromQuery[str] = ""
    ) -> Template:
        with section.reading() as session:
            at = uploading.place(section, session, subject, on, reader)
            title = overview.title(section, session, subject, reader)
        context = {"at": at, "title": title, "largest": room(section).largest}
        return Template("attachments/attach.html", context=context)

    @post("/attachments/to/{subject:str}", request_max_body_size=bodies.DRAINED)
    async def bring(
        request: Request[Any, Any, Any],
        subject: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        on: FromQuery[str] = "",
    ) -> Redirect:
        async with bodies.coming(section, subject, on, reader) as (at, incoming):
            file = await bodies.form(request, incoming.add)
            upload = await asyncio.to_thread(uploading.bring, section, incoming, at, name=file.name, media=file.media, by=reader)
        return Redirect(f"/attachments/uploads/{upload}", status_code=303)

    return [form, bring]


def _signed() -> list[Any]:
    @get("/attachments/uploads/{upload:str}", sync_to_thread=True)
    def preview(upload: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        return _preview(section, reader, upload)

    @get("/attachments/uploads/{upload:str}/file", sync_to_thread=True)
    def file(
        request: Request[Any, Any, Any],
        upload: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Response[Any]:
        return download_upload(request, section, upload, reader)

    @post("/attachments/uploads/{upload:str}", status_code=200, sync_to_thread=True, opt={PAGE: _again})
    def sign(
        upload: FromPath[str],
        data: URLEncodedBody[AttachForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect | Template:
        name = names.safe(data.name)
        if name != data.name:
            return _preview(section, reader, upload, {"name": name, "note": data.note, "typed": data.name})
        with section.writing() as session:
            made = attaching.attach(section, session, upload, name=name, note=data.note, by=reader)
        return Redirect(f"/attachments/{made}", status_code=303)

    @post("/attachments/uploads/{upload:str}/discard", status_code=200, sync_to_thread=True)
    def discard(upload: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Redirect:
        with section.writing() as session:
            row = files.upload(session, upload, reader.id)
            place = f"/attachments/to/{row.subject}?on={quote(row.base, safe='')}"
            uploading.give_up(section, session, upload, reader)
        return Redirect(place, status_code=303)

    return [preview, file, sign, discard]


def _preview(section: Section, reader: Reader, upload: str, values: Mapping[str, Any] = MappingProxyType({})) -> Template:
    """What will be signed. ``values``: what was entered, by field; ``typed``: a name that cannot be signed as it is."""
    with section.reading() as session:
        row = files.upload(session, upload, reader.id)
        sections = section.sections(session)
        held = section.awaited(session, Upload).get(upload, "")
    context = {"upload": row.model_dump(), "sections": sections, "values": values, "held": held}
    return Template("attachments/preview.html", context=context)


def _again(entered: Entered) -> Template:
    return _preview(entered.section, entered.reader, entered.place["upload"], entered.values)
