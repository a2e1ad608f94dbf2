"""The files that people hand on: a section's card, and the invitation with which it joins."""

import json
from collections.abc import Sequence
from typing import Any

from internationale.errors import Misconfigured, Untrusted
from internationale.events import card, strict
from internationale.events.card import Card
from internationale.events.signed import SignedDocument
from internationale.messages import marker

_ = marker("core")

LARGEST = 64 * 1024 * 1024
"""The most bytes of a file that is read."""


def printed(document: dict[str, Any]) -> str:
    """A document as it is written into a file."""
    return json.dumps(document, indent=2) + "\n"


def read_card(content: bytes, name: str) -> Card:
    """Raises ``Misconfigured`` for what is no card, ``Untrusted`` when its own key has not signed it."""
    return card.verify(_document(_json(content, name), name))


def invitation(chain: Sequence[SignedDocument], hubs: Sequence[str]) -> dict[str, Any]:
    """What a section needs to join: the whole chain of rosters, and where the hubs are."""
    return {"invitation": 1, "roster": [document.plain() for document in chain], "hubs": list(hubs)}


def read_invitation(content: bytes, name: str) -> tuple[list[SignedDocument], tuple[str, ...]]:
    """The chain of rosters (not yet verified) and the hubs. Raises ``Misconfigured``."""
    document = _json(content, name)
    chain, hubs = document.get("roster"), document.get("hubs")
    well_formed = document.get("invitation") == 1 and isinstance(chain, list) and isinstance(hubs, list)
    if not well_formed or not all(isinstance(hub, str) for hub in hubs or ()):
        raise Misconfigured(_("This is not an invitation."), place=name)
    return [_document(item, name) for item in chain or ()], tuple(hubs or ())


def _document(plain: object, name: str) -> SignedDocument:
    try:
        return SignedDocument.from_plain(plain)
    except Untrusted as error:
        raise Misconfigured(_("This is not a signed document."), place=name) from error


def _json(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = strict.read(content) if len(content) <= LARGEST else None
    except Untrusted as error:
        raise Misconfigured(_("This file is not readable: %(reason)s") % {"reason": error.reason}, place=name) from error
    if not isinstance(document, dict):
        raise Misconfigured(_("This file is not readable: %(reason)s") % {"reason": "malformed_json"}, place=name)
    return document
