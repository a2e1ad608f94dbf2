"""The pure part of the room."""

from .alarms import Alarm, Missing, Split
from .lag import lacking, newest, up_to
from .naming import named_anew
from .spelling import spelled
from .words import (
    DOUBTFUL,
    INSPECT,
    READ,
    RELEASE,
    VOID,
    WHY_WITHDRAWN,
    WITHDRAW,
    awaited,
    remedy,
    why_uncounted,
    why_withdrawn,
    worded,
)

__all__ = [
    "DOUBTFUL",
    "INSPECT",
    "READ",
    "RELEASE",
    "VOID",
    "WHY_WITHDRAWN",
    "WITHDRAW",
    "Alarm",
    "Missing",
    "Split",
    "awaited",
    "lacking",
    "named_anew",
    "newest",
    "remedy",
    "spelled",
    "up_to",
    "why_uncounted",
    "why_withdrawn",
    "worded",
]
