"""Requests to join for programs."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.events import fingerprints
from internationale.kit import Reader
from internationale.rooms.roster import forms, port, queries
from internationale.rooms.roster.port import Instance
from internationale.rooms.roster.queries import Candidate
from internationale.rooms.roster.rules import papers, require_member


@dataclass(frozen=True)
class Word:
    """What a section says of a candidate, and why."""

    section: str
    why: str


@dataclass(frozen=True)
class RequestAnswer:
    """A section that wants to join: who vouches for it, and whether the committee has declined."""

    hash: str
    code: str
    name: str
    languages: list[str]
    address: str | None
    digits: str
    words: str
    vouchers: list[Word]
    refusals: list[Word]
    member: bool


@dataclass(frozen=True)
class RequestsAnswer:
    """One page of those who want to join: who is no member first, by code."""

    requests: list[RequestAnswer]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Proposed:
    """The hash of the proposal that would admit it."""

    proposal: str


class JoiningApi(Controller):
    path = "/api/v1/federation/requests"
    tags = ("federation",)

    @get("/", summary="Sections that want to join, for whom somebody vouches", sync_to_thread=True)
    def all(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> RequestsAnswer:
        require_member(reader)
        with section.reading() as session:
            found = queries.candidates_part(session, page)
        return RequestsAnswer([_answer(each) for each in found.things], found.total, found.page, found.pages)

    @get("/own", summary="This section's own request to join, as a file", sync_to_thread=True)
    def own(self, section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> dict[str, Any]:
        require_member(reader)
        return port.own_request(section, section.now()).plain()

    @post("/", summary="Vouch for a section", sync_to_thread=True)
    def vouch(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: JSONBody[forms.VouchForm]
    ) -> RequestAnswer:
        section.require(reader, "roster.vouched")
        _asked, document = papers.read_request(data.request.encode(), "request")
        with section.writing() as session:
            hash = port.vouch(section, session, document, typed=data.fingerprint, why=data.why, by=reader)
            return _answer(queries.candidate(session, hash))

    @post("/{hash:str}/admission", summary="Propose that it is admitted", sync_to_thread=True)
    def admit(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.ReasonForm],
    ) -> Proposed:
        section.require(reader, "roster.proposed")
        with section.writing() as session:
            return Proposed(port.propose_admission(section, session, hash, why=data.why, by=reader))

    @post("/{hash:str}/refusal", summary="Say, for the committee, why it is not admitted now", sync_to_thread=True)
    def decline(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.ReasonForm],
    ) -> RequestAnswer:
        section.require(reader, "roster.declined")
        with section.writing() as session:
            port.decline(section, session, hash, why=data.why, by=reader)
            return _answer(queries.candidate(session, hash))

    @get("/invitations/{code:str}", summary="The invitation with which an admitted section joins", sync_to_thread=True)
    def invitation(
        self, code: FromPath[str], section: NamedDependency[Instance], reader: NamedDependency[Reader]
    ) -> dict[str, Any]:
        require_member(reader)
        with section.reading() as session:
            return port.invitation(session, code)


def _answer(known: Candidate) -> RequestAnswer:
    asked = known.asked
    return RequestAnswer(
        known.hash,
        asked.code,
        asked.name,
        list(asked.languages),
        asked.address,
        fingerprints.groups(asked.key),
        fingerprints.words(asked.key),
        [Word(each.section, each.why) for each in known.vouchers],
        [Word(each.section, each.why) for each in known.refusals],
        known.member,
    )
