"""The room exchange: how the traffic with the other sections stands, what came in and why it does not count, what went out."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from internationale.kit import (
    Capability,
    Check,
    EventType,
    MenuItem,
    Need,
    Projection,
    Reader,
    Restored,
    Role,
    Section,
    Task,
    Utterance,
    hookimpl,
    marker,
)
from internationale.rooms.exchange import api, events, pages, port, queries, rules
from internationale.rooms.exchange.checks import contradiction, memory, missing, sealing
from internationale.rooms.exchange.port import persons
from internationale.rooms.exchange.rows import projection

_ = marker("core")


@hookimpl
def event_types() -> Sequence[EventType]:
    return [EventType(name="exchange.part_withdrawn", payload=events.PartWithdrawn, authority=events.may_withdraw)]


@hookimpl
def projections() -> Sequence[Projection]:
    return [projection]


@hookimpl
def tasks() -> Sequence[Task]:
    often = timedelta(seconds=10)
    return [Task("exchange take back", often, port.make_anew), Task("exchange empty void", often, port.empty_void)]


@hookimpl
def capabilities() -> Sequence[Capability]:
    return [
        Capability(rules.INSPECT, _("See what was turned away, waits or does not count, and why"), frozenset({Role.HOST})),
        Capability(
            rules.RELEASE,
            _("Release, as a second person, what others wrote in the name of the section."),
            frozenset({Role.DELEGATE, Role.SECRETARY}),
        ),
        Capability(
            rules.WITHDRAW,
            _("Take the long text of a message back from all sections."),
            frozenset({Role.DELEGATE}),
            _("The withdrawal of a text"),
        ),
    ]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def checks() -> Sequence[Check]:
    return [
        Check("agreement of the sections", contradiction),
        Check("own log", memory),
        Check("sealing keys", sealing),
        Check("missing messages", missing),
    ]


@hookimpl
def starting(session: Session, restored: Restored | None) -> None:
    if restored is not None:
        port.doubt_all(session)


@hookimpl
def releasing(section: Section, session: Session, utterance: Utterance) -> None:
    port.check(section, session, utterance)


@hookimpl
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    return [MenuItem(_("Sections"), "/federation")] if reader.signed_in else []


@hookimpl
def needs(section: Section, session: Session, reader: Reader) -> Sequence[Need]:
    return queries.needs(section, session, reader)


@hookimpl
def kept(session: Session, account: str) -> Mapping[str, Any] | None:
    return persons.kept(session, account)


@hookimpl
def forgotten(session: Session, account: str) -> None:
    persons.forget(session, account)
