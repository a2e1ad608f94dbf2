"""Presence: what a section answers that is asked what it holds, while it is silent itself and may have forgotten something."""

from typing import Annotated

from pydantic import BeforeValidator

from internationale.errors import Untrusted
from internationale.events import heads, keys, signed
from internationale.events.logs import Keyring
from internationale.events.signed import Document, SignedDocument


class Presence(Document):
    """That a section is there, and says nothing yet. ``asked``: the question that it answers, drawn by whoever asked.
    ``to``, ``beside``, ``beside_hash``: as in ``Heads``.
    """

    section: signed.Code
    asked: signed.Hash
    to: signed.Code | None = None
    beside: Annotated[heads.Beside, BeforeValidator(heads.row)] | None = None
    beside_hash: signed.Hash | None = None


def seal(presence: Presence, key: keys.SigningKey) -> SignedDocument:
    """Sign that one is there."""
    return SignedDocument.seal(keys.PRESENCE, presence, key)


def verify(candidate: SignedDocument, keyring: Keyring) -> Presence:
    """Accept a section's presence. Raises ``Untrusted``: ``bad_signature``, ``section_mismatch``, ``malformed_presence``."""
    section = heads.signer(keys.PRESENCE, candidate, heads.signers(keyring))
    said = signed.parse(Presence, candidate.body, "malformed_presence")
    if said.section != section:
        raise Untrusted("section_mismatch")
    return said
