"""Reading the roster and the heads."""

from .chain import chain, federation_languages, hubs, keyring, latest, latest_hash, sections
from .heads import OwnLog, contradictions, heads_document, heads_documents, own_heads, own_log, peers, receipts
from .overview import Federation, SectionState, overview
from .waiting import Counts, Held, Stuck, counts, stuck

__all__ = [
    "Counts",
    "Federation",
    "Held",
    "OwnLog",
    "SectionState",
    "Stuck",
    "chain",
    "contradictions",
    "counts",
    "federation_languages",
    "heads_document",
    "heads_documents",
    "hubs",
    "keyring",
    "latest",
    "latest_hash",
    "overview",
    "own_heads",
    "own_log",
    "peers",
    "receipts",
    "sections",
    "stuck",
]
