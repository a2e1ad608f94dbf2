"""The members' pages, under ``/members``."""

from typing import Any

from internationale_members.pages import account, invitations, joining, people, signing


def routes() -> list[Any]:
    return [*signing.routes(), *joining.routes(), *account.routes(), *people.routes(), *invitations.routes()]
