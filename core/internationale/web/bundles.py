"""Bundles on pages and in the API, for the host: everything that is here as a file, and a file from elsewhere taken in."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.response import Stream, Template

from internationale.bundle import packing
from internationale.bundle.packing import Wanted
from internationale.bundle.unpacking import Unpacked, unpack
from internationale.errors import Invalid, Untrusted
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.attachments.forms import bodies
from internationale.rooms.exchange.rules import INSPECT
from internationale.section import Section

_ = marker("core")

PAGE, API = "/federation/bundle", "/api/v1/federation/bundle"
MEDIA = "application/jsonl"


@dataclass(frozen=True)
class Taken:
    """What came of a bundle: new and known events, what was refused or waits, other new things, damaged lines by number."""

    new: int
    known: int
    refused: int
    waiting: int
    rosters: int
    parts: int
    heads: int
    damaged: dict[int, str]
    whole: bool

    @classmethod
    def of(cls, found: Unpacked) -> "Taken":
        outcomes = found.outcomes
        return cls(
            new=found.new,
            known=outcomes["duplicate"],
            refused=outcomes["quarantined"],
            waiting=outcomes["waiting"] + outcomes["parked"] + outcomes["full"],
            rosters=found.rosters,
            parts=found.parts,
            heads=found.heads,
            damaged={each.number: each.reason for each in found.damaged},
            whole=found.whole,
        )


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    return [*_pages(), *_api()]


def _pages() -> Sequence[Any]:
    @get(PAGE, sync_to_thread=True)
    def page(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        section.require(reader, INSPECT)
        return Template("bundle.html", context={"taken": None})

    @get(PAGE + "/file", sync_to_thread=True)
    def file(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Stream:
        return _download(section, reader)

    @post(PAGE, status_code=200, request_max_body_size=bodies.DRAINED)
    async def bring(
        request: Request[Any, Any, Any], section: NamedDependency[Section], reader: NamedDependency[Reader]
    ) -> Template:
        await asyncio.to_thread(section.require, reader, INSPECT)
        with tempfile.TemporaryFile(dir=section.settings.home) as kept:
            await bodies.form(request, _into(kept))
            return Template("bundle.html", context={"taken": await asyncio.to_thread(_take_in, section, kept)})

    return [page, file, bring]


def _api() -> Sequence[Any]:
    @get(API, sync_to_thread=True, media_type=MEDIA, operation_id="exportBundle")
    def export(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Stream:
        """Everything that this section holds as one file."""
        return _download(section, reader)

    @post(API, status_code=200, request_max_body_size=bodies.DRAINED, operation_id="importBundle")
    async def bring(request: Request[Any, Any, Any], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Taken:
        """Take in a bundle, which is the whole body."""
        await asyncio.to_thread(section.require, reader, INSPECT)
        with tempfile.TemporaryFile(dir=section.settings.home) as kept:
            await bodies.plain(request, _into(kept))
            return await asyncio.to_thread(_take_in, section, kept)

    return [export, bring]


def _download(section: Section, reader: Reader) -> Stream:
    section.require(reader, INSPECT)
    name = f"{section.code}-{section.now():%Y-%m-%d}.bundle"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Stream(packing.lines(section, Wanted()), media_type=MEDIA, headers=headers)


def _into(kept: BinaryIO) -> Callable[[bytes], None]:
    def take(piece: bytes) -> None:
        kept.write(piece)

    return take


def _take_in(section: Section, kept: BinaryIO) -> Taken:
    kept.seek(0)
    try:
        return Taken.of(unpack(section, kept, "bundle"))
    except Untrusted as error:
        raise Invalid(_("This is not a bundle."), place="file") from error
