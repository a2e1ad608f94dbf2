"""What a section is called in a sentence: pure. In a template the filter ``|section_name`` says the same."""

from typing import Protocol


class Named(Protocol):
    """An entry of the list, a card, a request."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


def called(section: Named) -> str:
    """Name and code, as ``Section française (fr)``: where names resemble each other, the code tells the sections apart."""
    return f"{section.name} ({section.code})"
