"""Actions with the names and titles that pages show: in the reader's language where there is a translation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session as Database

from internationale.kit import Reader, Ref, Section, documents

from . import ahead, every
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
    actions = every(session)
    known = {card.action.summary.id: card for card in cards(section, session, actions, reader.language)}
    upcoming, past = ahead(actions, section.now().date())
    return Overview([known[action.summary.id] for action in upcoming], [known[action.summary.id] for action in past])


def cards(section: Section, session: Database, actions: Sequence[Action], language: str) -> list[Card]:
    """Actions as a list shows them in a language."""
    appeals = [Ref.parse(action.summary.pinned) for action in actions]
    titles = section.documents.titles_pinned(session, appeals, language)
    return [_card(action, titles[appeal], section.code) for action, appeal in zip(actions, appeals, strict=True)]


def _card(action: Action, title: documents.Title, ours: str) -> Card:
    committed = [answer.section for answer in action.answers if answer.current]
    return Card(action, title.text, title.language, committed, standing(action, ours))


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
