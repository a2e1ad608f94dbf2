"""What translators send: pages post lists of equal length (one entry per field of the desk), the API posts maps."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from internationale.kit import Message, Ref, marker
from internationale.kit.fields import PROSE, Form, Identifier, OptionalEventRef, optional_prose, prose

from .rules.memory import digest

_ = marker("translation")

MOST = 5_000
"""The most units at once."""


def _several(value: Any) -> Any:
    """A form's field that occurs once arrives as a plain string, one that occurs never not at all."""
    return [value] if isinstance(value, str) else value


Words = Annotated[str, StringConstraints(max_length=PROSE), AfterValidator(optional_prose)]
Sentence = Annotated[str, StringConstraints(max_length=PROSE), AfterValidator(prose)]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]
Read = int | Ref
"""What was read: a revision by its number, or the very event where that is known."""
Show = Literal["all", "open"]
Page = Annotated[int, Field(ge=1, le=100_000)]
_ID = r"[A-Za-z0-9_-]{1,64}"
_DIGEST = r"[0-9a-f]{32}"
UNKNOWN = "0" * 32
"""Stands for the digest of what a field held, where a browser could not work it out."""
Shown = Annotated[str, StringConstraints(pattern=rf"^{_DIGEST}$")]
Chosen = Annotated[str, StringConstraints(pattern=rf"^{_ID}:{_DIGEST}$")]
Action = Annotated[str, StringConstraints(pattern=rf"^(save|share|right:{_ID}|use:{_ID}:{_DIGEST})$")]
Blocks = Annotated[list[Identifier], BeforeValidator(_several), Field(max_length=MOST)]


class _OfRevision(Form):
    """What is made from one revision. ``event``: that of the revision which was read; by its number alone it may be another."""

    revision: Revision
    event: OptionalEventRef = ""

    @property
    def read(self) -> Read:
        return Ref.parse(self.event) if self.event else self.revision


class DeskForm(_OfRevision):
    """The desk as posted by the page. ``action``: ``save``, ``share``, ``right:<block>`` or ``use:<block>:<digest>``."""

    labels: ClassVar[Mapping[str, Message]] = {"text": _("Translation")}
    action: Action = "save"
    block: Blocks = Field(default_factory=list)
    text: Annotated[list[Words], BeforeValidator(_several), Field(max_length=MOST)] = Field(default_factory=list)
    was: Annotated[list[Shown], BeforeValidator(_several), Field(max_length=MOST)] = Field(default_factory=list)
    """The digest of what each field held when it was shown: fields that nobody touched say nothing."""
    show: Show = "all"
    page: Page = 1

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not len(self.block) == len(self.text) == len(self.was):
            raise ValueError("lists_differ")
        return self

    def texts(self) -> dict[str, str]:
        """Text by block, of the fields that were changed."""
        fields = zip(self.block, self.text, self.was, strict=True)
        return {block: text for block, text, was in fields if digest(text) != was}

    def shown(self, block: str = "") -> dict[str, str]:
        """The digests of what was shown in the fields that were changed, and in that of ``block``; not where nobody knows."""
        fields = zip(self.block, self.text, self.was, strict=True)
        return {name: was for name, text, was in fields if was != UNKNOWN and (name == block or digest(text) != was)}


class SharingForm(_OfRevision):
    """What the translator ticked on the page that shows what will leave: ``block:digest`` each."""

    unit: Annotated[list[Chosen], BeforeValidator(_several), Field(max_length=MOST)] = Field(default_factory=list)

    def chosen(self) -> dict[str, str]:
        """Digest by block."""
        return dict(unit.split(":", 1) for unit in self.unit)


class Drafts(_OfRevision):
    """Texts by block, as private drafts; an empty one removes the draft."""

    texts: Annotated[dict[Identifier, Words], Field(max_length=MOST)]


class Offer(_OfRevision):
    """Texts by block, for all sections."""

    texts: Annotated[dict[Identifier, Sentence], Field(min_length=1, max_length=MOST)]


class Confirmation(Form):
    """Blocks whose translation is still right although the source changed. ``event``: that of the revision which was read."""

    event: OptionalEventRef = ""
    blocks: Annotated[list[Identifier], Field(min_length=1, max_length=MOST)]
