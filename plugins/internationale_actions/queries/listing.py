"""Actions with the names and titles that pages show: in the reader's language where there is a translation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session as Database

from internationale.kit import Reader, Section, documents

from . import ahead, calls, whole
from .values import Action


@dataclass(frozen=True)
class Card:
    """One action in a list."""

    action: Action
    title: str
    title_language: str
    """The language that the title is really in."""
    committed: Sequence[str]
    """The sections whose commitment holds, by code."""
    ours: str
    """Where our own section stands: ``open``, ``committed``, ``withdrawn``, ``reported``."""


@dataclass(frozen=True)
class Overview:
    """All actions: those to come or going on, and those past."""

    upcoming: Sequence[Card]
    past: Sequence[Card]


def overview(section: Section, session: Database, reader: Reader) -> Overview:
    """Everything that was called, for this reader."""
    today: date = section.now().date()
    upcoming, past = ahead(calls(session), today)
    cards = {summary.id: card(section, session, whole(session, summary.id), reader.language) for summary in (*upcoming, *past)}
    return Overview([cards[summary.id] for summary in upcoming], [cards[summary.id] for summary in past])


def card(section: Section, session: Database, action: Action, language: str) -> Card:
    """One action as a list shows it in a language."""
    reading = section.documents.read(session, action.summary.document, language)
    committed = [answer.section for answer in action.answers if answer.current]
    return Card(action, reading.title, title_language(reading), committed, standing(action, section.code))


def title_language(reading: documents.Reading) -> str:
    """The language that a reading's title is really in."""
    return reading.language if reading.units[0].text else reading.document.language


def standing(action: Action, section: str) -> str:
    """Where a section stands towards a call."""
    answer = action.of(section)
    if answer is None:
        return "open"
    if answer.reports:
        return "reported"
    return "committed" if answer.current else "withdrawn"


def names(section: Section, session: Database) -> Mapping[str, str]:
    """The sections' names by code, our own included."""
    return {section.code: section.name, **{known.code: known.name for known in section.sections(session)}}
