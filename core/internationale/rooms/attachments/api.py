"""The room's JSON API, for everything that its pages do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from internationale.kit.attachments import Attachment
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.forms import AttachForm, PinForm, TakeBackForm, bodies
from internationale.rooms.attachments.forms.downloads import download, download_upload
from internationale.rooms.attachments.port import attaching, fetching, keeping, overview, reviewing, telling, uploading
from internationale.rooms.attachments.port.room import KEEP, READ, RELEASE, room
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rows.private import Upload
from internationale.rooms.attachments.rules import names
from internationale.rooms.sealing.rules import RESHARE

ROOT = "/api/v1/attachments"
ONE = ROOT + "/{attachment:str}"
UPLOAD = ROOT + "/uploads/{upload:str}"


@dataclass(frozen=True)
class AttachmentOut:
    """One attachment. ``presence``: ``here``, ``absent``, ``coming`` or ``withdrawn``; ``trouble``: a code for why it does not
    come. ``event`` pins the event that attached it.
    """

    id: str
    subject: str
    section: str
    author: str | None
    name: str
    media: str
    size: int
    digest: str
    note: str
    audience: str
    time: datetime
    presence: str
    chunks: int
    total: int
    trouble: str
    reason: str
    event: str

    @classmethod
    def of(cls, attachment: Attachment) -> "AttachmentOut":
        fields = {name: value for name, value in vars(attachment).items() if name not in ("ref", "path")}
        return cls(**fields | {"presence": attachment.presence.value}, event=str(attachment.ref))


@dataclass(frozen=True)
class UploadOut:
    """A file that was brought here and is not attached yet. ``hidden``: what it may tell beyond what it shows."""

    id: str
    subject: str
    name: str
    media: str
    size: int
    digest: str
    audience: str
    hidden: str

    @classmethod
    def of(cls, row: Upload) -> "UploadOut":
        return cls(row.id, row.subject, row.name, row.media, row.size, row.digest, row.audience, row.hidden)


@dataclass(frozen=True)
class Made:
    """The id of what was made."""

    id: str


@dataclass(frozen=True)
class RoomOut:
    """How much room attachments take, in bytes."""

    taken: int
    all: int
    each_section: int
    sections: dict[str, int]


@dataclass(frozen=True)
class UnheardOut:
    """A file that was taken back, and the sections that have it from this one and have not heard of it, by code.

    ``readers`` can be told now; ``later``: once they are members again and the roster has a sealing key of theirs; ``gone`` keep
    what they had.
    """

    attachment: str
    name: str
    readers: Sequence[str]
    later: Sequence[str]
    gone: Sequence[str]


@dataclass(frozen=True)
class Told:
    """Of how many files others were told that they were taken back."""

    files: int


def routes() -> list[Any]:
    return [*_read(), *_brought(), *_kept()]


def _read() -> list[Any]:
    @get(ROOT, sync_to_thread=True, operation_id="listAttachments")
    def every(
        section: NamedDependency[Section], reader: NamedDependency[Reader], subject: FromQuery[str] = "", page: FromQuery[int] = 1
    ) -> list[AttachmentOut]:
        """The attachments of ``subject``, the oldest first; without one, a page of all, the newest first."""
        with section.reading() as session:
            if subject:
                found = section.attachments.of(session, subject, reader)
            else:
                section.require(reader, READ)
                found = overview.page(section, session, reader, page).attachments
        return [AttachmentOut.of(each) for each in found]

    @get(ONE, sync_to_thread=True, operation_id="readAttachment")
    def one(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> AttachmentOut:
        here = room(section)
        with section.reading() as session:
            return AttachmentOut.of(here.card(here.find(session, attachment, reader)))

    @get(ONE + "/file", sync_to_thread=True, operation_id="downloadAttachment", media_type=names.UNKNOWN)
    def file(
        request: Request[Any, Any, Any],
        attachment: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Response[Any]:
        """The bytes. With ``Range`` (one range) only these: so that a download that broke off goes on where it was."""
        return download(request, section, attachment, reader)

    return [every, one, file]


def _brought() -> list[Any]:
    @post(ROOT + "/to/{subject:str}/uploads", request_max_body_size=bodies.DRAINED, operation_id="bringFile")
    async def bring(
        request: Request[Any, Any, Any],
        subject: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        *,
        name: FromQuery[str],
        media: FromQuery[str] = names.UNKNOWN,
        on: FromQuery[str] = "",
    ) -> UploadOut:
        """Bring a file here: the body is its bytes. Nothing is sent to other sections yet."""
        async with bodies.coming(section, subject, on, reader) as (at, incoming):
            await bodies.plain(request, incoming.add)
            made = await asyncio.to_thread(uploading.bring, section, incoming, at, name=name, media=media, by=reader)
        return await asyncio.to_thread(_upload, section, made, reader)

    @get(UPLOAD, sync_to_thread=True, operation_id="readUpload")
    def upload(upload: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> UploadOut:
        return _upload(section, upload, reader)

    @get(UPLOAD + "/file", sync_to_thread=True, operation_id="downloadUpload", media_type=names.UNKNOWN)
    def file(
        request: Request[Any, Any, Any],
        upload: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Response[Any]:
        """The bytes, for whoever brought it and, while it waits, for whoever may release it."""
        return download_upload(request, section, upload, reader)

    @get(ROOT + "/held/{held:str}", sync_to_thread=True, operation_id="heldUploads")
    def held(held: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> list[UploadOut]:
        """The files of what waits for a second person under this id."""
        section.require(reader, RELEASE)
        with section.reading() as session:
            return [UploadOut.of(row) for row in reviewing.awaited(section, session, held)[0]]

    @post(UPLOAD, sync_to_thread=True, operation_id="attachFile")
    def attach(
        upload: FromPath[str], data: JSONBody[AttachForm], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> Made:
        with section.writing() as session:
            return Made(attaching.attach(section, session, upload, name=names.safe(data.name), note=data.note, by=reader))

    @delete(UPLOAD, sync_to_thread=True, operation_id="giveUpload")
    def discard(upload: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> None:
        with section.writing() as session:
            uploading.give_up(section, session, upload, reader)

    return [bring, upload, file, held, attach, discard]


def _kept() -> list[Any]:
    @post(ONE + "/fetch", status_code=204, sync_to_thread=True, operation_id="fetchAttachment")
    def fetch(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> None:
        with section.writing() as session:
            fetching.request(section, session, attachment, reader)

    @post(ONE + "/stop", status_code=204, sync_to_thread=True, operation_id="stopAttachment")
    def stop(attachment: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> None:
        with section.writing() as session:
            fetching.stop(section, session, attachment, reader)

    @post(ONE + "/pin", status_code=204, sync_to_thread=True, operation_id="pinAttachment")
    def pin(
        attachment: FromPath[str], data: JSONBody[PinForm], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> None:
        with section.writing() as session:
            keeping.pin(section, session, attachment, pinned=data.pinned, by=reader)

    @post(ONE + "/withdraw", status_code=204, sync_to_thread=True, operation_id="withdrawAttachment")
    def withdraw(
        attachment: FromPath[str],
        data: JSONBody[TakeBackForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> None:
        with section.writing() as session:
            attaching.withdraw(section, session, attachment, reason=data.reason, by=reader)

    @get(ROOT + "/taken-back", sync_to_thread=True, operation_id="unheardWithdrawals")
    def unheard(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Sequence[UnheardOut]:
        section.require(reader, RESHARE)
        with section.reading() as session:
            found = telling.unheard(section, session, reader)
        return [UnheardOut(each.id, each.name, each.readers, each.later, each.gone) for each in found]

    @post(ROOT + "/taken-back", status_code=200, sync_to_thread=True, operation_id="tellOfWithdrawals")
    def tell(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Told:
        section.require(reader, RESHARE)
        with section.writing() as session:
            return Told(telling.tell(section, session, reader))

    @get(ROOT + "/room", sync_to_thread=True, operation_id="attachmentRoom")
    def kept(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> RoomOut:
        section.require(reader, KEEP)
        with section.reading() as session:
            found = keeping.taken(section, session)
        return RoomOut(found.taken, found.all, found.section, found.by_section)

    return [fetch, stop, pin, withdraw, unheard, tell, kept]


def _upload(section: Section, id: str, reader: Reader) -> UploadOut:
    with section.reading() as session:
        return UploadOut.of(files.upload(session, id, reader.id))
