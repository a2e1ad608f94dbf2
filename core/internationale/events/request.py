"""A section's question to another over HTTPS, signed with its log key: so that only sections of the roster are answered."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from internationale.errors import Untrusted
from internationale.events import keys, signed
from internationale.events.logs import Keyring
from internationale.events.signed import Document, SignedDocument

FRESH = timedelta(minutes=15)
"""How far a question's time may be from the clock of who answers. Who copies it gets nothing that the section may not have."""
AT_ONCE = 200
"""Numbers of one question, at most."""
LARGEST = 16 * 1024
"""Bytes of a question: many times what the longest of ours has."""


class Request(Document):
    """Numbers of one log (``first`` to ``last``; 0: none) and parts, or one chunk (from 0) of what section ``log``
    attached, asked of section ``to``.

    ``roster``: the version that the asker knows; it is given the later ones.
    """

    section: signed.Code
    to: signed.Code
    time: signed.Moment
    roster: signed.Count = 0
    log: signed.Code
    epoch: signed.Epoch = 1
    first: signed.Count = 0
    last: signed.Count = 0
    parts: Annotated[tuple[signed.Hash, ...], Field(max_length=16)] = ()
    blob: signed.Hash | None = None
    chunk: signed.Count = 0


def seal(request: Request, key: keys.SigningKey) -> SignedDocument:
    """Sign one's question."""
    return SignedDocument.seal(keys.REQUEST, request, key)


def verify(candidate: SignedDocument, keyring: Keyring, to: str, now: datetime) -> Request:
    """A question that is to be answered. Raises ``Untrusted``: ``oversize``, ``bad_signature``, ``malformed_request``,
    ``section_mismatch`` (another's key, or not asked of us), ``stale``. A question has one signature: strangers send us what they
    like, and each that names a key of ours costs.
    """
    if len(candidate.body) > LARGEST:
        raise Untrusted("oversize")
    if len(candidate.signatures) != 1:
        raise Untrusted("bad_signature")
    for rules in keyring.values():
        current = tuple(entry.key for entry in rules.keys if entry.last is None)
        if signed.signers(keys.REQUEST, candidate, current):
            request = signed.parse(Request, candidate.body, "malformed_request")
            if request.section != rules.section or request.to != to:
                raise Untrusted("section_mismatch")
            if abs(request.time - now) > FRESH:
                raise Untrusted("stale")
            return request
    raise Untrusted("bad_signature")
