"""Builds of the notes plugin: today's, one that knows less, one that stumbles, one that checks nothing."""

from collections.abc import Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from sqlmodel import Session

from internationale.kit import Event, EventType, Projection, hookimpl
from internationale.plugins import Plugins
from internationale.testing import notes


def build(types: Sequence[EventType], projections: Sequence[Projection]) -> Plugins:
    """A plugin set with these event types and projections in the place of ``notes``."""
    module = ModuleType("another_build")

    @hookimpl
    def event_types() -> Sequence[EventType]:
        return types

    @hookimpl(specname="projections")
    def made() -> Sequence[Projection]:
        return projections

    vars(module).update(event_types=event_types, projections=made, capabilities=notes.capabilities)
    return Plugins([("notes", module)])


def today() -> Plugins:
    """All that ``notes`` knows."""
    return Plugins([("notes", notes)])


def older() -> Plugins:
    """It has never heard of later things."""
    types = [kind for kind in notes.event_types() if kind.payload is not notes.Later]
    return build(types, [one for one in notes.projections() if one.name != "notes.later"])


def defective() -> Plugins:
    """Its projection stumbles over a poisoned note."""
    notes_of, later = notes.projections()
    write = notes_of.on[notes.Written]

    def stumble(session: Session, event: Event[Any]) -> None:
        if "poison" in event.payload.text:
            raise ZeroDivisionError(event.payload.text)
        write(session, event)

    return build(notes.event_types(), [replace(notes_of, on={**notes_of.on, notes.Written: stumble}), later])


def careless() -> Plugins:
    """It asks nobody whether something may be said."""
    return build([replace(kind, authority=lambda _event: None) for kind in notes.event_types()], notes.projections())
