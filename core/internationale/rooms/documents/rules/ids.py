"""The ids of documents, amendments and blocks."""

import re
import secrets

from internationale.events.refs import SECTION
from internationale.kit.documents import TITLE

_OWN = re.compile(rf"({SECTION})-[a-z0-9]{{12}}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def mint(section: str) -> str:
    """A new id for a document or an amendment of this section."""
    return f"{section}-{secrets.token_hex(6)}"


def mint_block() -> str:
    """A new permanent id for a block."""
    return secrets.token_hex(6)


def section_of(id: str) -> str:
    """Whose id it is; ``""`` when it is not well-formed. The random end has no hyphen, so there is one answer only."""
    match = _OWN.fullmatch(id)
    return match[1] if match else ""


def is_plain(id: str) -> bool:
    """Whether it has the form of an id at all: what comes in addresses of pages may be anything."""
    return _PLAIN.fullmatch(id) is not None


def is_block_id(id: str) -> bool:
    """Whether it may be the id of a block: it stands in addresses of pages, and is not the title's."""
    return is_plain(id) and id != TITLE


def is_language(code: str) -> bool:
    """Whether it has the form of a language's code."""
    return _LANGUAGE.fullmatch(code) is not None
