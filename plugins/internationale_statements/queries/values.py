"""A statement's signatures as pages and API see them: plain frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Signature:
    """The last word of one section: a co-signature of one revision, and whether it was taken back, with the reason."""

    section: str
    revision: int
    ref: str
    said: datetime
    author: str | None
    withdrawn: datetime | None = None
    reason: str = ""
    language: str = ""


@dataclass(frozen=True)
class Issuance:
    """The home section's word that a revision is public. ``signed_by``: the sections whose co-signatures it counted."""

    home: str
    revision: int
    signed_by: Sequence[str]
    counted: Mapping[str, int]
    said: datetime
    ref: str


@dataclass(frozen=True)
class Signing:
    """All that was said about one statement beside its text. ``issues`` oldest first: the last one holds."""

    document: str
    signatures: Sequence[Signature]
    """One for each section that ever co-signed, by section."""
    issues: Sequence[Issuance]
    looked_at: Mapping[str, int]
    """The highest number here of each section's events on this statement: what an issue made now counts."""

    @property
    def issued(self) -> Issuance | None:
        """The issue that holds."""
        return self.issues[-1] if self.issues else None

    def of(self, section: str) -> Signature | None:
        """This section's last word."""
        return next((signature for signature in self.signatures if signature.section == section), None)

    def holding(self, revision: int) -> Sequence[Signature]:
        """The co-signatures that hold for a revision."""
        return [signature for signature in self.signatures if signature.revision == revision and signature.withdrawn is None]
