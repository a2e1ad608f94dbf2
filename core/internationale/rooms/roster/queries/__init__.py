"""Reading the roster and the heads."""

from .chain import chain, federation_languages, hubs, keyring, latest, sections
from .heads import contradictions, heads_document, heads_documents, own_heads, peers, receipts
from .overview import Federation, SectionState, overview
from .waiting import Counts, Held, Stuck, counts, stuck

__all__ = [
    "Counts",
    "Federation",
    "Held",
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
    "overview",
    "own_heads",
    "peers",
    "receipts",
    "sections",
    "stuck",
]
