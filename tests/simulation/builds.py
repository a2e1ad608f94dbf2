"""Other builds of the notes plugin: older, newer, and with a defect."""

from types import ModuleType

from internationale.kit import EventType, Payload, Projection, hookimpl
from internationale.plugins import Plugins
from internationale.testing import notes


def build(types, projections):
    """A plugin set with these event types and projections."""
    module = ModuleType("another_build")

    @hookimpl
    def event_types():
        return types

    @hookimpl(specname="projections")
    def made():
        return projections

    module.event_types, module.projections, module.capabilities = event_types, made, notes.capabilities
    return Plugins([("notes", module)])


def older():
    """It has never heard of later things."""
    types = [kind for kind in notes.event_types() if kind.payload is not notes.Later]
    return build(types, [one for one in notes.projections() if one.name != "notes.later"])


class Written(Payload):
    """A note of the second version: it has a title, too."""

    text: str
    title: str


def newer():
    """It writes notes of a second version, and understands the first."""

    def upcast(data):
        return {**data, "title": data["text"][:10]}

    kind = EventType(name="notes.written", payload=Written, version=2, upcasts={1: upcast})
    types = [kind, *(each for each in notes.event_types() if each.payload is not notes.Written)]
    notes_of, later = notes.projections()
    on = {Written if payload is notes.Written else payload: handler for payload, handler in notes_of.on.items()}
    return build(types, [Projection(notes_of.name, notes_of.version, notes_of.tables, on), later])


def defective():
    """Its projection stumbles over a poisoned note."""

    def stumble(session, event):
        if "poison" in event.payload.text:
            raise ZeroDivisionError(event.payload.text)
        notes._write(session, event)

    notes_of, later = notes.projections()
    on = notes_of.on | {notes.Written: stumble}
    return build(notes.event_types(), [Projection(notes_of.name, notes_of.version, notes_of.tables, on), later])
