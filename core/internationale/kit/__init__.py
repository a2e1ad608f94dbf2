"""All that a plugin may import from the core."""

from internationale.errors import Conflict, InternationaleError, Invalid, Misconfigured, NotFound, Paused, Refused, TooSoon
from internationale.events.envelope import INTERNATIONAL, PUBLIC, Address, Envelope
from internationale.events.refs import Ref
from internationale.events.types import Causes, Event, EventType, Payload
from internationale.kit import audiences, documents, entered, fields, grants, http, numbers, paging, printing, texts, undecided
from internationale.kit.calling import called
from internationale.kit.hookspecs import hookimpl
from internationale.kit.ports import Section
from internationale.kit.projecting import new_row
from internationale.kit.turns import Turns
from internationale.kit.vocabulary import (
    Capability,
    Check,
    DocumentKind,
    HubState,
    MenuItem,
    Need,
    Panel,
    Place,
    Projection,
    Reader,
    Receipt,
    Restored,
    Role,
    SectionCard,
    Task,
    Utterance,
    naming,
)
from internationale.messages import LanguageName, Message, marker, plural_marker

__all__ = [
    "INTERNATIONAL",
    "PUBLIC",
    "Address",
    "Capability",
    "Causes",
    "Check",
    "Conflict",
    "DocumentKind",
    "Envelope",
    "Event",
    "EventType",
    "HubState",
    "InternationaleError",
    "Invalid",
    "LanguageName",
    "MenuItem",
    "Message",
    "Misconfigured",
    "Need",
    "NotFound",
    "Panel",
    "Paused",
    "Payload",
    "Place",
    "Projection",
    "Reader",
    "Receipt",
    "Ref",
    "Refused",
    "Restored",
    "Role",
    "Section",
    "SectionCard",
    "Task",
    "TooSoon",
    "Turns",
    "Utterance",
    "audiences",
    "called",
    "documents",
    "entered",
    "fields",
    "grants",
    "hookimpl",
    "http",
    "marker",
    "naming",
    "new_row",
    "numbers",
    "paging",
    "plural_marker",
    "printing",
    "texts",
    "undecided",
]
