"""Members' proposals: made and discussed in the section, then carried to the International by a delegate, or declined."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel import Session as Database

from internationale.errors import InternationaleError
from internationale.kit import paging
from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.forms import CommentForm, ProposalForm, ReasonForm
from internationale.rooms.documents.pages.amending import again as amending_again
from internationale.rooms.documents.pages.debate import spoken
from internationale.rooms.documents.port import amending, home
from internationale.rooms.documents.port.access import READ, readable
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import documents, private
from internationale.rooms.documents.queries.values import Line, MotionCard


def routes() -> list[Any]:
    return [*_shown(), *_done()]


def _shown() -> list[Any]:
    @get("/documents/{document:str}/motions/{motion:str}", sync_to_thread=True)
    def one(
        document: FromPath[str],
        motion: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        page: FromQuery[int] = 1,
    ) -> Template:
        return _page(section, reader, document, motion, page)

    return [one]


def _page(
    section: Section,
    reader: Reader,
    document: str,
    motion: str,
    page: int,
    *,
    words: str | None = None,
    answer: str | None = None,
) -> Template:
    """One proposal. ``words``: what was entered to be said of it, ``answer``: to decline it."""
    with section.reading() as session:
        section.require(reader, READ, document)
        summary = readable(section, session, document, reader)
        card = private.motion_card(session, document, motion, reader)
        foreign = card.language != summary.language
        lines = None if foreign else _lines(session, card)
        comments = private.thread(session, document, reader, page, motion=motion)
        text = documents.text(session, document)
    context = {
        "document": summary,
        "motion": card,
        "foreign": foreign,
        "lines": lines,
        "now": text.block(card.block),
        "number": text.number_of(card.block),
        "revision": text.revision.number,
        "event": text.revision.ref,
        "comments": comments,
        "may_carry": card.state == "open" and section.may(reader, amending.PROPOSE, document),
        "may_discuss": section.may(reader, home.DISCUSS, document),
        "words": words,
        "answer": answer,
    }
    return Template("documents/motion.html", context=context)


def _saying_again(entered: Entered) -> Template:
    place = entered.place
    words = entered.values["text"]
    return _page(entered.section, entered.reader, place["document"], place["motion"], paging.LAST, words=words)


def _declining_again(entered: Entered) -> Template:
    place = entered.place
    return _page(entered.section, entered.reader, place["document"], place["motion"], 1, answer=entered.values["reason"])


def _done() -> list[Any]:
    @post("/documents/{document:str}/motions", sync_to_thread=True, opt={PAGE: amending_again})
    def move(
        document: FromPath[str],
        data: URLEncodedBody[ProposalForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            readable(section, session, document, reader)
            motion = home.move(section, session, document, data.proposal, reader)
        return Redirect(f"/documents/{document}/motions/{motion}", status_code=303)

    @post("/documents/{document:str}/motions/{motion:str}/decline", sync_to_thread=True, opt={PAGE: _declining_again})
    def decline(
        document: FromPath[str],
        motion: FromPath[str],
        data: URLEncodedBody[ReasonForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            home.decline(section, session, document, motion, reason=data.reason, by=reader)
        return Redirect(f"/documents/{document}/motions/{motion}", status_code=303)

    @post("/documents/{document:str}/motions/{motion:str}/debate", sync_to_thread=True, opt={PAGE: _saying_again})
    def say(
        document: FromPath[str],
        motion: FromPath[str],
        data: URLEncodedBody[CommentForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            id = home.say(section, session, document, block="", motion=motion, text=data.text, by=reader)
            where = spoken(session, private.comment(session, document, id, reader))
        return Redirect(where, status_code=303)

    return [move, decline, say]


def _lines(session: Database, card: MotionCard) -> list[Line] | None:
    """The comparison, or None when the proposal cannot be shown as one."""
    proposal = Proposal(card.block, card.revision, card.change, card.language, card.title, card.reason, card.text)
    try:
        return amending.preview(session, card.document, proposal)
    except InternationaleError:
        return None
