"""Which announcement of another key for a section's log the list of sections can take. Pure."""

from collections.abc import Sequence

from internationale.errors import Conflict
from internationale.events.logs import KeyRange
from internationale.events.roster import Entry, LogKey
from internationale.kit import Message, marker

_ = marker("core")

NEAREST = 2
"""So many numbers after its announcement a key begins at the earliest: with the next one its section would be silent at once."""

NEAR = 100
"""So many numbers before it begins, a key that nobody has confirmed is mentioned."""


def overtaken(keys: Sequence[LogKey] | Sequence[KeyRange], first: int) -> bool:
    """Whether the list has a key of this log that begins there or later (``keys``: those it has): then it never takes another
    that begins with number ``first``.
    """
    return first <= max((each.first for each in keys), default=0)


def require_announceable(entry: Entry, first: int, number: int) -> None:
    """Raises ``Conflict`` for a key that the list could never take, or not in time. ``number``: the last of the log so far."""
    if overtaken(entry.keys, first):
        raise Conflict(
            _(
                "From number %(first)s on, the list of sections has a key for this log already. Another one can only begin after"
                " that number."
            )
            % {"first": entry.keys[-1].first}
        )
    if first <= number + NEAREST:
        raise Conflict(
            _(
                "The new key would begin with number %(first)s, and the log is at number %(number)s: too near, this section would"
                " be silent before the International could confirm it. Announce one that begins later."
            )
            % {"first": first, "number": number}
        )


def unconfirmed(code: str, first: int, number: int) -> Message | None:
    """That a section is silent soon, or is so already, because its new key waits for the committee; None: there is time."""
    if number + NEAR < first:
        return None
    return _(
        "A new key for this section's log is announced, and the committee has not confirmed it yet. The log is at number"
        " %(number)s; from number %(first)s on this section is silent until it does. It says there: %(command)s"
    ) % {"number": number, "first": first, "command": f"internationale roster propose rotate {code}"}
