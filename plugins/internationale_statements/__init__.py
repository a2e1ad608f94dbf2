"""Statements: what several sections say to the world with one voice."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session as Database

from internationale.kit import (
    Capability,
    DocumentKind,
    EventType,
    MenuItem,
    Need,
    Panel,
    Place,
    Projection,
    Reader,
    Role,
    Section,
    Utterance,
    documents,
    hookimpl,
    marker,
)

from . import api, events, pages, port, rows, rules
from .queries import showing, waiting

_ = marker("statements")

FRONT = 5
"""How many statements stand on the public front page."""


@hookimpl
def event_types() -> Sequence[EventType]:
    return [
        EventType(name="statements.cosigned", payload=events.Cosigned, authority=rules.may_cosign),
        EventType(name="statements.cosignature_withdrawn", payload=events.CosignatureWithdrawn, authority=rules.may_withdraw),
        EventType(name="statements.issued", payload=events.Issued, authority=rules.may_issue),
    ]


@hookimpl
def releasing(section: Section, session: Database, utterance: Utterance, by: Reader) -> None:
    port.check(section, session, utterance, by)


@hookimpl
def projections() -> Sequence[Projection]:
    return [rows.projection]


@hookimpl
def capabilities() -> Sequence[Capability]:
    delegate = frozenset({Role.DELEGATE})
    return [
        Capability("statements.cosigned", _("Co-sign a statement for the section"), delegate, _("A co-signature")),
        Capability(
            "statements.cosignature_withdrawn",
            _("Take back the section's co-signature"),
            delegate,
            _("The withdrawal of a co-signature"),
        ),
        Capability(
            "statements.issued", _("Issue the section's statements to the public"), delegate, _("A statement to the public")
        ),
    ]


@hookimpl
def document_kinds() -> Sequence[DocumentKind]:
    return [DocumentKind(rules.KIND, _("Statement"), "/statements")]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    return [MenuItem(_("Statements"), "/statements")]


@hookimpl
def needs(section: Section, session: Database, reader: Reader) -> Sequence[Need]:
    return waiting.needs(section, session, reader)


@hookimpl
def panels(place: Place, subject: Any, section: Section, session: Database, reader: Reader) -> Sequence[Panel]:
    if place is Place.FRONT:
        latest = showing.latest(section, session, reader.language, FRONT)
        return [Panel("statements/front.html", {"statements": latest})] if latest else []
    if place is Place.DOCUMENT and isinstance(subject, documents.Reading) and subject.document.kind == rules.KIND:
        if not port.reads(section, reader):
            return []
        known = port.statement(section, session, subject.document.id, reader)
        context = {
            "document": known.document,
            "signing": known.signing,
            "offers": port.offers(section, known, reader),
        }
        return [Panel("statements/panel.html", context)]
    return []
