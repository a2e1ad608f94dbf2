"""What can be done about the exchange: try again what is held back, mute noise, release what waits for a second person."""

from .deciding import doubt_all, empty_void, reject, release, take_back
from .releasing import Releasing
from .waiting import mute, muted, retry, retry_all, unmute
from .withdrawing import check, make_anew, withdraw

__all__ = [
    "Releasing",
    "check",
    "doubt_all",
    "empty_void",
    "make_anew",
    "mute",
    "muted",
    "reject",
    "release",
    "retry",
    "retry_all",
    "take_back",
    "unmute",
    "withdraw",
]
