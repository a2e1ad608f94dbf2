"""What can be said about shared documents.

Ids: a document's and an amendment's id is ``<section>-<12 random letters or digits>``, so that no section can use
another's. A list of block operations travels inside the event, or, when it is long, as the event's parts: the parts'
contents, joined in order, are the JSON of one ``Changes``.
"""

from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from internationale.events.refs import RefText
from internationale.events.types import Payload

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=100_000, pattern=r"\S")]


class Changes(Payload):
    """What a revision or an amendment does to its base (``internationale.text.operations`` as plain JSON), and, for a
    revision, how the paragraphs of the result are numbered.

    ``numbers``: one for each block of the result, ``""`` where a block has none; frozen here, so that they read the same
    everywhere whatever later numbering rules do.
    """

    operations: tuple[dict[str, Any], ...]
    numbers: tuple[str, ...] = ()


class Opened(Payload):
    """``documents.opened``: a section shares a new document; all operations are inserts. It becomes its home section."""

    document: Id
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    language: Language
    title: Title
    changes: Changes | None = None
    numbering: int
    """The version of the numbering rule that gave the numbers."""
    digest: Hash
    """Of the resulting blocks."""


class Revised(Payload):
    """``documents.revised``: the home section's next revision. The ref pins the revision it changes.

    ``amendments``: those that it takes in, and ``taken``, in the same order, the very events that it means by these ids. It names
    them and stands on none: their words are its own, and whoever proposed one could undo it by proving two histories. Version 1
    has no ``taken``; there the events are among the refs.
    """

    document: Id
    number: int
    title: Title
    changes: Changes | None = None
    numbering: int
    digest: Hash
    note: Annotated[str, StringConstraints(max_length=100_000)] = ""
    amendments: tuple[Id, ...] = ()
    taken: tuple[RefText, ...] = ()


def without_taken(data: dict[str, Any]) -> dict[str, Any]:
    """Version 1 of a revision: its refs say which amendments it takes in. Raises ``ValueError`` for what only version 2 has."""
    if "taken" in data:
        raise ValueError("taken")
    return data


class AmendmentProposed(Payload):
    """``documents.amendment_proposed``: concrete words, or an editorial hint without operations. The first ref pins the
    revision.

    ``language`` is that of title, reason and ``wording``; the operations are always in the document's own language.
    ``wording`` is what the proposer wrote where that is another language. ``digest`` is of the blocks as they would be.
    """

    document: Id
    amendment: Id
    language: Language
    title: Title
    reason: Reason
    changes: Changes | None = None
    digest: Hash
    hint: Annotated[str, StringConstraints(max_length=100_000)] = ""
    wording: Annotated[str, StringConstraints(max_length=100_000)] = ""


class AmendmentWithdrawn(Payload):
    """``documents.amendment_withdrawn``: the section that proposed it takes it back. The first ref is the amendment."""

    document: Id
    amendment: Id
    reason: Annotated[str, StringConstraints(max_length=100_000)] = ""


class AmendmentDecided(Payload):
    """``documents.amendment_decided``: the home section decides, never without a reason. The first ref is the amendment."""

    document: Id
    amendment: Id
    decision: Literal["accepted", "rejected"]
    reason: Reason


class OfferedUnit(Payload):
    """One block (or the title) in another language. ``quote`` is the source it was made from, ``source_hash`` its hash.

    ``span`` is for later, when a unit may be a sentence of a block; None: the whole block.
    """

    block: Id
    source_hash: Hash
    quote: str
    text: Annotated[str, StringConstraints(min_length=1)]
    span: tuple[int, int] | None = None


class TranslationOffered(Payload):
    """``documents.translation_offered``: translations of units of one revision, which the first ref pins."""

    document: Id
    language: Language
    units: tuple[OfferedUnit, ...]
