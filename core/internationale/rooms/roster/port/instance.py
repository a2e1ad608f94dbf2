"""The running section as far as the deeds of this room need more of it than the kit promises."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from internationale.events.keys import SigningKey
from internationale.events.nkey import Nkey
from internationale.kit import HubState, Section
from internationale.settings import Settings


@runtime_checkable  # Litestar checks what it injects with isinstance
class Instance(Section, Protocol):
    """One section at work, with its keys."""

    @property
    def settings(self) -> Settings: ...
    @property
    def key(self) -> SigningKey: ...
    @property
    def nkey(self) -> Nkey: ...
    @property
    def hubs(self) -> Mapping[str, HubState]: ...
    @property
    def recipients(self) -> tuple[str, ...]: ...

    def roster_changed(self) -> list[str]:
        """Follow a version that has come into force: call it after the transaction that stored it."""
        ...
