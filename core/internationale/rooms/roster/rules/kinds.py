"""Which of the files that people hand on one is, when it was given for another: said in words, with where it belongs. Pure."""

from enum import Enum
from typing import Any

from internationale.errors import Untrusted
from internationale.events import card, joining, strict
from internationale.events.signed import SignedDocument
from internationale.kit import Message, marker

_ = marker("core")


class Kind(Enum):
    """What a file is for, in the words of whoever made it."""

    CARD = _(
        "This is the card of a section. The committee says “section admit” or “roster propose admit” with it, and for a section"
        " whose key is lost “roster propose reopen CODE --card”."
    )
    REQUEST = _(
        "This is a request to join. A section that knows who asks says “section vouch” with it; then the committee says “roster"
        " propose admit”."
    )
    ROOT_CARD = _("This shows a root key. It is for “found --root-card” and “roster propose roots --root-card”.")
    INVITATION = _("This is an invitation. The section that it is for says “join” with it.")
    PROPOSAL = _(
        "This is a proposal to change the list of sections. Who holds a root key says “roster show” and “roster sign” with it;"
        " at the end, “roster adopt”."
    )
    BUNDLE = _("This is a bundle. Who wants what is in it says “bundle import”.")


_REASONS = {
    "bad_signature": _("its signature does not fit: it was altered, or another key has signed it"),
    "malformed_json": _("what is in it cannot be read: it is damaged, or something else"),
}
_PLACES = {
    "code": _(
        "the code of the section is not as codes are: small letters, digits and hyphens, a letter first, and not “public” or"
        " “international”"
    ),
}
_SIGNED = {Kind.CARD: card.verify, Kind.REQUEST: joining.read_request, Kind.ROOT_CARD: joining.read_root_card}


def kind(document: dict[str, Any]) -> Kind | None:
    """Which kind a file is that could be read; None: none of these."""
    for name, known in (("invitation", Kind.INVITATION), ("proposal", Kind.PROPOSAL), ("bundle", Kind.BUNDLE)):
        if name in document:
            return known
    for known, reads in _SIGNED.items():
        try:
            reads(SignedDocument.from_plain(document))
        except Untrusted:
            continue
        return known
    return None


def in_lines(content: bytes) -> Kind | None:
    """The same of what is not one document, but one on each line."""
    try:
        first = strict.read(content.partition(b"\n")[0])
    except Untrusted:
        return None
    return kind(first) if isinstance(first, dict) else None


def why(error: Untrusted) -> Message:
    """A reason in words, and its code for whoever looks for it."""
    told = _PLACES.get(error.place) or _REASONS.get(error.reason, _("it is not as such a file must be"))
    return _("%(why)s (%(code)s)") % {"why": told, "code": error.reason}
