"""Actions: what the sections do together, from the call to what came of it."""

from collections.abc import Sequence
from datetime import datetime
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

from . import api, events, pages, port, queries, rows, rules
from .queries import listing, waiting

_ = marker("actions")


@hookimpl
def event_types() -> Sequence[EventType]:
    return [
        EventType(name="actions.called", payload=events.Called, authority=rules.may_call),
        EventType(name="actions.committed", payload=events.Committed, authority=rules.may_commit),
        EventType(name="actions.withdrew", payload=events.Withdrew, authority=rules.may_withdraw),
        EventType(name="actions.reported", payload=events.Reported, authority=rules.may_report),
        EventType(name="actions.closed", payload=events.Closed, authority=rules.may_close),
    ]


@hookimpl
def releasing(section: Section, session: Database, utterance: Utterance, by: Reader, written: datetime) -> None:
    port.check(section, session, utterance, by, written)


@hookimpl
def projections() -> Sequence[Projection]:
    return [rows.projection]


@hookimpl
def capabilities() -> Sequence[Capability]:
    delegate = frozenset({Role.DELEGATE})
    return [
        Capability("actions.called", _("Call a joint action"), delegate, _("A call to a joint action")),
        Capability("actions.committed", _("Commit the section to a joint action"), delegate, _("A commitment to a joint action")),
        Capability(
            "actions.withdrew",
            _("Take back the section's commitment to a joint action"),
            delegate,
            _("The withdrawal of a commitment"),
        ),
        Capability("actions.reported", _("Report what came of a joint action"), delegate, _("A report on a joint action")),
        Capability(
            "actions.closed", _("Draw the conclusions of a joint action"), delegate, _("The conclusions of a joint action")
        ),
    ]


@hookimpl
def document_kinds() -> Sequence[DocumentKind]:
    return [DocumentKind(rules.KIND, _("Appeal"), "/actions")]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    return [MenuItem(_("Actions"), "/actions")] if reader.signed_in else []


@hookimpl
def needs(section: Section, session: Database, reader: Reader) -> Sequence[Need]:
    return waiting.needs(section, session, reader)


@hookimpl
def panels(place: Place, subject: Any, section: Section, session: Database, reader: Reader) -> Sequence[Panel]:
    """Beside an appeal: the action that it calls."""
    if place is not Place.DOCUMENT or not isinstance(subject, documents.Reading) or subject.document.kind != rules.KIND:
        return []
    cards = listing.cards(section, session, queries.on(session, subject.document.id), reader.language)
    return [Panel("actions/panel.html", {"cards": cards})] if cards else []
