"""What the API answers: plain values with JSON in mind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from internationale.i18n import word
from internationale.rooms.exchange.queries import Federation, HubCard, SectionState
from internationale.rooms.exchange.rules import Alarm


@dataclass(frozen=True)
class AlarmOut:
    """One finding, in the language of whoever asks. ``about``: a section's code or a hub's address."""

    kind: str
    urgent: bool
    about: str
    sentence: str
    advice: str

    @classmethod
    def of(cls, alarm: Alarm) -> Self:
        return cls(alarm.kind, alarm.urgent, alarm.about, word(alarm.sentence), word(alarm.advice))


@dataclass(frozen=True)
class HubOut:
    """One hub. ``connected`` is null where this process does not exchange anything; ``inside``: what to know of an address that
    is another place for each section.
    """

    id: str
    url: str
    connected: bool | None
    since: datetime | None
    trouble: str | None
    unsent: int | None
    inside: str | None

    @classmethod
    def of(cls, card: HubCard) -> Self:
        state, inside = card.state, None if card.inside is None else word(card.inside)
        if state is None:
            return cls(card.id, card.url, None, None, None, None, inside)
        trouble = None if state.trouble is None else word(state.trouble)
        return cls(card.id, card.url, state.connected, state.since, trouble, state.unsent, inside)


@dataclass(frozen=True)
class FederationOut:
    """The International as this section sees it. ``version`` 0: it has not joined one."""

    version: int
    issued: datetime | None
    expires: datetime | None
    expired: bool
    sections: tuple[SectionState, ...]
    hubs: tuple[HubOut, ...]
    alarms: tuple[AlarmOut, ...]

    @classmethod
    def of(cls, state: Federation) -> Self:
        return cls(
            state.version,
            state.issued,
            state.expires,
            state.expired,
            state.sections,
            tuple(map(HubOut.of, state.hubs)),
            tuple(map(AlarmOut.of, state.alarms)),
        )
