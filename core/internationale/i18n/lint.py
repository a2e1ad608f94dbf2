"""What a translation must satisfy: so that it can never break a page, and so that a catalog can be called complete."""

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

PLACE = re.compile(r"%(?:\((?P<name>\w+)\)(?P<kind>[sd])|(?P<percent>%)|(?P<broken>.?))", re.DOTALL)
TAG = re.compile(r"<\s*/?\s*[a-zA-Z][^>]*>?|<!")
BIDI_OVERRIDE = re.compile("[\u202a-\u202e\u2066-\u2069]")


def problems(catalog: Catalog) -> Iterator[str]:
    """Everything that is wrong with one catalog, one line each; nothing when it is complete and sound."""
    if catalog.fuzzy:
        yield "the whole catalog is marked fuzzy"
    if catalog.obsolete:
        yield f"{len(catalog.obsolete)} obsolete messages are kept"
    for message in catalog:
        if message.id and (reason := _wrong(message, catalog.num_plurals)):
            yield f"{singular(message)!r}: {reason}"


def _wrong(message: Message, plurals: int) -> str | None:
    if not all(forms(message)):
        return "not translated"
    if message.fuzzy:
        return "fuzzy"
    return unsound(message, plurals)


def unsound(message: Message, plurals: int) -> str | None:
    """Why a translation could break a page or mislead, or None.

    Placeholders must be the same ones; only the forms of a plural may leave some out ("two comrades" in the Arabic dual).
    Tags must be among those of the English sentence.
    """
    expected = set[str]()
    plain = False
    for source in sources(message):
        plain = plain or places(source) is None
        expected |= places(source) or set()
    if message.pluralizable and len(forms(message)) != plurals:
        return f"{len(forms(message))} plural forms, not {plurals}"
    for form in forms(message):
        if reason := _unsound_tags(form, message) or (not plain and _unsound_places(form, expected, message.pluralizable)):
            return reason
    return None


def _unsound_tags(form: str, message: Message) -> str | None:
    if BIDI_OVERRIDE.search(form):
        return "contains a direction override"
    if not tags(form) <= set().union(*(tags(source) for source in sources(message))):
        return "contains a tag that the English has not"
    return None


def _unsound_places(form: str, expected: set[str], plural: bool) -> str | None:
    found = places(form)
    if found is None:
        return "contains a broken placeholder"
    if plural:
        return None if found <= expected else "has other placeholders"
    return None if found == expected else "has other placeholders"


def places(sentence: str) -> set[str] | None:
    """The names of the ``%(name)s`` places; None when a percent sign is neither part of a place nor doubled.

    Such a sentence can only be one that is said without parameters, where a percent sign is a percent sign.
    """
    found = set[str]()
    for match in PLACE.finditer(sentence):
        if match["name"]:
            found.add(match["name"])
        elif not match["percent"]:
            return None
    return found


def tags(sentence: str) -> set[str]:
    """The tags of a sentence, exactly as written."""
    return set(TAG.findall(sentence))


def sources(message: Message) -> tuple[str, ...]:
    """The English sentence, or its singular and plural."""
    return tuple(message.id) if isinstance(message.id, list | tuple) else (message.id,)


def singular(message: Message) -> str:
    return sources(message)[0]


def forms(message: Message) -> tuple[str, ...]:
    """The translation, or all its plural forms."""
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)
