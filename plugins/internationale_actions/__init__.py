"""Actions: what the sections do together, from the call to what came of it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session as Database

from internationale.kit import (
    Capability,
    DocumentKind,
    EventType,
    MenuItem,
    Need,
    Projection,
    Reader,
    Role,
    Section,
    hookimpl,
    marker,
)

from . import api, events, pages, rows, rules
from .queries import waiting

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
def projections() -> Sequence[Projection]:
    return [rows.projection]


@hookimpl
def capabilities() -> Sequence[Capability]:
    delegate = frozenset({Role.DELEGATE})
    return [
        Capability("actions.called", _("Call a joint action"), delegate),
        Capability("actions.committed", _("Commit the section to a joint action"), delegate),
        Capability("actions.withdrew", _("Take back the section's commitment to a joint action"), delegate),
        Capability("actions.reported", _("Report what came of a joint action"), delegate),
        Capability("actions.closed", _("Draw the conclusions of a joint action"), delegate),
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
