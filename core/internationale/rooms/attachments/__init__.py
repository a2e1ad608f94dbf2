"""The room of attachments: files that belong to a text, a call or a report, brought from section to section in chunks.

This page is its table of contents: hook implementations and nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from internationale.events.types import EventType
from internationale.kit.documents import Reading
from internationale.kit.hookspecs import hookimpl
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Capability, Check, Need, Panel, Place, Projection, Reader, Role, Task, Utterance
from internationale.messages import marker
from internationale.rooms.attachments import api, events, pages
from internationale.rooms.attachments import checks as health
from internationale.rooms.attachments import tasks as work
from internationale.rooms.attachments.port import attaching, reviewing, sent, telling, uploading
from internationale.rooms.attachments.rows.shared import projection
from internationale.rooms.attachments.rules import authority

_ = marker("core")


@hookimpl
def event_types() -> Sequence[EventType]:
    return [
        EventType(name="attachments.attached", payload=events.Attached, authority=authority.attached, parts=True),
        EventType(name="attachments.withdrawn", payload=events.Withdrawn, authority=authority.withdrawn),
    ]


@hookimpl
def projections() -> Sequence[Projection]:
    return [projection]


@hookimpl
def capabilities() -> Sequence[Capability]:
    delegates = frozenset([Role.DELEGATE])
    everyone = frozenset([Role.MEMBER, Role.TRANSLATOR, Role.DELEGATE, Role.SECRETARY, Role.HOST])
    return [
        Capability("attachments.attached", _("Attach files for all sections."), delegates, _("An attached file")),
        Capability(
            "attachments.withdrawn",
            _("Take back files that this section attached."),
            delegates,
            _("The withdrawal of an attached file"),
        ),
        Capability("attachments.fetch", _("Have attached files fetched to this section."), everyone),
        Capability("attachments.keep", _("Decide which attached files are kept here for good."), frozenset([Role.HOST])),
    ]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def tasks() -> Sequence[Task]:
    return work.tasks()


@hookimpl
def checks() -> Sequence[Check]:
    return health.checks()


@hookimpl
def releasing(session: Session, utterance: Utterance) -> None:
    attaching.check(session, utterance)


@hookimpl
def panels(place: Place, subject: Any, section: Section, session: Session, reader: Reader) -> Sequence[Panel]:
    if place is Place.HELD:
        beside = reviewing.panel(section, session, subject)
        return [] if beside is None else [beside]
    if place is Place.SENT:
        return sent.own(section, session, subject, reader)
    if place is Place.WITHDRAWING:
        return [*sent.own(section, session, subject, reader), *sent.going(section, session, subject, reader)]
    if place is not Place.DOCUMENT or not isinstance(subject, Reading):
        return []
    found = section.attachments.panel(session, subject.document.id, subject.document.ref, reader)
    return [] if found is None else [found]


@hookimpl
def needs(section: Section, session: Session, reader: Reader) -> Sequence[Need]:
    return telling.needs(section, session, reader)


@hookimpl
def kept(session: Session, account: str) -> Mapping[str, Any] | None:
    return uploading.kept(session, account)


@hookimpl
def forgotten(section: Section, session: Session, account: str) -> None:
    uploading.forget(section, session, account)
