"""People with roles that are granted for real: they hold when something is released."""

from internationale.kit import Reader, Role
from internationale.section import Section


def person(section: Section, handle: str, *roles: Role) -> Reader:
    """Somebody, in English, with these roles."""
    with section.writing() as session:
        for role in roles:
            section.grants.give_role(session, f"ic-{handle}", role, by=None)
        return section.grants.reader(session, id=f"ic-{handle}", handle=handle, language="en")
