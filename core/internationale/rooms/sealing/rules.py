"""What showing something sealed to more sections must be like. Pure.

Reason codes: ``not_sealed`` (it would tell everybody), ``malformed_data`` (not one inside for each original, or it
stands on something: it shows, and says nothing).
"""

from internationale.events.sealed import Reshared
from internationale.events.types import Event

RESHARE = "sealing.reshared"


def reshared(event: Event[Reshared]) -> str | None:
    """Whoever can read the originals. That they are what they claim to be, their signed digests prove."""
    if not event.envelope.sealed:
        return "not_sealed"
    whole = len(event.envelope.parts) == len(event.payload.events) and not event.envelope.refs
    return None if whole else "malformed_data"
