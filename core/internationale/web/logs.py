"""Events and chunks of attachments for other sections over HTTPS: what a section answers when no hub brings them."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from internationale.bundle import packing
from internationale.bundle.form import Span
from internationale.bundle.packing import Wanted
from internationale.errors import Invalid, NotFound, Refused, Untrusted
from internationale.events import request
from internationale.events.request import AT_ONCE, Answered, Request
from internationale.events.signed import SignedDocument
from internationale.messages import marker
from internationale.rooms.attachments.port import taking
from internationale.section import Section

_ = marker("core")

LARGEST = 8 * 1024 * 1024
"""Bytes of one answer, about."""


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    answered = Answered()

    @post(
        "/api/v1/log",
        status_code=200,
        sync_to_thread=True,
        summary="Events of a log, for sections of the roster: they sign their question, and get a bundle",
    )
    def log(section: NamedDependency[Section], data: JSONBody[dict[str, Any]]) -> Response[bytes]:
        asked = _question(section, data, answered)
        return Response(answer(section, asked), media_type="application/jsonl", headers={"Cache-Control": "no-store"})

    @post(
        "/api/v1/log/chunk",
        status_code=200,
        sync_to_thread=True,
        summary="One chunk of an attachment, for sections of the roster: they sign their question",
    )
    def chunk(section: NamedDependency[Section], data: JSONBody[dict[str, Any]]) -> Response[bytes]:
        asked = _question(section, data, answered)
        with section.reading() as session:
            body = taking.chunk(session, section.attachments, asked.log, asked.blob or "", asked.chunk)
        if body is None:
            raise NotFound(_("This piece of an attachment is not here."))
        return Response(body, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})

    return [log, chunk]


def _question(section: Section, data: dict[str, Any], answered: Answered) -> Request:
    """Raises ``Invalid`` for what is no question, ``Refused`` for one that no section of the roster has signed now, or a copy."""
    with section.reading() as session:
        keyring = section.keyring(session)
    try:
        document, now = SignedDocument.from_plain(data), section.now()
        asked = request.verify(document, keyring, section.code, now)
        answered.note(document, now)
    except Untrusted as error:
        if error.reason == "repeated":
            raise Refused(_("This question was answered already. Each one has to be signed anew.")) from error
        if error.reason == "stale":
            raise Refused(_("The clocks are too far apart: it is %(now)s here.") % {"now": section.now().isoformat()}) from error
        if error.reason in ("bad_signature", "section_mismatch"):
            raise Refused(_("Only sections of the roster are answered here.")) from error
        raise Invalid(_("This is not a section's signed question (%(code)s).") % {"code": error.reason}) from error
    return asked


def answer(section: Section, asked: Request) -> bytes:
    """A bundle of what was asked for, as far as it is here and as much as one answer holds."""
    last = min(asked.last, asked.first + AT_ONCE - 1)
    spans = [Span(asked.log, asked.epoch, asked.first, last)] if 0 < asked.first <= last else []
    wanted = Wanted(spans=spans, parts=asked.parts, rosters_after=asked.roster, largest=LARGEST)
    return b"".join(packing.lines(section, wanted))
