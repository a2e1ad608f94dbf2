"""What a section said before something and is not decided here yet, in words: the one reason for which nothing is signed yet.

Where a section says two things under one name, the one that its log has first counts. Everybody who sees a thing has all that its
log has before it; but of what stands there something may still wait (a part was kept back, another's event has not come), and
what was signed meanwhile would stand under other words in the end. So whoever signs what another section said asks first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from internationale.messages import Message, marker

_ = marker("core")

GAP = "gap"
"""The reason of what has not even come: the end of an earlier epoch of a log."""
_WHY: Mapping[str, Message] = MappingProxyType(
    {
        "missing_part": _("a part of its text is missing"),
        "missing_cause": _("something that it stands on is missing"),
        "unknown_type": _("its kind is not known here"),
        "no_key": _("it cannot be opened here"),
        GAP: _("it has not arrived"),
    }
)


@dataclass(frozen=True)
class Undecided:
    """An event (its id, ``fr:1:12``) that waits, failed or cannot be opened here; ``reason``: the code that its log's row has."""

    event: str
    reason: str

    @property
    def why(self) -> Message:
        """The reason in words that fit into a sentence."""
        return _WHY.get(self.reason, _("it could not be taken in here"))


def obstacle(found: Sequence[Undecided]) -> Message | None:
    """Why nothing is signed yet, in words; None when nothing is undecided."""
    if not found:
        return None
    told = {"event": found[0].event, "why": found[0].why}
    sentence = _(
        "Message %(event)s of the same section is earlier than this one and not decided here: %(why)s. It may take the place"
        " of what you read. So nothing can be signed before it is here."
    )
    return sentence % told
