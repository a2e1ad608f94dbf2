"""Readers, as the tests have them speak."""

from internationale.kit import Reader, Role
from internationale.section import Section


def member(section: Section, *roles: str, handle: str = "rosa", language: str | None = None) -> Reader:
    """Somebody signed in, with these roles (a plain member by default) and all that they allow, who reads the section's first
    language or the one that is given.
    """
    held = frozenset(roles or ("member",))
    capabilities = {each.name: frozenset({None}) for each in section.capabilities if held & each.roles}
    return Reader(
        id=f"{section.code}-{handle}",
        handle=handle,
        language=language or section.languages[0],
        roles=held,
        capabilities=capabilities,
    )


def speaker(section: Section, handle: str = "rosa") -> Reader:
    """Somebody who may say everything that can be said."""
    everything = {each.name: frozenset({None}) for each in section.capabilities}
    return Reader(id=f"{section.code}-{handle}", handle=handle, language=section.languages[0], capabilities=everything)


def person(section: Section, handle: str, *roles: Role) -> Reader:
    """Somebody who reads English, with roles that are granted for real: they hold when what somebody wrote is released."""
    with section.writing() as session:
        for role in roles:
            section.grants.give_role(session, f"{section.code}-{handle}", role, by=None)
        return section.grants.reader(session, id=f"{section.code}-{handle}", handle=handle, language="en")
