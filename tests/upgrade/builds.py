"""Tomorrow's build of the notes plugin."""

from typing import Any

from sqlmodel import Field, Session

from internationale.kit import Event, EventType, Payload, Projection
from internationale.plugins import Plugins
from internationale.testing import notes
from internationale.testing.builds import build


class Coloured(Payload):
    """A note as tomorrow writes it under the version of today: with one optional field more."""

    text: str
    colour: str | None = None


class Titled(Payload):
    """Tomorrow's second version of an answer: what was its text is now its body."""

    title: str
    body: str


class TitledRow(notes.Row, table=True):
    """One answer with a title."""

    __tablename__ = "notes_titled"

    id: str = Field(primary_key=True)
    title: str
    body: str


def from_today(data: dict[str, Any]) -> dict[str, Any]:
    """An answer of the first version, as the second has it."""
    return {"title": "", "body": data["text"]}


def _colour(session: Session, event: Event[Coloured]) -> None:
    envelope = event.envelope
    text = f"{event.payload.text} ({event.payload.colour})" if event.payload.colour else event.payload.text
    session.add(notes.NoteRow(section=envelope.section, sequence=envelope.sequence, text=text, at=envelope.time))


def _title(session: Session, event: Event[Titled]) -> None:
    session.add(TitledRow(id=event.envelope.id, title=event.payload.title, body=event.payload.body))


def tomorrow() -> Plugins:
    """A field more, and a new version of an answer, brought up from the old one."""
    types = [
        EventType(name="notes.written", payload=Coloured),
        EventType(name="notes.answered", payload=Titled, version=2, upcasts={1: from_today}, authority=notes.stands_on_something),
        EventType(name="notes.later", payload=notes.Later),
    ]
    later = [one for one in notes.projections() if one.name == "notes.later"]
    rows = [
        Projection("notes.notes", 3, (notes.NoteRow,), {Coloured: _colour}),
        Projection("notes.titled", 1, (TitledRow,), {Titled: _title}),
    ]
    return build(types, [*rows, *later])
