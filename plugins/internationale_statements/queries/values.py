"""A statement's signatures as pages and API see them: plain frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from internationale.kit import Ref
from internationale.kit.undecided import Undecided


@dataclass(frozen=True)
class Signature:
    """The last word of one section: a co-signature of one revision, and whether it was taken back, with the reason.

    ``pinned``: the ref of the revision that it signs. ``counts``: whether that is the one of its number in the text's history;
    else its home section wrote two of one number, and the other one counts.
    """

    section: str
    revision: int
    pinned: str
    counts: bool
    ref: str
    said: datetime
    author: str | None
    withdrawn: datetime | None = None
    reason: str = ""
    language: str = ""


@dataclass(frozen=True)
class Issuance:
    """The home section's word that a revision is public. ``signed_by``: the sections whose co-signatures it counted.

    ``pinned``: the ref of the revision. ``counts``: as of a ``Signature``; it decides nothing, for what was signed and issued
    does not become another text by what its home section says, or lets come, under the same number.
    """

    home: str
    revision: int
    pinned: str
    counts: bool
    signed_by: Sequence[str]
    counted: Mapping[str, int]
    epochs: Mapping[str, int]
    said: datetime
    ref: str


@dataclass(frozen=True)
class Signing:
    """All that was said about one statement beside its text.

    ``issues``: oldest first, as the home section said them: the last one holds, under the very text that it pins.
    ``undecided``: what the home section said before the text that stands here now, and what may take its place.
    """

    document: str
    signatures: Sequence[Signature]
    """One for each section that ever co-signed, by section."""
    issues: Sequence[Issuance]
    looked_at: Mapping[str, int]
    """The highest number here of each section's events on this statement: what an issue made now counts."""
    epochs: Mapping[str, int]
    """The epochs of those numbers that are not in their log's first."""
    undecided: Sequence[Undecided] = ()

    @property
    def issued(self) -> Issuance | None:
        """The issue that holds."""
        return self.issues[-1] if self.issues else None

    def of(self, section: str) -> Signature | None:
        """This section's last word."""
        return next((signature for signature in self.signatures if signature.section == section), None)

    def holding(self, revision: Ref) -> Sequence[Signature]:
        """The co-signatures that hold for this very revision."""
        return [each for each in self.signatures if each.pinned == str(revision) and each.withdrawn is None]
