"""Bodies with a file in them, read piece by piece: however large the file is, little of it is in memory at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException
from multipart import MultipartError, MultipartSegment, PushMultipartParser  # type: ignore[import-untyped]  # it has no types

from internationale.errors import InternationaleError, Invalid
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.attachments.port import uploading
from internationale.rooms.attachments.port.coming import Incoming
from internationale.rooms.attachments.port.uploading import Place

_ = marker("core")

FIELDS = 8
"""More fields than this are no form of ours."""
DRAINED = 2 * 1024**3
"""So many bytes of a file that is refused are still taken from the network: a browser that cannot send shows no answer."""


@dataclass(frozen=True)
class File:
    """What the browser says of the file."""

    name: str
    media: str


@asynccontextmanager
async def coming(section: Section, subject: str, on: str, by: Reader) -> AsyncIterator[tuple[Place, Incoming]]:
    """A file on its way in. When it does not come whole (the connection is cut, the file refused), what came of it goes at once.

    Raises what ``uploading.begin`` raises.
    """
    at, incoming = await asyncio.to_thread(uploading.begin, section, subject, on, by)
    try:
        yield at, incoming
    finally:
        await asyncio.to_thread(incoming.over, kept=False)


async def form(request: Request[Any, Any, Any], take: Callable[[bytes], None]) -> File:
    """Read a page's form and hand its first file on to ``take``, which is called in a thread and may refuse by raising.

    Raises ``Invalid`` when there is no file, or when this is no form.
    """
    kind, parameters = request.content_type
    if kind != "multipart/form-data" or not parameters.get("boundary"):
        raise ClientException(status_code=415)
    stream = request.stream()
    try:
        return await _read(parameters["boundary"], stream, take)
    except InternationaleError:
        await drain(stream)
        raise


async def plain(request: Request[Any, Any, Any], take: Callable[[bytes], None]) -> None:
    """Hand a body that is nothing but the file on to ``take``, as above."""
    stream = request.stream()
    try:
        async for piece in stream:
            await asyncio.to_thread(take, piece)
    except InternationaleError:
        await drain(stream)
        raise


async def drain(stream: AsyncIterator[bytes]) -> None:
    """Take the rest of a body without looking at it, up to a bound."""
    size = 0
    async for piece in stream:
        size += len(piece)
        if size > DRAINED:
            return


async def _read(boundary: str, stream: AsyncIterator[bytes], take: Callable[[bytes], None]) -> File:
    found: File | None = None
    inside = False
    try:
        with PushMultipartParser(boundary, max_segment_count=FIELDS) as parser:
            async for body in stream:
                for piece in _pieces(parser, body):
                    if isinstance(piece, MultipartSegment):
                        inside = found is None and piece.name == "file" and bool(piece.filename)
                        found = File(piece.filename, piece.content_type or "") if inside else found
                    elif inside and piece:
                        await asyncio.to_thread(take, bytes(piece))
    except MultipartError as error:
        raise Invalid(_("The form cannot be read. Choose the file again."), place="file") from error
    if found is None:
        raise Invalid(_("Choose a file."), place="file")
    return found


def _pieces(parser: Any, body: bytes) -> Iterable[MultipartSegment | bytearray | None]:
    """What one piece of the body completes: the beginning of a field, some of its content, its end (None)."""
    return parser.parse(body) if body else ()
