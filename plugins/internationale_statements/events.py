"""What can be said about a statement beyond its text: who signs it with its home section, and that it is issued."""

from typing import Annotated

from pydantic import Field, StringConstraints

from internationale.kit import Payload

Id = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Number = Annotated[int, Field(ge=1)]


class Cosigned(Payload):
    """A section signs with the home section: this revision, pinned by the ref, and no other."""

    document: Id
    revision: Number


class CosignatureWithdrawn(Payload):
    """A section takes its co-signature back, with its reason; the ref is the co-signature."""

    document: Id
    language: Language
    reason: str


class Issued(Payload):
    """The home section makes a revision public; the ref is the revision.

    ``counted``: up to which number of each section's log it looked for co-signatures and withdrawals; ``epochs``: in which epoch
    that number is, for each section that is not in its first any more, because numbers begin anew there. What that log has up to
    there is counted. Earlier issues have the co-signatures among their refs as well.
    """

    document: Id
    revision: Number
    counted: dict[str, Number]
    epochs: dict[str, Number] = Field(default_factory=dict)
