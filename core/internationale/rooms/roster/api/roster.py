"""Versions and proposals for programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from internationale.events import fingerprints
from internationale.kit import Reader
from internationale.rooms.roster import forms, port, queries
from internationale.rooms.roster.port import Instance
from internationale.rooms.roster.queries import Holder, Named, Proposal, VersionState
from internationale.rooms.roster.rules import papers, require_member


@dataclass(frozen=True)
class RootAnswer:
    """A root key: who holds it, its fingerprint in digits and words; whether it has signed (None: not asked)."""

    holder: str
    key: str
    digits: str
    words: str
    signed: bool | None = None


@dataclass(frozen=True)
class ProposalAnswer:
    """See ``queries.Proposal``; ``changes`` and ``asked`` in words."""

    hash: str
    version: int
    section: str
    said: datetime
    why: str
    state: str
    missing: int
    changes: list[str]
    asked: list[str]
    roots: list[RootAnswer]


@dataclass(frozen=True)
class VersionAnswer:
    """One version; ``changes`` in words."""

    version: int
    hash: str
    issued: datetime
    expires: datetime
    changes: list[str]
    signed: list[str]


@dataclass(frozen=True)
class RosterAnswer:
    """What is in force. ``root``: whether this instance has a root key: absent, open or locked.
    ``digits``, ``words``: the fingerprint of the whole list, for whoever joins; empty before joining.
    """

    version: int
    threshold: int
    roots: list[RootAnswer]
    root: str
    digits: str
    words: str


@dataclass(frozen=True)
class VersionsAnswer:
    """One page of the versions that are or were in force, the latest first."""

    versions: list[VersionAnswer]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class ProposalsAnswer:
    """One page of all that was ever proposed, the latest versions first. ``unexamined``: those of sections that have proposed
    more than is looked into at once.
    """

    proposals: list[ProposalAnswer]
    unexamined: list[Named]
    total: int
    page: int
    pages: int


class RosterApi(Controller):
    path = "/api/v1/federation/roster"
    tags = ("federation",)

    @get("/", summary="The list of sections: which version is in force, and who signs changes", sync_to_thread=True)
    def all(self, section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> RosterAnswer:
        require_member(reader)
        with section.reading() as session:
            latest = queries.latest(session)
            held = latest.roster.roots if latest else ()
            listed = queries.fingerprint(session)
            return RosterAnswer(
                version=latest.roster.version if latest else 0,
                threshold=latest.roster.threshold if latest else 0,
                roots=[_root(Holder(root.holder, root.key, False), asked=False) for root in held],
                root=port.root_state(section.settings.root_key),
                digits=fingerprints.groups(listed) if listed else "",
                words=fingerprints.words(listed) if listed else "",
            )

    @get("/versions", summary="The versions of the list of sections", sync_to_thread=True)
    def versions(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> VersionsAnswer:
        require_member(reader)
        with section.reading() as session:
            found = queries.history_part(session, page)
        return VersionsAnswer([_version(each) for each in found.things], found.total, found.page, found.pages)

    @get("/proposals", summary="What was proposed to change it", sync_to_thread=True)
    def proposals(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], page: FromQuery[int] = 1
    ) -> ProposalsAnswer:
        require_member(reader)
        with section.reading() as session:
            found = queries.proposals_part(session, page)
        looked_into = [_proposal(each) for each in found.things if isinstance(each, Proposal)]
        named = [each for each in found.things if isinstance(each, Named)]
        return ProposalsAnswer(looked_into, named, found.total, found.page, found.pages)

    @get("/proposals/{hash:str}", summary="One proposal", sync_to_thread=True)
    def one(self, hash: FromPath[str], section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> ProposalAnswer:
        require_member(reader)
        with section.reading() as session:
            return _proposal(queries.proposal(session, hash))

    @get("/proposals/{hash:str}/file", summary="A proposal as the file that can be signed elsewhere", sync_to_thread=True)
    def file(self, hash: FromPath[str], section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> dict[str, Any]:
        require_member(reader)
        with section.reading() as session:
            known = queries.proposal(session, hash)
            return papers.Paper(known.document, port.latest(session).document).plain()

    @post("/proposals", summary="Propose a change", sync_to_thread=True)
    def propose(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: JSONBody[forms.ChangeForm]
    ) -> ProposalAnswer:
        section.require(reader, "roster.proposed")
        with section.writing() as session:
            draft = port.draft(session, data.change, data.section, section.now())
            hash = port.propose(section, session, draft, why=data.why, by=reader)
            return _proposal(queries.proposal(session, hash))

    @post("/proposals/{hash:str}/sign", summary="Sign with the root key of this instance", sync_to_thread=True)
    def sign(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.SignForm],
    ) -> ProposalAnswer:
        section.require(reader, "roster.signed")
        port.require_asked(section, unasked=data.unasked)
        root = port.unlocked(section.settings.root_key, data.passphrase, again=data.again)
        with section.writing() as session:
            known, _in_force = port.sign(section, session, hash, root, by=reader, again=data.again)
        section.roster_changed()
        return _proposal(known)

    @post("/proposals/{hash:str}/signature", summary="Pass on a signature that was made elsewhere", sync_to_thread=True)
    def signature(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        data: JSONBody[forms.SignatureForm],
    ) -> ProposalAnswer:
        section.require(reader, "roster.signed")
        port.require_asked(section, unasked=data.unasked)
        with section.writing() as session:
            known, _in_force = port.add_signature(section, session, hash, data.signature, by=reader)
        section.roster_changed()
        return _proposal(known)

    @post("/proposals/{hash:str}/adoption", summary="Put a proposal into force that has its signatures", sync_to_thread=True)
    def adopt(
        self,
        hash: FromPath[str],
        section: NamedDependency[Instance],
        reader: NamedDependency[Reader],
        unasked: FromQuery[bool] = False,
    ) -> ProposalAnswer:
        section.require(reader, "roster.signed")
        port.require_asked(section, unasked=unasked)
        with section.writing() as session:
            port.adopt_proposal(section, session, hash)
            known = queries.proposal(session, hash)
        section.roster_changed()
        return _proposal(known)


def _root(holder: Holder, *, asked: bool = True) -> RootAnswer:
    key = holder.key
    signed = holder.signed if asked else None
    return RootAnswer(holder.name, str(key), fingerprints.groups(key), fingerprints.words(key), signed)


def _version(state: VersionState) -> VersionAnswer:
    changes = [str(change) for change in state.changes]
    return VersionAnswer(state.version, state.hash, state.issued, state.expires, changes, list(state.signed))


def _proposal(known: Proposal) -> ProposalAnswer:
    return ProposalAnswer(
        known.hash,
        known.version,
        known.section,
        known.said,
        known.why,
        known.state,
        known.missing,
        [str(change) for change in known.changes],
        [str(sentence) for sentence in known.asked],
        [_root(holder) for holder in known.holders],
    )
