"""What carriers bring, and whether it is authentic. No database here: checking signatures holds no lock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from internationale.errors import Untrusted
from internationale.events import logs
from internationale.events.envelope import Address, Envelope, Signed
from internationale.events.logs import Keyring

AT_ONCE = 4 * 2**20
"""Bytes of bodies that are held in memory as objects at one time: they may come to thirty times as much there (empty lists)."""


@dataclass(frozen=True)
class Delivery:
    """One message as it came: the subject it was under, the bytes, ``keyid.base64url``, and on which way (for people).

    ``by``: the section that brought it, where it was not its own (``?``: nobody knows); empty: whose log it says to be of.
    """

    subject: str
    body: bytes
    signature: str
    via: str = ""
    by: str = ""

    @property
    def signed(self) -> Signed:
        return Signed(self.body, self.signature)


@dataclass(frozen=True)
class Arrival:
    """A delivery that was looked at: ``envelope`` when it is authentic, else ``reason`` says why there is none
    (``duplicate`` when the very same event is already here, which is seen before any signature is checked).
    """

    delivery: Delivery
    envelope: Envelope | None
    reason: str = ""


def check(deliveries: Iterable[Delivery], keyring: Keyring, known: Mapping[Address, str]) -> list[Arrival]:
    """Verify each delivery once. ``known`` holds the hashes of events that are already in the log."""
    return [_check(delivery, keyring, known) for delivery in deliveries]


def address(delivery: Delivery) -> Address | None:
    """The address that the subject claims; None when it is none."""
    try:
        return Address.of_subject(delivery.subject)
    except Untrusted:
        return None


def _check(delivery: Delivery, keyring: Keyring, known: Mapping[Address, str]) -> Arrival:
    claimed = address(delivery)
    if claimed is not None and known.get(claimed) == delivery.signed.hash:
        return Arrival(delivery, None, "duplicate")
    try:
        return Arrival(delivery, logs.verify(delivery.subject, delivery.signed, keyring))
    except Untrusted as error:
        return Arrival(delivery, None, error.reason)
