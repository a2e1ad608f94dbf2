"""A section's question to another over HTTPS, signed with its log key: so that only sections of the roster are answered."""

import hashlib
from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Annotated

from pydantic import Field

from internationale.errors import Untrusted
from internationale.events import keys, signed
from internationale.events.logs import Keyring
from internationale.events.signed import Document, SignedDocument

FRESH = timedelta(minutes=15)
"""How far a question's time may be from the clock of who answers."""
MOST = 20_000
"""How many questions whoever answers remembers at a time."""
AT_ONCE = 200
"""Numbers of one question, at most."""
LARGEST = 16 * 1024
"""Bytes of a question: many times what the longest of ours has."""


class Request(Document):
    """Numbers of one log (``first`` to ``last``; 0: none) and parts, or one chunk (from 0) of what section ``log``
    attached, asked of section ``to``.

    ``roster``: the version that the asker knows; it is given the later ones. ``asked``: it wants heads that answer this.
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
    asked: signed.Hash | None = None


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


class Answered:
    """The questions that were answered, for as long as they are fresh. Each is answered once: who copied one gets nothing for it,
    neither what was said since nor our work. May be used by several threads. Beyond ``MOST`` the oldest are forgotten.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._when: OrderedDict[bytes, datetime] = OrderedDict()

    def note(self, candidate: SignedDocument, now: datetime) -> None:
        """Note a verified question, by what was signed. Raises ``Untrusted("repeated")`` when it was answered before."""
        name = hashlib.sha256(candidate.body).digest()
        with self._lock:
            while self._when and next(iter(self._when.values())) < now - 2 * FRESH:
                self._when.popitem(last=False)
            if name in self._when:
                raise Untrusted("repeated")
            self._when[name] = now
            if len(self._when) > MOST:
                self._when.popitem(last=False)
