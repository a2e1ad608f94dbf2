"""Who may attach what, and take it back. Every verdict follows from the event and what it stands on, nothing else.

Reasons: ``foreign_id`` (an id of another section) · ``wrong_cause`` (the first ref does not name the subject, or is not this
attachment) · ``wrong_audience`` (wider than what it belongs to, a word of another section shown to the world, or taken back
before others than were told) · ``wrong_key`` (encrypted although all may read it, or the other way round) ·
``malformed_manifest`` · ``not_sender``.
"""

from typing import Any

from pydantic import ValidationError

from internationale.errors import Untrusted
from internationale.events import strict
from internationale.events.envelope import INTERNATIONAL, PUBLIC, Envelope
from internationale.events.types import Event
from internationale.kit.audiences import OPEN
from internationale.rooms.attachments.events import Attached, Manifest, Withdrawn
from internationale.rooms.attachments.rules.chunking import CHUNK, MOST, count
from internationale.rooms.documents.rules.ids import section_of

SMALLEST = CHUNK // 8
"""Smaller chunks than these bytes are refused: they would only be more of them."""


def attached(event: Event[Attached]) -> str | None:
    """Any section, to something that an event before it names."""
    said, envelope = event.payload, event.envelope
    cause: Event[Any] | None = next(iter(event.causes), None)
    if section_of(said.attachment) != envelope.section:
        return "foreign_id"
    if cause is None or said.subject not in cause.envelope.data.values():
        return "wrong_cause"
    if envelope.audience not in audiences(cause.envelope, envelope.section, said.subject):
        return "wrong_audience"
    if (said.key is None) != (envelope.audience in OPEN):
        return "wrong_key"
    return None if manifest(event) is not None else "malformed_manifest"


def audiences(cause: Envelope, section: str, subject: str) -> tuple[str, ...]:
    """For whom a section may attach something to what an event names, the widest first: the same readers; but to something
    public that is another's only for the sections, for nobody shows the world what others attach to a text.
    """
    if cause.audience != PUBLIC:
        return (cause.audience,)
    return OPEN if section == cause.section == section_of(subject) else (INTERNATIONAL,)


def manifest(event: Event[Attached]) -> Manifest | None:
    """The list of chunks, when it is right."""
    said, content = event.payload, b"".join(event.parts[name] for name in event.envelope.parts)
    try:
        strict.read(content)
        found = Manifest.model_validate_json(content)
    except (Untrusted, ValidationError):
        return None
    right = len(found.chunks) == count(said.size, said.chunk) and len(found.chunks) <= MOST
    fits = said.chunk >= min(SMALLEST, said.size) and (said.key is not None or found.blob == found.digest)
    return found if right and fits else None


def withdrawn(event: Event[Withdrawn]) -> str | None:
    """The section that attached it, before all who were told of it."""
    cause: Event[Any] | None = next(iter(event.causes), None)
    if cause is None or not isinstance(cause.payload, Attached) or cause.payload.attachment != event.payload.attachment:
        return "wrong_cause"
    if cause.envelope.section != event.envelope.section:
        return "not_sender"
    return None if event.envelope.readers == cause.envelope.readers else "wrong_audience"
