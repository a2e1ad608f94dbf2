"""Every catalog of the house says everything that the source says, soundly, in every language that the house keeps."""

import ast
from pathlib import Path

import pytest

from internationale.i18n import extraction, lint
from internationale.i18n.catalogs import read

ROOT = Path(__file__).parents[2]
TEMPLATES = extraction.templates(ROOT)
CATALOGS = [(language, domain) for language in extraction.TARGETS for domain in TEMPLATES]


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_the_catalog_has_the_sentences_of_the_source(language: str, domain: str) -> None:
    catalog = read(extraction.po_file(language, domain), language)
    assert extraction.differences(TEMPLATES[domain], catalog) == set(), "run translations/update"


@pytest.mark.parametrize(("language", "domain"), CATALOGS)
def test_the_catalog_is_complete_and_sound(language: str, domain: str) -> None:
    assert list(lint.problems(read(extraction.po_file(language, domain), language))) == []


def test_there_is_no_catalog_that_nothing_speaks_from() -> None:
    assert {path.stem for path in (ROOT / "translations").glob("*/LC_MESSAGES/*.po")} == set(TEMPLATES)


def test_every_language_is_kept_or_gone() -> None:
    assert {path.name for path in (ROOT / "translations").iterdir() if path.is_dir()} == set(extraction.TARGETS)


def test_no_sentence_stands_where_it_is_not_found() -> None:
    """Sentences are not looked for inside of f-strings: one there would be said in English to everybody."""
    hidden = [
        f"{path.relative_to(ROOT)}:{string.lineno}"
        for folder in ("core", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
    ]
    assert hidden == []
