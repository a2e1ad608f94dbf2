"""The members' JSON API, under ``/api/v1/members``: all that the pages do, by the same deeds."""

from typing import Any

from internationale.kit import Turns
from internationale_members.api import administration, own


def routes(hashing: Turns) -> list[Any]:
    """The handlers, made anew for each application. ``hashing``: the queue of those that hash a password."""
    return [*own.routes(hashing), *administration.routes()]
