"""The room sealing: who can read what was said to some sections only, showing it to one more, and taking that back."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from internationale.events.sealed import Reshared
from internationale.events.types import EventType
from internationale.kit import (
    Capability,
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
from internationale.rooms.sealing import api, pages, port, rules
from internationale.rooms.sealing.rows import projection

_ = marker("core")


@hookimpl
def event_types() -> Sequence[EventType]:
    return [EventType(name=rules.RESHARE, payload=Reshared, authority=rules.reshared, parts=True)]


@hookimpl
def projections() -> Sequence[Projection]:
    return [projection]


@hookimpl
def capabilities() -> Sequence[Capability]:
    sentence, said = _("Let one more section read what was sealed for some."), _("A sealed text, shown to one more section")
    return [Capability(rules.RESHARE, sentence, frozenset([Role.DELEGATE]), said)]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def releasing(section: Section, session: Session, utterance: Utterance) -> Utterance | None:
    return port.read_anew(section, session, utterance)


@hookimpl
def panels(place: Place, subject: documents.Reading, section: Section, session: Session, reader: Reader) -> Sequence[Panel]:
    return port.panels(section, session, subject.document, reader) if place is Place.DOCUMENT else []


@hookimpl
def needs(section: Section, session: Session, reader: Reader) -> Sequence[Need]:
    return port.needs(section, session, reader)
