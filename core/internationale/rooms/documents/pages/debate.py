"""The debate on a paragraph. It stays in the section."""

from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel import Session as Database

from internationale import i18n
from internationale.errors import NotFound
from internationale.kit import paging
from internationale.kit.documents import TITLE
from internationale.kit.entered import PAGE, Entered
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.messages import marker
from internationale.rooms.documents.forms import CommentForm
from internationale.rooms.documents.port import home
from internationale.rooms.documents.port.access import READ, readable
from internationale.rooms.documents.queries import amendments, documents, private, translations
from internationale.rooms.documents.rows.private import Debate

_ = marker("core")


def routes() -> list[Any]:
    return [*_thread(), *_own()]


def _thread() -> list[Any]:
    @get("/documents/{document:str}/debate/{block:str}", sync_to_thread=True)
    def thread(
        document: FromPath[str],
        block: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        page: FromQuery[int] = 1,
    ) -> Template:
        return _page(section, reader, document, block, page)

    @post("/documents/{document:str}/debate/{block:str}", sync_to_thread=True, opt={PAGE: _again})
    def say(
        document: FromPath[str],
        block: FromPath[str],
        data: URLEncodedBody[CommentForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            readable(section, session, document, reader)
            id = home.say(section, session, document, block=block, text=data.text, by=reader)
            where = spoken(session, private.comment(session, document, id, reader))
        return Redirect(where, status_code=303)

    return [thread, say]


def _page(section: Section, reader: Reader, document: str, block: str, page: int, *, words: str = "") -> Template:
    """A page of the debate. ``words``: what was entered to be said."""
    with section.reading() as session:
        section.require(reader, READ, document)
        summary = readable(section, session, document, reader)
        text = documents.text(session, document)
        whole = translations.reading(section, session, summary, text, i18n.speaking.get())
        comments = private.thread(session, document, reader, page, block=block)
        cards = [card for card in amendments.of_document(session, document) if block in (card.blocks or (TITLE,))]
        motions = [motion for motion in private.motions(session, document, reader) if motion.block == block]
    unit = next((unit for unit in whole.units if unit.block.id == block), None)
    if unit is None and not comments.things:
        raise NotFound(_("This paragraph is not in the text."))
    context = {
        "document": summary,
        "reading": whole,
        "block": block,
        "unit": unit,
        "comments": comments,
        "amendments": paging.part(cards, 1),
        "motions": paging.part(motions, 1),
        "may_discuss": unit is not None and section.may(reader, home.DISCUSS, document),
        "words": words,
    }
    return Template("documents/debate.html", context=context)


def _again(entered: Entered) -> Template:
    """The end of the debate, where one speaks, with what was entered."""
    place = entered.place
    return _page(entered.section, entered.reader, place["document"], place["block"], paging.LAST, words=entered.values["text"])


def _own() -> list[Any]:
    @get("/documents/{document:str}/comments/{comment:str}", sync_to_thread=True)
    def own(
        document: FromPath[str],
        comment: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Template:
        return _comment(section, reader, document, comment)

    @post("/documents/{document:str}/comments/{comment:str}", sync_to_thread=True, opt={PAGE: _mending_again})
    def mend(
        document: FromPath[str],
        comment: FromPath[str],
        data: URLEncodedBody[CommentForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            home.mend(section, session, document, comment, text=data.text, by=reader)
            where = spoken(session, private.comment(session, document, comment, reader))
        return Redirect(where, status_code=303)

    @post("/documents/{document:str}/comments/{comment:str}/delete", sync_to_thread=True)
    def take_back(
        document: FromPath[str],
        comment: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> Redirect:
        with section.writing() as session:
            where = spoken(session, private.comment(session, document, comment, reader))
            home.take_back(section, session, document, comment, by=reader)
        return Redirect(where, status_code=303)

    return [own, mend, take_back]


def _comment(section: Section, reader: Reader, document: str, comment: str, words: str | None = None) -> Template:
    """One's own contribution. ``words``: what was entered instead of it."""
    with section.reading() as session:
        section.require(reader, home.DISCUSS, document)
        summary = readable(section, session, document, reader)
        card = private.comment_card(private.comment(session, document, comment, reader), reader)
    context = {"document": summary, "comment": card, "words": card.text if words is None else words}
    return Template("documents/comment.html", context=context)


def _mending_again(entered: Entered) -> Template:
    place = entered.place
    return _comment(entered.section, entered.reader, place["document"], place["comment"], entered.values["text"])


def spoken(session: Database, row: Debate) -> str:
    """Where a contribution stands: its page, and its place there."""
    about = f"motions/{row.motion}" if row.motion else f"debate/{row.block}"
    page = private.page_of(session, row)
    return f"/documents/{row.document}/{about}{f'?page={page}' if page > 1 else ''}#c-{row.id}"
