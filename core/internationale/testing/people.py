"""Readers, as the tests have them speak."""

from internationale.kit import Reader
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
