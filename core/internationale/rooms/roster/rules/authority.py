"""Who may say what about the roster, judged from the event and its causes alone. Pure.

Reason codes: ``part_mismatch``, ``proposal_missing``, ``request_malformed``, ``vouch_missing``, ``number_passed``,
``key_not_proved``.
"""

from internationale.errors import Untrusted
from internationale.events import joining, keys
from internationale.events.joining import JoinRequest
from internationale.events.keys import PublicKey
from internationale.events.signed import SignedDocument
from internationale.kit import Event
from internationale.rooms.roster.events import Declined, KeyAnnounced, Proposed, Signed, Vouched


def may_propose(event: Event[Proposed]) -> str | None:
    """Every section may propose; that its part is what it says is all that is asked here."""
    parts = list(event.parts.values())
    if len(parts) != 1 or keys.digest(keys.ROSTER, parts[0]).hex() != event.payload.hash:
        return "part_mismatch"
    return None


def may_sign(event: Event[Signed]) -> str | None:
    """A signature stands on the proposal that it signs. Whether it is a root key's, the roster says."""
    proposals = [cause.payload for cause in event.causes if isinstance(cause.payload, Proposed)]
    return None if any(each.hash == event.payload.hash for each in proposals) else "proposal_missing"


def may_vouch(event: Event[Vouched]) -> str | None:
    """The request inside is whole, and signed with the key that it shows."""
    return None if request_of(event.payload) is not None else "request_malformed"


def may_decline(event: Event[Declined]) -> str | None:
    """Only what was vouched for is declined."""
    vouched = [cause.payload for cause in event.causes if isinstance(cause.payload, Vouched)]
    return None if any(each.hash == event.payload.hash for each in vouched) else "vouch_missing"


def may_announce(event: Event[KeyAnnounced]) -> str | None:
    """The new key has signed where it begins, and that number is still to come."""
    envelope, payload = event.envelope, event.payload
    if payload.first <= envelope.sequence:
        return "number_passed"
    place = succession(envelope.section, envelope.epoch, payload.first)
    try:
        PublicKey.parse(payload.key).verify(keys.SUCCESSION, place, payload.proof)
    except (Untrusted, ValueError):
        return "key_not_proved"
    return None


def succession(section: str, epoch: int, first: int) -> bytes:
    """What a new log key signs to show that it is held by whoever announces it."""
    return f"{section}:{epoch}:{first}".encode()


def request_of(vouched: Vouched) -> JoinRequest | None:
    """The request inside a vouching; None when it is not what it says."""
    try:
        document = SignedDocument(keys.decode(vouched.request), (vouched.signature,))
        asked = joining.read_request(document)
    except (Untrusted, ValueError):
        return None
    same = keys.digest(keys.JOIN, document.body).hex() == vouched.hash and asked.code == vouched.code
    return asked if same else None
