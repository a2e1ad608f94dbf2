"""What of all that stands under a section's names at a hub is no junk, and what is not the section's at all: the rules alone."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from internationale.bus import LOG, PART, PROOF, ROSTER, Parcel
from internationale.bus.purging import Rule
from internationale.errors import Untrusted
from internationale.events import logs
from internationale.events.envelope import Signed
from internationale.events.logs import Keyring

_BOTH = 2
YOUNG = timedelta(minutes=2)
"""A long content is published before the event that names it. Which is so young that may still be on its way."""


class Log:
    """What a section really said: its events, and the long contents that they name. The events have to be asked for first."""

    def __init__(self, keyring: Keyring, now: datetime) -> None:
        self._keyring = keyring
        self._now = now
        self._named = set[str]()

    def rules(self) -> Mapping[str, Rule]:
        """By stream."""
        return {LOG: Rule(self._event), PART: Rule(self._part)}

    def _event(self, parcel: Parcel, _stored: datetime) -> bool:
        try:
            envelope = logs.verify(parcel.subject, Signed(parcel.body, parcel.signature), self._keyring)
        except Untrusted:
            return False
        self._named.update(envelope.parts)
        return True

    def _part(self, parcel: Parcel, stored: datetime) -> bool:
        name = parcel.subject.rpartition(".")[2]
        true = hashlib.sha256(parcel.body).hexdigest() == name
        return true and (name in self._named or stored > self._now - YOUNG)


def of_others(keyring: Keyring, versions: Collection[str]) -> Mapping[str, Rule]:
    """By stream, what others said under names that an older make gave, where the first word is not who brings it: of a proof the
    section that it is about, of a roster its number. ``versions``: the names of all rosters that are known here, as of that make.
    """
    proofs = OldProofs(keyring)
    return {
        PROOF: Rule(proofs.stays, together=proofs.complete),
        ROSTER: Rule(lambda parcel, _stored: parcel.subject in versions, bodies=False),
    }


class OldProofs:
    """Both events of a fork, each under the name of an older make. Whoever forked can sign as many as it likes for one number:
    two are the proof, and the first two stay. One alone proves nothing: a whole log could be kept so.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._proved = Counter[str]()
        """How many stay, by section, epoch and number."""

    def stays(self, parcel: Parcel, _stored: datetime) -> bool:
        """To be asked once of each message. Whether it stays for good depends on whether the other one comes (``complete``)."""
        where, hash16 = _place(parcel.subject)
        signed = Signed(parcel.body, parcel.signature)
        if signed.hash[:16] != hash16 or self._proved[where] >= _BOTH:
            return False
        try:
            logs.verify(f"intl.v1.log.{where}", signed, self._keyring)
        except Untrusted:
            return False
        self._proved[where] += 1
        return True

    def complete(self, subject: str) -> bool:
        """Whether both were seen, of a name that ``stays``. To be asked when everything was."""
        return self._proved[_place(subject)[0]] >= _BOTH


def _place(subject: str) -> tuple[str, str]:
    """Section, epoch and number, and the beginning of the hash, as an older make names a proof."""
    where, _dot, hash16 = subject.partition(".proof.")[2].rpartition(".")
    return where, hash16
