"""What the exchange needs of a person, for the home page."""

from collections.abc import Iterator

from sqlmodel import Session

from internationale.kit import Need, Reader, Section, marker, plural_marker
from internationale.rooms.exchange.queries.alarms import findings
from internationale.rooms.exchange.queries.progress import progress
from internationale.rooms.exchange.queries.releasing import held_by_others, held_of
from internationale.rooms.exchange.rules import DOUBTFUL, INSPECT, RELEASE, VOID

_ = marker("core")
ngettext = plural_marker("core")

_WORDS = {"doubtful": DOUBTFUL, "void": VOID}
RELEASING = 70
URGENT = 90
SYNCING = 80
OWN = 40


def needs(section: Section, session: Session, reader: Reader) -> list[Need]:
    """How far a first sync is, what waits for their release, what became of what they wrote, urgent alarms for the host."""
    return [
        *_catching_up(session, reader),
        *_to_release(section, session, reader),
        *_written(session, reader),
        *_alarms(section, session, reader),
    ]


def _catching_up(session: Session, reader: Reader) -> Iterator[Need]:
    if reader.signed_in and (found := progress(session)) is not None:
        title = _("%(here)s of %(all)s messages of the International are here") % {"here": found.here, "all": found.known}
        detail = _("The others are being fetched. What you read may be incomplete until then.")
        yield Need(title, detail, "/federation", _("Look at it"), SYNCING)


def _to_release(section: Section, session: Session, reader: Reader) -> Iterator[Need]:
    if not section.may(reader, RELEASE) or not (count := held_by_others(session, reader.id or "")):
        return
    title = ngettext("%(n)s message waits for your release", "%(n)s messages wait for your release", count) % {"n": count}
    yield Need(
        title, _("They are not signed before a second person has seen them."), "/federation/release", _("Look at it"), RELEASING
    )


def _written(session: Session, reader: Reader) -> Iterator[Need]:
    for held in held_of(session, reader.id or ""):
        if held.state in ("rejected", *_WORDS):
            detail = _WORDS.get(held.state) or _("The reason: %(reason)s") % {"reason": held.reason}
            title = _("Something that you wrote was not released")
            yield Need(title, detail, f"/federation/release/{held.id}", _("Look at it"), OWN)


def _alarms(section: Section, session: Session, reader: Reader) -> Iterator[Need]:
    if not section.may(reader, INSPECT):
        return
    urgent = [alarm for alarm in findings(session, section.code, section.now(), tuple(section.hubs.values())) if alarm.urgent]
    for alarm in urgent[:3]:
        yield Need(alarm.sentence, alarm.advice, alarm.path or "/federation", _("Look at it"), URGENT)
