"""Who may read something: how people choose it on pages and over the API, and how it is said.

An audience is ``public``, ``international`` (all sections), or the codes of some sections, sorted and separated by spaces:
what is for them is sealed, so that only they can open it.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from internationale.errors import Invalid
from internationale.events.envelope import INTERNATIONAL, PUBLIC
from internationale.events.refs import SECTION
from internationale.kit.calling import called
from internationale.kit.fields import Form
from internationale.kit.vocabulary import SectionCard
from internationale.messages import marker

_ = marker("core")

NAMED = "named"
OPEN = (PUBLIC, INTERNATIONAL)
"""Everybody has what is said to these, and may hand it on."""
Choice = Literal["international", "public", "named"]
Code = Annotated[str, StringConstraints(pattern=rf"^{SECTION}$")]


def _several(value: Any) -> Any:
    """A field of a page that is ticked once comes as a text, and more often as a list."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(_several), Field(max_length=1000)]
"""Codes of sections; ticked on a page, a list over the API."""


class AudienceForm(Form):
    """A form that begins something: ``audience`` may be ``named``, and then ``sections`` are those that may read it with ours."""

    audience: Choice = "international"
    sections: Codes = ()

    def chosen(self, own: str) -> str:
        """The audience, as it is said by section ``own``. Raises ``Invalid`` when the two fields contradict each other."""
        others = set(self.sections) - {own}
        if self.audience == NAMED and not others:
            raise Invalid(_("Choose at least one section that may read it."), place="sections")
        if self.audience != NAMED and self.sections:
            sentence = _("Some sections were ticked, but more people were chosen to read it. Choose one of the two.")
            raise Invalid(sentence, place="audience")
        return " ".join(sorted({own, *others})) if self.audience == NAMED else self.audience

    def addressed(self, own: str) -> dict[str, Any]:
        """The fields of the form, with the audience as section ``own`` says it. Raises ``Invalid``."""
        return self.model_dump(exclude={"sections"}) | {"audience": self.chosen(own)}


def readers(audience: str) -> tuple[str, ...]:
    """The codes of the sections that something is sealed for; empty when it was said openly."""
    return () if audience in OPEN else tuple(audience.split(" "))


def key(audience: str) -> str:
    """What stands for an audience in the key of a table, at most 64 characters: the names of 128 sections are longer than the
    row of an index may be on PostgreSQL.
    """
    return audience if audience in OPEN else hashlib.sha256(audience.encode()).hexdigest()


def check(audience: str, own: str, sections: Sequence[SectionCard]) -> str:
    """An audience as it may be said by section ``own``. Raises ``Invalid``, with the section that cannot be chosen."""
    named = set(readers(audience))
    if not named:
        return audience
    if not named - {own}:
        raise Invalid(_("Choose at least one section that may read it."), place="sections")
    known = {card.code: card for card in sections}
    for code in sorted(named - {own}):
        if code not in known:
            raise Invalid(_("There is no section “%(code)s”.") % {"code": code}, place="sections")
        if not known[code].sealable:
            sentence = _("Nothing can be encrypted for %(name)s: the list of sections does not have its sealing key.")
            raise Invalid(sentence % {"name": called(known[code])}, place="sections")
    return " ".join(sorted(named | {own}))
