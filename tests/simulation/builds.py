"""A newer build of the notes plugin."""

from internationale.kit import EventType, Payload, Projection
from internationale.testing import notes
from internationale.testing.builds import build


class Written(Payload):
    """A note of the second version: it has a title, too."""

    text: str
    title: str


def newer():
    """It writes notes of a second version, and understands the first."""

    def upcast(data):
        return {**data, "title": data["text"][:10]}

    kind = EventType(name="notes.written", payload=Written, version=2, upcasts={1: upcast}, parts=True)
    types = [kind, *(each for each in notes.event_types() if each.payload is not notes.Written)]
    notes_of, later = notes.projections()
    on = {Written if payload is notes.Written else payload: handler for payload, handler in notes_of.on.items()}
    return build(types, [Projection(notes_of.name, notes_of.version, notes_of.tables, on), later])
