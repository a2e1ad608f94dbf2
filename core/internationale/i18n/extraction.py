"""Finds the sentences of the source: one template catalog per domain, from Python (also what commands say of themselves) and from
the templates.

The domain of a Python sentence is that of the module's ``_ = marker("<domain>")``; of a template's, the package it stands in.
``translations/update`` writes what is found into the ``.po`` files, and a test fails while they differ.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from internationale.i18n.catalogs import house_folder, read
from internationale.i18n.commands import descriptions

CORE = "core"
TARGETS = ("ar", "fr")
"""The languages that the house keeps complete. English is the source."""
_PACKAGE = re.compile(r"internationale_(\w+)")
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_NEVER = datetime(2026, 11, 1, tzinfo=UTC)
"""The date in the files: fixed, so that a file changes only when a sentence does."""


def templates(root: Path) -> dict[str, Catalog]:
    """All sentences below a checkout's ``core`` and ``plugins``, as a catalog per domain, in the order of the source."""
    found: dict[str, Catalog] = {}
    for path in sorted([*root.glob("core/**/*"), *root.glob("plugins/**/*")]):
        if path.suffix in {".py", ".html"}:
            domain = domain_of(path.relative_to(root))
            catalog = found.setdefault(domain, Catalog(project="Internationale", domain=domain, fuzzy=False))
            for sentence in sentences(path):
                catalog.add(sentence, locations=[(path.relative_to(root).as_posix(), 1)])
    return {domain: catalog for domain, catalog in found.items() if len(catalog)}


def domain_of(path: Path) -> str:
    """``core``, or the name of the plugin in whose package the file stands."""
    match = next((match for part in path.parts if (match := _PACKAGE.fullmatch(part))), None)
    return match[1] if match else CORE


def sentences(path: Path) -> Iterator[str | tuple[str, ...]]:
    """The sentences of one file; a sentence that counts comes as singular and plural."""
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    options = {} if path.suffix == ".py" else {"newstyle_gettext": "true", "silent": "false"}
    with path.open("rb") as file:
        for _line, found, _comments, _context in extract(method, file, _KEYWORDS, options=options):
            yield found
    if path.suffix == ".py":
        yield from descriptions(path.read_text(encoding="utf-8"))


def updated(template: Catalog, path: Path, language: str) -> bytes:
    """The ``.po`` file of one domain and language, brought up to the template; existing translations stay, others go."""
    catalog = read(path, language) if path.is_file() else Catalog(locale=language, domain=template.domain)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.project, catalog.version, catalog.creation_date, catalog.revision_date = "Internationale", "1", _NEVER, _NEVER
    catalog.msgid_bugs_address = catalog.last_translator = "Internationale"
    catalog.language_team = language
    catalog.header_comment = f"# {catalog.locale_identifier}: {template.domain}"
    written = BytesIO()
    write_po(written, catalog, width=120, omit_header=False, no_location=True, sort_output=False)
    return re.sub(rb'"Generated-By: [^"]*"\n', b"", written.getvalue())


def differences(template: Catalog, catalog: Catalog) -> set[str]:
    """The sentences of the source that a catalog has not, and those that it has too many."""
    return {str(message.id) for message in template if message.id} ^ {str(message.id) for message in catalog if message.id}


def po_file(language: str, domain: str, folder: Path | None = None) -> Path:
    """Where a catalog stands."""
    return (folder or house_folder()) / language / "LC_MESSAGES" / f"{domain}.po"
