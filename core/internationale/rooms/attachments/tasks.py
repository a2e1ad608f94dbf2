"""What the worker does for the room, again and again."""

import logging
from datetime import timedelta

from internationale.kit.ports import Section
from internationale.kit.vocabulary import Task
from internationale.rooms.attachments.port import fetching, keeping
from internationale.rooms.attachments.port.room import room

_log = logging.getLogger(__name__)


def tasks() -> list[Task]:
    return [
        Task("attachments settle", timedelta(seconds=10), settle),
        Task("attachments tidy", timedelta(minutes=5), tidy),
    ]


def settle(section: Section) -> None:
    """Note what is wanted and already here; whatever else is wanted, the links to the hubs fetch."""
    fetching.settle_here(room(section))


def tidy(section: Section) -> None:
    """Delete what was taken back, what nobody took for long, what was never attached."""
    done = keeping.tidy(section, silent=section.fenced is not None)
    if done.chunks:
        _log.info("attachments: %s bytes in %s pieces were deleted", done.bytes, done.chunks)
