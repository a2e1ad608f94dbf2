"""The roster for programs: everything that the pages do."""

from collections.abc import Sequence
from typing import Any

from .card import card
from .founding import FoundingApi
from .joining import JoiningApi
from .roster import RosterApi


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""
    return [card(), RosterApi, JoiningApi, FoundingApi]
