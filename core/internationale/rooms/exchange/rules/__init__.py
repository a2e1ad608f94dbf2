"""The pure part of the room."""

from .alarms import Alarm, Missing, Split
from .lag import lacking, newest, up_to
from .spelling import spelled
from .words import INSPECT, READ, RELEASE, WHY_WITHDRAWN, WITHDRAW, awaited, remedy, why_uncounted, why_withdrawn, worded

__all__ = [
    "INSPECT",
    "READ",
    "RELEASE",
    "WHY_WITHDRAWN",
    "WITHDRAW",
    "Alarm",
    "Missing",
    "Split",
    "awaited",
    "lacking",
    "newest",
    "remedy",
    "spelled",
    "up_to",
    "why_uncounted",
    "why_withdrawn",
    "worded",
]
