"""What a section is called in a sentence: pure. In a template the filter ``|section_name`` says the same."""

from collections.abc import Iterable
from typing import Protocol, Self


class Named(Protocol):
    """An entry of the list, a card, a request."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


def called(section: Named) -> str:
    """Name and code, as ``Section française (fr)``: where names resemble each other, the code tells the sections apart."""
    return f"{section.name} ({section.code})"


class Names(dict[str, str]):
    """What the sections of a list are called, by their codes; one that the list does not name is called by its code."""

    @classmethod
    def of(cls, sections: Iterable[Named]) -> Self:
        """Of entries, cards or requests."""
        return cls((each.code, called(each)) for each in sections)

    def __missing__(self, code: str) -> str:
        return code

    def all(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Of several."""
        return tuple(self[code] for code in codes)
