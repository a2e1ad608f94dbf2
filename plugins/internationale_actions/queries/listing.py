"""Actions with the names and titles that pages show: in the reader's language where there is a translation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session as Database

from internationale.kit import Reader, Ref, Section, documents, paging

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
    """All actions to come or going on, and one page of those past, of which there are ``total``."""

    upcoming: Sequence[Card]
    past: Sequence[Card]
    total: int
    page: int
    pages: int


def overview(section: Section, session: Database, reader: Reader, page: int) -> Overview:
    """What was called, for this reader."""
    upcoming, past = ahead(every(session), section.now().date())
    found = paging.part(past, page)
    shown = cards(section, session, [*upcoming, *found.things], reader.language)
    return Overview(shown[: len(upcoming)], shown[len(upcoming) :], found.total, found.page, found.pages)


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
