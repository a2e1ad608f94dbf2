"""Events and chunks of attachments for other sections over HTTPS: what a section answers when no hub brings them."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Request as HttpRequest
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from internationale.bundle import packing, witnessing
from internationale.bundle.form import Span
from internationale.bundle.packing import Wanted
from internationale.bus.answering import MOST, RATE
from internationale.errors import Invalid, NotFound, Refused, Untrusted
from internationale.events import request
from internationale.events.request import AT_ONCE, Answered, Request
from internationale.events.signed import SignedDocument
from internationale.kit import Turns
from internationale.messages import marker
from internationale.rooms.attachments.port import taking
from internationale.section import Section
from internationale.web.allowing import Allowances, Answer

_ = marker("core")

LARGEST = 8 * 1024 * 1024
"""Bytes of one answer, about."""
MAX_QUESTION = 2 * request.LARGEST
"""Bytes of a question with its signature, as JSON."""
PIECES, PIECES_RATE = 256 * 1024 * 1024, 2 * 1024 * 1024
"""Bytes of attachments that a section gets at once, and of these that grow back in a second."""


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    answered = Answered()
    events, pieces = Allowances(MOST, RATE), Allowances(PIECES, PIECES_RATE)
    asking = Turns(at_once=2, waiting=64, of_one=16)

    @post(
        "/api/v1/log",
        status_code=200,
        request_max_body_size=MAX_QUESTION,
        summary="Events of a log, for sections of the roster: they sign their question, and get a bundle",
    )
    @asking.take
    def log(
        request: HttpRequest[Any, Any, Any], section: NamedDependency[Section], data: JSONBody[dict[str, Any]]
    ) -> Response[bytes]:
        asked = _question(section, data, answered)
        return _allowed(events, asked, "application/jsonl", lambda: answer(section, asked))

    @post(
        "/api/v1/log/chunk",
        status_code=200,
        request_max_body_size=MAX_QUESTION,
        summary="One chunk of an attachment, for sections of the roster: they sign their question",
    )
    @asking.take
    def chunk(
        request: HttpRequest[Any, Any, Any], section: NamedDependency[Section], data: JSONBody[dict[str, Any]]
    ) -> Response[bytes]:
        asked = _question(section, data, answered)
        return _allowed(pieces, asked, "application/octet-stream", lambda: piece(section, asked))

    return [log, chunk]


def _allowed(allowances: Allowances, asked: Request, media_type: str, make: Callable[[], bytes]) -> Response[bytes]:
    """The answer to a section, as far as it may have one now. Raises ``TooSoon``."""
    allowances.begin(asked.section)
    try:
        content = make()
    except BaseException:
        allowances.end(asked.section, 0)
        raise
    return Answer(content, lambda: allowances.end(asked.section, len(content)), media_type=media_type)


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


def piece(section: Section, asked: Request) -> bytes:
    """The chunk of an attachment that was asked for. Raises ``NotFound``."""
    with section.reading() as session:
        body = taking.chunk(session, section.attachments, asked.log, asked.blob or "", asked.chunk)
    if body is None:
        raise NotFound(_("This piece of an attachment is not here."))
    return body


def answer(section: Section, asked: Request) -> bytes:
    """A bundle of what was asked for, as far as it is here and as much as one answer holds. Who asks what we hold now is told."""
    last = min(asked.last, asked.first + AT_ONCE - 1)
    spans = [Span(asked.log, asked.epoch, asked.first, last)] if 0 < asked.first <= last else []
    said = None if asked.asked is None else witnessing.reply(section, asked.section, asked.asked)
    wanted = Wanted(spans=spans, parts=asked.parts, rosters_after=asked.roster, largest=LARGEST, said=said)
    return b"".join(packing.lines(section, wanted))
