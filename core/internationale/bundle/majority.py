"""Whose answers count when this section asks what there is of its own log, and how many are enough."""

from collections.abc import Sequence

from internationale.events.roster import Status
from internationale.section import Section


def others(section: Section) -> list[str]:
    """The codes of all other members."""
    with section.reading() as session:
        cards = section.sections(session)
    return [card.code for card in cards if card.code != section.code and card.status == Status.MEMBER]


def most(members: Sequence[str]) -> int:
    """How many are more than half of these."""
    return len(members) // 2 + 1
