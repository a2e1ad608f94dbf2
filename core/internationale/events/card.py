"""A section's card: what it shows of itself to the world and to whoever admits it, signed with its log key."""

import hashlib

from internationale.errors import Untrusted
from internationale.events import keys, signed
from internationale.events.signed import Document, SignedDocument


class Card(Document):
    """Who a section says it is. Only the key is proved by the signature; the rest is for people to judge."""

    code: signed.Code
    name: signed.Name
    languages: signed.Languages
    key: signed.Key
    address: signed.Url | None = None
    nkey: signed.Nkey | None = None
    recipients: signed.Recipients | None = None


def seal(card: Card, key: keys.SigningKey) -> SignedDocument:
    """Sign one's own card."""
    return SignedDocument.seal(keys.CARD, card, key)


def verify(candidate: SignedDocument) -> Card:
    """Read a card and check that its own key has signed it. Raises ``Untrusted`` (``malformed_card``, ``bad_signature``)."""
    card = signed.parse(Card, candidate.body, "malformed_card")
    if not signed.signers(keys.CARD, candidate, (card.key,)):
        raise Untrusted("bad_signature")
    return card


def fingerprint(key: keys.PublicKey) -> str:
    """What two people read aloud to each other: the key's SHA-256 as eight groups of four, 128 bits."""
    digits = hashlib.sha256(key.raw).hexdigest()
    return " ".join(digits[n : n + 4] for n in range(0, 32, 4))
