"""The documents room: the life of a shared text, from its opening through debate, amendments and revisions to translations.

This page is its table of contents: hook implementations and nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from internationale.events.types import EventType
from internationale.kit.hookspecs import hookimpl
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Capability, Need, Projection, Reader, Role, Utterance
from internationale.messages import marker
from internationale.rooms.documents import api, events, pages
from internationale.rooms.documents import commands as hosting
from internationale.rooms.documents.port import persons
from internationale.rooms.documents.port import releasing as checking
from internationale.rooms.documents.queries import waiting
from internationale.rooms.documents.rows.projection import projection
from internationale.rooms.documents.rows.recalling import recall
from internationale.rooms.documents.rules import authority

_ = marker("core")


@hookimpl
def event_types() -> Sequence[EventType]:
    return [
        EventType(name="documents.opened", payload=events.Opened, authority=authority.opened, parts=True, recall=recall),
        EventType(
            name="documents.revised",
            payload=events.Revised,
            authority=authority.revised,
            parts=True,
            recall=recall,
            version=2,
            upcasts={1: events.without_taken},
            outlives=frozenset(["documents.amendment_proposed"]),  # version 1 stood on them: their words are in the revision
        ),
        EventType(
            name="documents.amendment_proposed",
            payload=events.AmendmentProposed,
            authority=authority.amendment_proposed,
            parts=True,
        ),
        EventType(
            name="documents.amendment_withdrawn", payload=events.AmendmentWithdrawn, authority=authority.amendment_withdrawn
        ),
        EventType(name="documents.amendment_decided", payload=events.AmendmentDecided, authority=authority.amendment_decided),
        EventType(
            name="documents.translation_offered",
            payload=events.TranslationOffered,
            authority=authority.translation_offered,
            parts=True,  # sealed, a long one is longer than an envelope
        ),
    ]


@hookimpl
def projections() -> Sequence[Projection]:
    return [projection]


@hookimpl
def capabilities() -> Sequence[Capability]:
    everyone = frozenset([Role.MEMBER, Role.TRANSLATOR, Role.DELEGATE])
    delegates = frozenset([Role.DELEGATE])
    return [
        Capability("documents.read", _("Read what is shared among the sections."), everyone | {Role.SECRETARY, Role.HOST}),
        Capability("documents.discuss", _("Debate texts inside the section, and propose amendments there."), everyone),
        Capability("documents.opened", _("Share a new text with all sections."), delegates, _("A new text")),
        Capability(
            "documents.revised",
            _("Publish the next revision of a text of this section."),
            delegates,
            _("A new revision of a text"),
        ),
        Capability("documents.amendment_proposed", _("Carry an amendment to all sections."), delegates, _("An amendment")),
        Capability(
            "documents.amendment_withdrawn",
            _("Withdraw an amendment of this section."),
            delegates,
            _("The withdrawal of an amendment"),
        ),
        Capability(
            "documents.amendment_decided",
            _("Decide on amendments to texts of this section."),
            delegates,
            _("A decision on an amendment"),
        ),
        Capability(
            "documents.translation_offered",
            _("Share translations with all sections."),
            frozenset([Role.TRANSLATOR, Role.DELEGATE]),
            _("A translation"),
        ),
    ]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def commands(cli: Any) -> None:
    hosting.add_to(cli)


@hookimpl
def releasing(section: Section, session: Session, utterance: Utterance, written: datetime) -> None:
    checking.check(section, session, utterance, written)


@hookimpl
def needs(section: Section, session: Session, reader: Reader) -> Sequence[Need]:
    return waiting.needs(section, session, reader)


@hookimpl
def kept(session: Session, account: str) -> Mapping[str, Any] | None:
    return persons.kept(session, account)


@hookimpl
def forgotten(session: Session, account: str) -> None:
    persons.forget(session, account)
