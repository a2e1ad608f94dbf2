"""Taking another handle. Whether somebody has it is what nobody may learn of many: so each that is tried is counted."""

from internationale.kit import Reader, Section
from internationale_members.queries import accounts, attempts


def change_handle(section: Section, by: Reader, handle: str) -> None:
    """Take another handle. Makes its own transactions: what was tried stays counted when it is refused.

    Raises ``Refused`` for a token, ``Invalid``, ``TooSoon`` and ``Conflict`` at ``handle``.
    """
    account = accounts.in_person(by)
    with section.writing() as session:
        accounts.check(session, section, handle)
        attempts.name(session, section, account)
    with section.writing() as session:
        accounts.change_handle(session, section, account, handle)
