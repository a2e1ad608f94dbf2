"""Reads the ``.po`` files and keeps them in memory, one catalog per language and domain, each with its own plural rule.

No ``.mo`` file exists. A translation that could break a page (a wrong placeholder, a tag that the English has not) is left out
when the catalog is read, and the English stands in: a translator's slip must never cost a page.
"""

import io
import logging
from collections.abc import Iterator
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from internationale.i18n.lint import unsound

log = logging.getLogger(__name__)

SOURCE = "en"
"""The language of the sentences in the source; it needs no catalog."""
_folders: list[Path] = []


def house_folder() -> Path:
    """Where our own catalogs are: packed into the wheel, or beside ``core/`` in a checkout."""
    packed = Path(str(resources.files("internationale") / "translations"))
    return packed if packed.is_dir() else Path(__file__).parents[3] / "translations"


def folders() -> Iterator[Path]:
    """All folders with catalogs, ours first."""
    yield house_folder()
    yield from _folders


def include(folder: Path) -> None:
    """Read the catalogs of a third party's plugin too: its ``translations/`` folder, domain = the plugin's name."""
    if folder not in _folders:
        _folders.append(folder)
        catalog.cache_clear()
        languages.cache_clear()


@cache
def languages() -> tuple[str, ...]:
    """The languages that pages can be shown in: English, and every language with a catalog of ours."""
    found = {path.parent.parent.name for path in house_folder().glob("*/LC_MESSAGES/*.po")}
    return (SOURCE, *sorted(found - {SOURCE}))


@cache
def catalog(language: str, domain: str) -> NullTranslations:
    """One compiled catalog; an empty one when there is none or when it cannot be read."""
    for folder in folders():
        path = folder / language / "LC_MESSAGES" / f"{domain}.po"
        if path.is_file():
            return _compiled(path, language)
    return NullTranslations()


def read(path: Path, language: str) -> Catalog:
    """One ``.po`` file. Raises ``PoFileError`` when it is not one."""
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _compiled(path: Path, language: str) -> NullTranslations:
    try:
        parsed = read(path, language)
    except (PoFileError, OSError, UnicodeError, ValueError):
        log.exception("catalog %s cannot be read, English stands in", path)
        return NullTranslations()
    for message in list(parsed):
        if message.id and (reason := _why_not(message, parsed.num_plurals)):
            log.error("%s: translation of %r left out: %s", path, message.id, reason)
            parsed.delete(message.id, message.context)
    compiled = io.BytesIO()
    write_mo(compiled, parsed)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _why_not(message: Message, plurals: int) -> str | None:
    """Why a translated message cannot be shown; None for what can, and for what is not translated at all."""
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return unsound(message, plurals) if any(forms) else None
