"""The files that people hand on: cards, requests, invitations, proposals. JSON by the strict rules of everything that is signed.

Cards and requests are verified here, by the key that they name; versions of the roster are not. All raise ``Invalid`` with the
file's name as its place.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from internationale.errors import Invalid, Untrusted
from internationale.events import card, joining, strict
from internationale.events.card import Card
from internationale.events.joining import JoinRequest, RootCard
from internationale.events.signed import SignedDocument
from internationale.kit import Message, marker
from internationale.rooms.roster.rules.kinds import Kind, in_lines, kind, why

_ = marker("core")
T = TypeVar("T")

LARGEST = 64 * 1024 * 1024
"""The most bytes of a file that is read."""


@dataclass(frozen=True)
class Paper:
    """A proposed version with the signatures so far, and the version before it; None: it is the first."""

    roster: SignedDocument
    previous: SignedDocument | None = None

    def plain(self) -> dict[str, Any]:
        """As it is written into a file."""
        before = None if self.previous is None else self.previous.plain()
        return {"proposal": 1, "roster": self.roster.plain(), "previous": before}


def printed(document: Mapping[str, Any]) -> str:
    """A document as it is written into a file."""
    return json.dumps(document, indent=2) + "\n"


def invitation(chain: Sequence[SignedDocument], hubs: Sequence[str]) -> dict[str, Any]:
    """What a section needs to join: the whole chain of rosters, and where the hubs are."""
    return {"invitation": 1, "roster": [document.plain() for document in chain], "hubs": list(hubs)}


def read_invitation(content: bytes, name: str) -> tuple[list[SignedDocument], tuple[str, ...]]:
    """The chain of rosters and the hubs."""
    document = read(content, name)
    chain, hubs = document.get("roster"), document.get("hubs")
    well_formed = document.get("invitation") == 1 and isinstance(chain, list) and isinstance(hubs, list)
    if not well_formed or not all(isinstance(hub, str) for hub in hubs or ()):
        raise _another(Kind.INVITATION, document, _("This is not an invitation."), name)
    return [signed_document(item, name) for item in chain or ()], tuple(hubs or ())


def read_proposal(content: bytes, name: str) -> Paper:
    """A proposed version."""
    document = read(content, name)
    if document.get("proposal") != 1:
        raise _another(Kind.PROPOSAL, document, _("This is not a proposal."), name)
    before = document.get("previous")
    previous = None if before is None else signed_document(before, name)
    return Paper(signed_document(document.get("roster"), name), previous)


def read_request(content: bytes, name: str) -> tuple[JoinRequest, SignedDocument]:
    """A request to join, whose signature is checked: its key has signed it."""
    told = _("This is not a request to join: %(reason)s")
    return _checked(content, name, Kind.REQUEST, told, lambda document: (joining.read_request(document), document))


def read_card(content: bytes, name: str) -> Card:
    """A section's card, whose signature is checked: its key has signed it."""
    return _checked(content, name, Kind.CARD, _("This is not the card of a section: %(reason)s"), card.verify)


def read_root_card(content: bytes, name: str) -> RootCard:
    """What the holder of a root key shows, whose signature is checked."""
    return _checked(content, name, Kind.ROOT_CARD, _("This does not show a root key: %(reason)s"), joining.read_root_card)


def _checked(content: bytes, name: str, wanted: Kind, told: Message, check: Callable[[SignedDocument], T]) -> T:
    """What ``check`` makes of the signed document; ``told`` says with a ``reason`` that it is none of the kind."""
    given = read(content, name)
    try:
        return check(SignedDocument.from_plain(given))
    except Untrusted as error:
        raise _another(wanted, given, told % {"reason": why(error)}, name) from error


def signed_document(plain: object, name: str) -> SignedDocument:
    """A signed document within a file."""
    try:
        return SignedDocument.from_plain(plain)
    except Untrusted as error:
        raise Invalid(_("This is not a signed document."), place=name) from error


def read(content: bytes, name: str) -> dict[str, Any]:
    """Any of these files."""
    try:
        document = strict.read(content) if len(content) <= LARGEST else None
    except Untrusted as error:
        raise _unreadable(content, error, name) from error
    if not isinstance(document, dict):
        raise _unreadable(content, Untrusted("malformed_json"), name)
    return document


def _another(meant: Kind, document: dict[str, Any], otherwise: Message, name: str) -> Invalid:
    """What to say of a file that is not what was meant: which other one it is, if any."""
    found = kind(document)
    return Invalid(otherwise if found in (None, meant) else found.value, place=name)


def _unreadable(content: bytes, error: Untrusted, name: str) -> Invalid:
    found = in_lines(content)
    return Invalid(
        _("This file is not readable: %(reason)s") % {"reason": why(error)} if found is None else found.value, place=name
    )
