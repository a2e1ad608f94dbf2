"""The members' pages, under ``/members``."""

from typing import Any

from internationale.kit import Turns
from internationale_members.pages import account, invitations, joining, people, signing


def routes(hashing: Turns) -> list[Any]:
    """The handlers, made anew for each application. ``hashing``: the queue of those that hash a password."""
    return [*signing.routes(hashing), *joining.routes(hashing), *account.routes(hashing), *people.routes(), *invitations.routes()]
