"""Reading how the exchange stands."""

from .alarms import findings, split_views
from .forks import Fork
from .forks import every as forks
from .forks import lines as proof_lines
from .needs import needs
from .overview import Federation, HubCard, SectionState, SentTo, overview, sent_to
from .progress import Progress, progress
from .releasing import Waiting, awaited, awaiting, held, held_by_others, held_of, held_one, held_part_rows, held_parts, held_row
from .sealed import SealedPage, SealedThing, locked, sealed_things
from .sent import Sent, SentPage, SignedVersion, Uncounted, Whole, as_lines, page, table, versions, whole
from .sent import every as everything_sent
from .uncounted import REFUSED
from .waiting import Counts, Held, Kind, Listing, Source, Stuck, counts, exported, ids, kind, listing, one, sources, stuck
from .withdrawing import TakenBack, pages, taken_back, taken_back_of, withdrawals

__all__ = [
    "REFUSED",
    "Counts",
    "Federation",
    "Fork",
    "Held",
    "HubCard",
    "Kind",
    "Listing",
    "Progress",
    "SealedPage",
    "SealedThing",
    "SectionState",
    "Sent",
    "SentPage",
    "SentTo",
    "SignedVersion",
    "Source",
    "Stuck",
    "TakenBack",
    "Uncounted",
    "Waiting",
    "Whole",
    "as_lines",
    "awaited",
    "awaiting",
    "counts",
    "everything_sent",
    "exported",
    "findings",
    "forks",
    "held",
    "held_by_others",
    "held_of",
    "held_one",
    "held_part_rows",
    "held_parts",
    "held_row",
    "ids",
    "kind",
    "listing",
    "locked",
    "needs",
    "one",
    "overview",
    "page",
    "pages",
    "progress",
    "proof_lines",
    "sealed_things",
    "sent_to",
    "sources",
    "split_views",
    "stuck",
    "table",
    "taken_back",
    "taken_back_of",
    "versions",
    "whole",
    "withdrawals",
]
