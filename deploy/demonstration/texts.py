"""The demo's texts (``texts.toml``) as the documents and translations that are made of them."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ALL: dict[str, Any] = tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))


def markdown(name: str, language: str, *, second: bool = False) -> str:
    """A document's source in one language: the blocks of the first revision, or of the second."""
    return "\n\n".join(_blocks(name, language, second=second)) + "\n"


def translations(
    name: str, units: Sequence[Mapping[str, Any]], source: str, language: str, *, second: bool = False
) -> dict[str, str]:
    """``{block id: translation}`` for the units of a document as the API tells them, found by their source text."""
    texts = ALL[name]
    pairs = dict(zip(_blocks(name, source, second=second), _blocks(name, language, second=second), strict=True))
    pairs[texts["title"][source]] = texts["title"][language]
    # a unit's source is without the signs that make it a heading or a quotation, where the document room says so
    pairs |= {original.lstrip("#> "): text.lstrip("#> ") for original, text in pairs.items()}
    return {unit["id"]: pairs[unit["source"]] for unit in units}


def _blocks(name: str, language: str, *, second: bool) -> list[str]:
    blocks = [block for block in ALL[name]["blocks"] if second or not block.get("second_only")]
    return [(block.get("second", block) if second else block)[language] for block in blocks]
