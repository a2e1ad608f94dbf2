"""The members' JSON API, under ``/api/v1/members``: all that the pages do, by the same deeds."""

from typing import Any

from internationale_members.api import administration, own


def routes() -> list[Any]:
    return [*own.routes(), *administration.routes()]
