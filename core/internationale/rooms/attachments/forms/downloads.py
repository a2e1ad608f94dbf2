"""Handing out a file over HTTP, from the beginning or from where a download broke off."""

from typing import Any

from litestar import Request
from litestar.response import Stream

from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.attachments.port import taking
from internationale.rooms.attachments.port.room import room
from internationale.rooms.attachments.rules import names


def download(request: Request[Any, Any, Any], section: Section, attachment: str, reader: Reader) -> Stream:
    """The file, to be saved and never shown: its declared type is not believed. Raises what ``taking.take`` raises."""
    with section.reading() as session:
        file = room(section).find(session, attachment, reader).file
    asked = request.headers
    start = names.beginning(asked.get("range", ""), asked.get("if-range", ""), file.digest, file.size)
    _known, pieces = taking.take(section, attachment, reader, start)
    headers = names.headers(file.name, file.digest) | {"Content-Length": str(file.size - start)}
    if not start:
        return Stream(pieces, media_type=names.UNKNOWN, headers=headers)
    headers["Content-Range"] = f"bytes {start}-{file.size - 1}/{file.size}"
    return Stream(pieces, media_type=names.UNKNOWN, headers=headers, status_code=206)
