"""Reading the roster and the heads."""

from .chain import (
    chain,
    federation_languages,
    hubs,
    keyring,
    last_good,
    latest,
    latest_hash,
    pinned,
    sections,
    standing,
    versions,
)
from .heads import OwnLog, contradictions, heads_document, heads_documents, own_heads, own_log, peers, read_heads, receipts
from .joining import Candidate, announcement, candidate, candidates, check_announced
from .needs import needs
from .proposals import Examined, Holder, Proposal, VersionState, examined, history, pending, proposal, proposals
from .readers import recipients

__all__ = [
    "Candidate",
    "Examined",
    "Holder",
    "OwnLog",
    "Proposal",
    "VersionState",
    "announcement",
    "candidate",
    "candidates",
    "chain",
    "check_announced",
    "contradictions",
    "examined",
    "federation_languages",
    "heads_document",
    "heads_documents",
    "history",
    "hubs",
    "keyring",
    "last_good",
    "latest",
    "latest_hash",
    "needs",
    "own_heads",
    "own_log",
    "peers",
    "pending",
    "pinned",
    "proposal",
    "proposals",
    "read_heads",
    "receipts",
    "recipients",
    "sections",
    "standing",
    "versions",
]
