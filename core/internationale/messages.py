"""A sentence for people that is not yet in anybody's language.

Code below the edges never words anything: it hands up a ``Message`` (an English sentence with named places, and what
goes in them), and the edge (page, API, command line) puts it into the reader's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class LanguageName:
    """A language that a sentence names, by its code: it is called as the reader's language calls it."""

    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Message:
    """One translatable sentence.

    ``id`` is the English sentence with ``%(name)s`` places; ``plural`` and ``count`` are set when the sentence counts
    something; ``domain`` names the catalog it is translated in (``core`` or a plugin's name). A parameter may be a message
    itself, a ``LanguageName``, a day or a moment, and a tuple of any of them, which is joined as the language does.
    """

    id: str
    domain: str = "core"
    parameters: Mapping[str, object] = field(default_factory=dict)
    plural: str = ""
    count: int = 0

    def __mod__(self, parameters: Mapping[str, object]) -> "Message":
        return Message(self.id, self.domain, parameters, self.plural, self.count)

    def __str__(self) -> str:
        """The English sentence, for logs and for programmers; readers get it through ``i18n``."""
        sentence = self.plural if self.plural and self.count != 1 else self.id
        return sentence % {name: _plain(value) for name, value in self.parameters.items()} if self.parameters else sentence


def _plain(value: object) -> object:
    return ", ".join(str(_plain(each)) for each in value) if isinstance(value, tuple) else value


def marker(domain: str) -> Callable[[str], Message]:
    """The ``_`` of one catalog: ``_ = marker("programme")`` once at the top of a module, then ``_("A sentence.")``.

    The extraction tool finds the calls by the name ``_``, so keep that name.
    """

    def mark(sentence: str) -> Message:
        return Message(sentence, domain)

    return mark


def plural_marker(domain: str) -> Callable[[str, str, int], Message]:
    """The ``ngettext`` of one catalog, for sentences that count: ``ngettext("%(n)s page", "%(n)s pages", n) % {"n": n}``.

    The extraction tool finds the calls by the name ``ngettext``, so keep that name.
    """

    def mark(singular: str, plural: str, count: int) -> Message:
        return Message(singular, domain, plural=plural, count=count)

    return mark
