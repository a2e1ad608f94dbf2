"""One section at work: its two doors (``running``; ``hearing``), and what it answers from what it holds (``answering``)."""

from .answering import ROOMS
from .running import Section, utc_now

__all__ = ["ROOMS", "Section", "utc_now"]
