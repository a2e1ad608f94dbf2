"""Reading the roster and the heads."""

from .asked import asked
from .chain import (
    chain,
    federation_languages,
    fingerprint,
    hashes,
    hubs,
    keyring,
    last_good,
    latest,
    latest_hash,
    latest_number,
    pinned,
    sections,
    standing,
    subjects,
    unknown,
    versions,
)
from .heads import LatestWord, heads_document, heads_documents, latest_words, own_heads, peers, read_heads
from .held import OwnLog, ahead, contradictions, held, own_log
from .joining import Candidate, announcement, candidate, candidates, check_announced
from .needs import needs
from .proposals import Examined, Holder, Proposal, VersionState, ends, examined, history, pending, proposal, proposals
from .readers import recipients
from .receipts import receipts
from .rivals import Division, contradicting, division, rivals

__all__ = [
    "Candidate",
    "Division",
    "Examined",
    "Holder",
    "LatestWord",
    "OwnLog",
    "Proposal",
    "VersionState",
    "ahead",
    "announcement",
    "asked",
    "candidate",
    "candidates",
    "chain",
    "check_announced",
    "contradicting",
    "contradictions",
    "division",
    "ends",
    "examined",
    "federation_languages",
    "fingerprint",
    "hashes",
    "heads_document",
    "heads_documents",
    "held",
    "history",
    "hubs",
    "keyring",
    "last_good",
    "latest",
    "latest_hash",
    "latest_number",
    "latest_words",
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
    "rivals",
    "sections",
    "standing",
    "subjects",
    "unknown",
    "versions",
]
