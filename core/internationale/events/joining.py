"""The papers of joining and founding: a candidate's request, and what a holder of a root key shows of it.

Both are signed by the key that they show, which proves that whoever made them holds it; who that is, people find out by
comparing fingerprints.
"""

from internationale.errors import Untrusted
from internationale.events import keys, signed
from internationale.events.card import Card
from internationale.events.signed import Document, SignedDocument


class JoinRequest(Card):
    """A section asks to be admitted: what the roster would say of it. ``made``: when it asked.

    ``international``: the hash of the first roster version of the International that it means, where it knows it.
    """

    made: signed.Moment
    international: signed.Hash | None = None


class RootCard(Document):
    """A root key and its holder: an office or a section, never a person."""

    key: signed.Key
    holder: signed.Name


def request(asked: JoinRequest, key: keys.SigningKey) -> SignedDocument:
    """Sign one's own request, with the section's log key."""
    return SignedDocument.seal(keys.JOIN, asked, key)


def read_request(candidate: SignedDocument) -> JoinRequest:
    """Read a request. Raises ``Untrusted`` (``malformed_join``, ``bad_signature``, the JSON's reasons)."""
    asked = signed.parse(JoinRequest, candidate.body, "malformed_join")
    if len(candidate.signatures) != 1 or not signed.signers(keys.JOIN, candidate, (asked.key,)):
        raise Untrusted("bad_signature")
    return asked


def root_card(holder: str, key: keys.SigningKey) -> SignedDocument:
    """Show a root key, for the founders."""
    return SignedDocument.seal(keys.ROOT, RootCard(key=key.public, holder=holder), key)


def read_root_card(candidate: SignedDocument) -> RootCard:
    """Read what a holder shows. Raises ``Untrusted`` (``malformed_root``, ``bad_signature``, the JSON's reasons)."""
    shown = signed.parse(RootCard, candidate.body, "malformed_root")
    if not signed.signers(keys.ROOT, candidate, (shown.key,)):
        raise Untrusted("bad_signature")
    return shown
