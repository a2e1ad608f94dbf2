"""What follows from heads: who lacks how much. Pure."""

from collections.abc import Iterable, Mapping

from internationale.events.heads import Head


def newest(everyone: Iterable[Mapping[str, Head]]) -> dict[str, Head]:
    """The furthest that anybody has each log."""
    furthest: dict[str, Head] = {}
    for heads in everyone:
        for origin, head in heads.items():
            if origin not in furthest or not furthest[origin].covers(head.epoch, head.sequence):
                furthest[origin] = head
    return furthest


def up_to(furthest: Mapping[str, Head], stopped: Mapping[str, int], epochs: Mapping[str, int]) -> dict[str, Head]:
    """The same, of logs that were stopped only what is before ``stopped``, the first number that does not count. ``epochs``: the
    open ones.
    """
    found = dict(furthest)
    for origin, number in stopped.items():
        if (head := found.get(origin)) is not None and head.epoch == epochs[origin] and head.sequence >= number:
            found[origin] = head._replace(sequence=number - 1)
    return found


def lacking(theirs: Mapping[str, Head], furthest: Mapping[str, Head]) -> int:
    """How many events somebody lacks of all that is known; of a newer epoch all are lacking."""
    count = 0
    for origin, head in furthest.items():
        held = theirs.get(origin)
        count += max(0, head.sequence - (held.sequence if held is not None and held.epoch == head.epoch else 0))
    return count
