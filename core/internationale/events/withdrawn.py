"""Taking back the long texts of a message: what is erased everywhere, while the log with its hashes stays whole.

``org.intl.exchange.part_withdrawn.v1`` names a message of the same section by its ref. From then on that message is void with the
reason ``part_withdrawn``, on every instance, whether it ever had the texts or not; what stands on it is void too, unless it only
counts it (``EventType.outlives``); and the texts, which are not in the log, are deleted. It stands on nothing itself: whoever
cannot get the texts any more still judges it. One that has no such texts stays as it is: nothing of it can be taken back.
"""

from typing import Annotated

from pydantic import StringConstraints

from internationale.events.refs import Ref, RefText
from internationale.events.types import Event, Payload

REASON = "part_withdrawn"
"""The reason of what is void because its texts were taken back."""
CODES = ("court", "safety", "mistake")
"""Why it may be: a court or a law demands it, somebody's safety does, or it should never have been sent."""


class PartWithdrawn(Payload):
    """``event``: the ref of the message whose parts are taken back; ``reason``: a code, of ``CODES`` or of a later build."""

    event: RefText
    reason: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


def may_withdraw(event: Event[PartWithdrawn]) -> str | None:
    """The authority: a section takes back what it said itself, earlier, before all, for all can have the texts.
    ``wrong_audience``, ``malformed_data`` (it stands on something), ``not_author``, ``not_earlier``.
    """
    target, envelope = Ref.parse(event.payload.event), event.envelope
    if envelope.sealed:
        return "wrong_audience"
    if envelope.refs:
        return "malformed_data"
    if target.section != envelope.section:
        return "not_author"
    return None if (target.epoch, target.sequence) < (envelope.epoch, envelope.sequence) else "not_earlier"
