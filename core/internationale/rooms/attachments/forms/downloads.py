"""Handing out a file over HTTP, all of it or a part, so that a download that broke off goes on where it was."""

from collections.abc import Callable, Iterator
from typing import Any

from litestar import Request
from litestar.response import Response, Stream

from internationale.kit.http import is_known
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.port import taking
from internationale.rooms.attachments.port.room import room
from internationale.rooms.attachments.rows.private import Upload
from internationale.rooms.attachments.rows.shared import File
from internationale.rooms.attachments.rules import names


def download(request: Request[Any, Any, Any], section: Section, attachment: str, reader: Reader) -> Response[Any]:
    """The file, to be saved and never shown: its declared type is not believed. Whoever has it already is told so, without it
    being read. Raises what ``taking.take`` raises.
    """
    with section.reading() as session:
        known = room(section).find(session, attachment, reader)
    file = known.file
    if known.removal is None and is_known(request.headers.get("if-none-match", ""), file.digest):
        headers = names.headers(file.name, file.digest)
        return Response(b"", media_type=names.UNKNOWN, headers=headers, status_code=304)
    return _handed(request, file, lambda part: taking.take(section, attachment, reader, part)[1])


def download_upload(request: Request[Any, Any, Any], section: Section, upload: str, reader: Reader) -> Response[Any]:
    """A file that is not attached yet, in the same way. Raises what ``taking.take_upload`` raises."""
    row = taking.reviewed(section, upload, reader)
    return _handed(request, row, lambda part: taking.take_upload(section, upload, reader, part)[1])


def _handed(
    request: Request[Any, Any, Any], file: File | Upload, take: Callable[[range | None], Iterator[bytes]]
) -> Response[Any]:
    """All of it, or what is asked for. ``take``: the bytes of a part."""
    asked, headers = request.headers, names.headers(file.name, file.digest)
    part = names.part(asked.get("range", ""), asked.get("if-range", ""), file.digest, file.size)
    if part is not None and not part:
        headers["Content-Range"] = f"bytes */{file.size}"
        return Response(b"", media_type=names.UNKNOWN, headers=headers, status_code=416)
    pieces = take(part)
    headers["Content-Length"] = str(file.size if part is None else len(part))
    if part is None:
        return Stream(pieces, media_type=names.UNKNOWN, headers=headers)
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    return Stream(pieces, media_type=names.UNKNOWN, headers=headers, status_code=206)
