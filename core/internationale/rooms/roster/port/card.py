"""The section's public card."""

from typing import Protocol, runtime_checkable

from internationale.events import card
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.nkey import Nkey
from internationale.events.signed import SignedDocument


@runtime_checkable  # Litestar checks what it injects with isinstance
class Keeper(Protocol):
    """The running section as far as its public card needs it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def languages(self) -> tuple[str, ...]: ...
    @property
    def base_url(self) -> str: ...
    @property
    def key(self) -> SigningKey: ...
    @property
    def nkey(self) -> Nkey: ...
    @property
    def recipients(self) -> tuple[str, ...]: ...


def card_of(section: Keeper) -> Card:
    """What the section shows of itself."""
    return Card(
        code=section.code,
        name=section.name,
        languages=section.languages,
        key=section.key.public,
        address=section.base_url,
        nkey=section.nkey.public,
        recipients=section.recipients or None,
    )


def own_card(section: Keeper) -> SignedDocument:
    """The section's public card, signed with its log key; always the same bytes for the same settings."""
    return card.seal(card_of(section), section.key)
