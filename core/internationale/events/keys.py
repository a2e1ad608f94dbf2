"""Ed25519 keys and the DSSE signatures made with them.

Source of the rule: the Dead Simple Signing Envelope, protocol.md (pre-authentication encoding), with a payload type per
kind of thing signed, so that a signature on one kind of thing is worth nothing on another. Ed25519 is PyNaCl's: one
library for all verification in the federation, because libraries differ on edge-case encodings.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

import nacl.exceptions
import nacl.signing

from internationale.errors import Untrusted

EVENT = b"urn:intl:event:1"
ROSTER = b"urn:intl:roster:1"
HEADS = b"urn:intl:heads:1"
PRESENCE = b"urn:intl:presence:1"
CARD = b"urn:intl:card:1"
JOIN = b"urn:intl:join:1"
ROOT = b"urn:intl:root:1"
SUCCESSION = b"urn:intl:succession:1"
REQUEST = b"urn:intl:request:1"


def pae(payload_type: bytes, body: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is really signed and hashed."""
    return b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type, len(body), body)


def digest(payload_type: bytes, body: bytes) -> bytes:
    """SHA-256 over the pre-authentication encoding, 32 bytes. Signatures are left out, so re-signing changes no chain."""
    return hashlib.sha256(pae(payload_type, body)).digest()


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Strict inverse of ``encode``: one spelling per value. Raises ``ValueError`` for anything else."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise ValueError("not base64url") from error
    if encode(raw) != text:
        raise ValueError("not the canonical base64url")
    return raw


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key, 32 bytes."""

    raw: bytes

    @classmethod
    @lru_cache(maxsize=2048)  # the same few stand in every version of the roster
    def parse(cls, text: str) -> Self:
        """Read a key from base64url; raises ``ValueError`` when it is not one."""
        raw = decode(text)
        if len(raw) != 32:
            raise ValueError("an Ed25519 public key has 32 bytes")
        return cls(raw)

    @cached_property
    def id(self) -> str:
        """The first 16 hex digits of the key's SHA-256."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def verify(self, payload_type: bytes, body: bytes, signature: str) -> None:
        """Check one ``keyid.base64url`` signature made by this key.

        Raises ``Untrusted`` with ``bad_signature`` (or ``unknown_key`` when it names another key).
        """
        key_id, _, encoded = signature.partition(".")
        if key_id != self.id:
            raise Untrusted("unknown_key")
        try:
            nacl.signing.VerifyKey(self.raw).verify(pae(payload_type, body), decode(encoded))
        except (nacl.exceptions.BadSignatureError, nacl.exceptions.CryptoError, ValueError, TypeError) as error:
            raise Untrusted("bad_signature") from error

    def __str__(self) -> str:
        return encode(self.raw)


@lru_cache(maxsize=16)
def _expand(seed: bytes) -> tuple[nacl.signing.SigningKey, PublicKey, str]:
    """The key that signs, its public half and its id: making it costs as much as signing, and a section has one for years."""
    key = nacl.signing.SigningKey(seed)
    public = PublicKey(bytes(key.verify_key))
    return key, public, public.id


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 private key (its 32-byte seed). Never printed: ``repr`` shows the public half only."""

    seed: bytes

    @classmethod
    def generate(cls) -> Self:
        """A new random key."""
        return cls(bytes(nacl.signing.SigningKey.generate()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a seed from base64url; raises ``ValueError`` when it is not one."""
        seed = decode(text.strip())
        if len(seed) != 32:
            raise ValueError("an Ed25519 seed has 32 bytes")
        return cls(seed)

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return _expand(self.seed)[1]

    def sign(self, payload_type: bytes, body: bytes) -> str:
        """Sign ``body`` as a thing of this kind: ``keyid.base64url``, as it travels in ``Intl-Sig``."""
        key, _public, id = _expand(self.seed)
        return f"{id}.{encode(key.sign(pae(payload_type, body)).signature)}"

    def secret_text(self) -> str:
        """The seed as base64url, for the key file only."""
        return encode(self.seed)

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public})"
