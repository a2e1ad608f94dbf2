"""Founding together, for programs."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from internationale.events import fingerprints
from internationale.events.signed import SignedDocument
from internationale.kit import Reader
from internationale.rooms.roster import forms, port, rules
from internationale.rooms.roster.port import Instance
from internationale.rooms.roster.rules import papers
from internationale.rooms.roster.rules.papers import Paper


@dataclass(frozen=True)
class FoundingAnswer:
    """What the holders sign, as the content of a file; and what it says, in words. ``digits``, ``words``: the fingerprint of the
    list, which whoever begins hears from a holder of a root key.
    """

    proposal: dict[str, Any]
    changes: list[str]
    digits: str
    words: str


@dataclass(frozen=True)
class Begun:
    """The version that is in force now."""

    version: int


class FoundingApi(Controller):
    path = "/api/v1/federation/founding"
    tags = ("federation",)

    @post("/", status_code=200, summary="What the holders of these root keys sign to found", sync_to_thread=True)
    def draft(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: JSONBody[forms.FoundingForm]
    ) -> FoundingAnswer:
        section.require(reader, "roster.signed")
        cards = [papers.read_root_card(card.encode(), "cards") for card in data.cards]
        with section.reading() as session:
            draft = port.draft_founding(section, session, cards, data.threshold, section.settings.hubs)
        paper = Paper(SignedDocument(draft.serialize(), ()))
        listed = port.listed(draft.serialize())
        changes = [str(change) for change in rules.told(None, draft)]
        return FoundingAnswer(paper.plain(), changes, fingerprints.groups(listed), fingerprints.words(listed))

    @post("/adoption", summary="Begin, with signed copies of it, after comparing", sync_to_thread=True)
    def adopt(
        self, section: NamedDependency[Instance], reader: NamedDependency[Reader], data: JSONBody[forms.CopiesForm]
    ) -> Begun:
        section.require(reader, "roster.signed")
        copies = [papers.read_proposal(copy.encode(), "copies").roster for copy in data.copies]
        with section.writing() as session:
            version = port.adopt_founding(section, session, copies, typed=data.fingerprint, by=reader)
        section.roster_changed()
        return Begun(version.roster.version)
