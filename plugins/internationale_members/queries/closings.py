"""The list of what outlasts the database of accounts. Closing and leaving are noted before they are committed: should that fail
after all, they are done at the next start. A password is noted once it has changed: nobody shall be left without any.
"""

from internationale.kit import Section
from internationale_members.rules import closings
from internationale_members.rules.closings import Standing

FILE = "members.closed"


def note(section: Section, deed: str, of: str) -> None:
    """``of``: an account's id, or (``CHANGED``) the hash of a password that holds no more."""
    section.outside(FILE).add(closings.word(deed, closings.mark(of, secret(section))))


def secret(section: Section) -> bytes:
    """With which accounts and passwords are marked in the list."""
    return section.secret(FILE)


def standing(section: Section) -> Standing:
    return closings.standing(section.outside(FILE).all())
