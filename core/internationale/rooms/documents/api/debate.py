"""Debate and members' proposals over the API: for readers of this section only."""

from typing import Any

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.kit import paging
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.api import values
from internationale.rooms.documents.api.texts import ROOT
from internationale.rooms.documents.forms import CommentForm, ProposalForm, ReasonForm
from internationale.rooms.documents.port import home
from internationale.rooms.documents.port.access import READ
from internationale.rooms.documents.queries import documents, private
from internationale.rooms.documents.queries.values import Comment

BLOCK = ROOT + "/{document:str}/debate/{block:str}"
COMMENT = ROOT + "/{document:str}/comments/{comment:str}"
MOTIONS = ROOT + "/{document:str}/motions"


def routes() -> list[Any]:
    return [*_debate(), *_own(), *_motions(), *_answers()]


def _debate() -> list[Any]:
    @get(BLOCK, sync_to_thread=True, operation_id="readDebate")
    def thread(
        document: FromPath[str],
        block: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        page: FromQuery[int] = 1,
    ) -> values.CommentsOut:
        with section.reading() as session:
            section.require(reader, READ, document)
            documents.summary(session, document)
            return _page(private.thread(session, document, reader, page, block=block))

    @post(BLOCK, sync_to_thread=True, operation_id="contribute")
    def say(
        document: FromPath[str],
        block: FromPath[str],
        data: JSONBody[CommentForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> values.Made:
        with section.writing() as session:
            return values.Made(home.say(section, session, document, block=block, text=data.text, by=reader))

    return [thread, say]


def _own() -> list[Any]:
    @put(COMMENT, status_code=204, sync_to_thread=True, operation_id="changeContribution")
    def mend(
        document: FromPath[str],
        comment: FromPath[str],
        data: JSONBody[CommentForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> None:
        with section.writing() as session:
            home.mend(section, session, document, comment, text=data.text, by=reader)

    @delete(COMMENT, sync_to_thread=True, operation_id="deleteContribution")
    def take_back(
        document: FromPath[str],
        comment: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> None:
        with section.writing() as session:
            home.take_back(section, session, document, comment, by=reader)

    return [mend, take_back]


def _motions() -> list[Any]:
    @get(MOTIONS, sync_to_thread=True, operation_id="listProposals")
    def listed(
        document: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> values.MotionsOut:
        with section.reading() as session:
            section.require(reader, READ, document)
            documents.summary(session, document)
            found = paging.part(private.motions(session, document, reader), page)
        return values.MotionsOut(found.things, found.total, found.page, found.pages)

    @post(MOTIONS, sync_to_thread=True, operation_id="proposeAtHome")
    def move(
        document: FromPath[str],
        data: JSONBody[ProposalForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> values.Made:
        with section.writing() as session:
            return values.Made(home.move(section, session, document, data.proposal, reader))

    return [listed, move]


def _answers() -> list[Any]:
    @post(MOTIONS + "/{motion:str}/decline", status_code=204, sync_to_thread=True, operation_id="declineProposal")
    def decline(
        document: FromPath[str],
        motion: FromPath[str],
        data: JSONBody[ReasonForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> None:
        with section.writing() as session:
            home.decline(section, session, document, motion, reason=data.reason, by=reader)

    @get(MOTIONS + "/{motion:str}/debate", sync_to_thread=True, operation_id="readProposalDebate")
    def thread(
        document: FromPath[str],
        motion: FromPath[str],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
        page: FromQuery[int] = 1,
    ) -> values.CommentsOut:
        with section.reading() as session:
            section.require(reader, READ, document)
            private.motion(session, document, motion)
            return _page(private.thread(session, document, reader, page, motion=motion))

    @post(MOTIONS + "/{motion:str}/debate", sync_to_thread=True, operation_id="contributeToProposal")
    def say(
        document: FromPath[str],
        motion: FromPath[str],
        data: JSONBody[CommentForm],
        section: NamedDependency[Section],
        reader: NamedDependency[Reader],
    ) -> values.Made:
        with section.writing() as session:
            return values.Made(home.say(section, session, document, block="", motion=motion, text=data.text, by=reader))

    return [decline, thread, say]


def _page(found: paging.Part[Comment]) -> values.CommentsOut:
    return values.CommentsOut(found.things, found.total, found.page, found.pages)
