"""The rules of one section's log, as the roster pins them, and the order in which an arriving event is verified.

Order (each step only after the one before): size, subject, section, key and its range of numbers, signature over the
bytes, strict parse, subject against the signed fields, epoch. Number and chain are the ledger's to check: they are the only
two that can be temporary.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from internationale.errors import Untrusted
from internationale.events import envelope as envelopes
from internationale.events import keys
from internationale.events.envelope import Address, Envelope, Signed
from internationale.events.keys import PublicKey


@dataclass(frozen=True)
class KeyRange:
    """A log key and the numbers it may sign: from ``first`` to ``last`` (None: until further notice), inclusive."""

    key: keys.PublicKey
    first: int
    last: int | None = None

    def covers(self, sequence: int) -> bool:
        return self.first <= sequence and (self.last is None or sequence <= self.last)


@dataclass(frozen=True)
class LogRules:
    """One section's log: its current epoch, the ``prevhash`` of the epoch's first event, and the keys that may sign.

    ``closed``: the rules of its earlier epochs, whose events still count up to where each was closed. ``pin``: the last number
    that counts and its hash, where the roster has ended this epoch.
    """

    section: str
    epoch: int
    genesis: str
    keys: tuple[KeyRange, ...]
    closed: "Mapping[int, LogRules]" = field(default_factory=dict)
    pin: tuple[int, str] | None = None

    def signed_by(self, key: PublicKey) -> bool:
        """Whether this key signs for the section now, and not only what was said before."""
        return any(entry.key == key and entry.last is None for entry in self.keys)

    def allows(self, signature: str, sequence: int) -> bool:
        """Whether the key that this signature names signs this number."""
        return any(entry.key.id == signature.partition(".")[0] and entry.covers(sequence) for entry in self.keys)

    @property
    def ended(self) -> int | None:
        """The first number that nobody signs any more; None: the log goes on."""
        lasts = [entry.last for entry in self.keys]
        return None if None in lasts else max((last for last in lasts if last is not None), default=0) + 1

    def of(self, epoch: int) -> "LogRules | None":
        """The rules of one epoch; None when it was never opened."""
        return self if epoch == self.epoch else self.closed.get(epoch)


Keyring = Mapping[str, LogRules]
"""The rules of every log we know, by section."""


def verify(subject: str, signed: Signed, keyring: Keyring) -> Envelope:
    """Authenticate what came under ``subject``.

    Raises ``Untrusted`` with one of these reasons:

    ``oversize``, ``subject_malformed``, ``unknown_section``, ``unknown_key``, ``key_not_valid_at_number``,
    ``bad_signature``, the strict parser's reasons, ``subject_mismatch``, ``wrong_epoch``,
    ``wrong_genesis`` (of a number 1: it begins the log of another International, say of a trial, and contradicts nothing in this
    one), ``pinned_otherwise``.
    """
    if len(signed.body) > envelopes.MAX_BODY:
        raise Untrusted("oversize")
    address = Address.of_subject(subject)
    rules = keyring.get(address.section)
    if rules is None:
        raise Untrusted("unknown_section")
    at_the_time = rules.of(address.epoch)
    _signing_key(at_the_time or rules, signed.signature, address.sequence).verify(keys.EVENT, signed.body, signed.signature)
    envelope = envelopes.parse(signed.body)
    if envelope.address != address:
        raise Untrusted("subject_mismatch")
    if at_the_time is None:
        raise Untrusted("wrong_epoch")
    _check_place(envelope, at_the_time)
    return envelope


def check_again(envelope: Envelope, signature: str, rules: LogRules) -> None:
    """Whether what was authentic by earlier rules is so by these. Costs next to nothing: no rule changes what a key has signed.

    Raises ``Untrusted`` like ``verify``.
    """
    _signing_key(rules, signature, envelope.sequence)
    _check_place(envelope, rules)


def authentic(envelope: Envelope, signature: str, keyring: Keyring) -> bool:
    """Whether what was authentic by earlier rules is so by these, as ``check_again`` finds it."""
    rules = keyring[envelope.section].of(envelope.epoch) if envelope.section in keyring else None
    try:
        if rules is not None:
            check_again(envelope, signature, rules)
    except Untrusted:
        return False
    return rules is not None


def _check_place(envelope: Envelope, rules: LogRules) -> None:
    if envelope.sequence == 1 and envelope.prevhash != rules.genesis:
        raise Untrusted("wrong_genesis")
    if rules.pin is not None and rules.pin[0] == envelope.sequence and rules.pin[1] != envelope.hash:
        raise Untrusted("pinned_otherwise")


def check_signature(signed: Signed, sequence: int, rules: LogRules) -> None:
    """The signature alone, of an event that was checked to the letter before it was signed: one's own. Raises ``Untrusted``."""
    _signing_key(rules, signed.signature, sequence).verify(keys.EVENT, signed.body, signed.signature)


def _signing_key(rules: LogRules, signature: str, sequence: int) -> keys.PublicKey:
    named = [entry for entry in rules.keys if entry.key.id == signature.partition(".")[0]]
    if not named:
        raise Untrusted("unknown_key")
    for entry in named:
        if entry.covers(sequence):
            return entry.key
    raise Untrusted("key_not_valid_at_number")
