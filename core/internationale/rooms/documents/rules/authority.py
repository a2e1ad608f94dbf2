"""Who may say what about a document. Every verdict follows from the event and what it stands on, nothing else.

Reasons: ``foreign_id`` (an id of another section) · ``no_base``, ``wrong_base`` (the first ref is not a revision of this
document) · ``wrong_cause`` (it is not this amendment) · ``not_home`` · ``not_proposer`` · ``wrong_number`` (not the one after
its base) · ``wrong_audience`` · ``unpinned_amendment`` (taken in, but not named by its event) · ``malformed_changes`` ·
``does_not_apply`` · ``digest_mismatch`` · ``wrong_numbers`` · ``bad_block_id`` · ``empty`` · ``own_language`` ·
``no_such_block`` · ``quote_mismatch`` · ``changes_nothing`` (title, text and numbers are those of its base).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from internationale.events.envelope import PUBLIC
from internationale.events.refs import Ref
from internationale.events.types import Authority, Event
from internationale.kit.documents import TITLE
from internationale.rooms.documents.events import (
    AmendmentDecided,
    AmendmentProposed,
    AmendmentWithdrawn,
    OfferedUnit,
    Opened,
    Revised,
    TranslationOffered,
)
from internationale.rooms.documents.rules.ids import section_of
from internationale.rooms.documents.rules.state import Void, base, carried, changed, standing, state
from internationale.text.blocks import source_hash


def _verdict(judge: Callable[[Event[Any]], None]) -> Authority:
    """A judge that raises ``Void`` as the ledger asks for it: None, or the reason."""

    def authority(event: Event[Any]) -> str | None:
        try:
            judge(event)
        except Void as void:
            return void.reason
        return None

    return authority


@_verdict
def opened(event: Event[Opened]) -> None:
    """Any section, under an id of its own."""
    _own_id(event, event.payload.document)
    state(event)


@_verdict
def revised(event: Event[Revised]) -> None:
    """The home section, on its own previous revision."""
    before = base(event)
    if before.envelope.section != event.envelope.section:
        raise Void("not_home")
    previous = before.payload.number if isinstance(before.payload, Revised) else 1
    if event.payload.number != previous + 1:
        raise Void("wrong_number")
    if event.envelope.audience != before.envelope.audience:
        raise Void("wrong_audience")
    _pinned(event)
    if (said := state(event)) == replace(standing(before), number=said.number):
        raise Void("changes_nothing")


@_verdict
def amendment_proposed(event: Event[AmendmentProposed]) -> None:
    """Any section, on a revision that its operations fit."""
    _own_id(event, event.payload.amendment)
    before = base(event)
    if event.envelope.audience == PUBLIC != before.envelope.audience:
        raise Void("wrong_audience")
    _same_readers(event, before)
    changed(event, standing(before).blocks)
    if not carried(event).operations and not event.payload.hint.strip():
        raise Void("empty")


@_verdict
def amendment_withdrawn(event: Event[AmendmentWithdrawn]) -> None:
    """The section that proposed it."""
    proposed = _amendment(event)
    if proposed.envelope.section != event.envelope.section:
        raise Void("not_proposer")
    _same_readers(event, proposed)


@_verdict
def amendment_decided(event: Event[AmendmentDecided]) -> None:
    """The document's home section."""
    proposed = _amendment(event)
    if section_of(event.payload.document) != event.envelope.section:
        raise Void("not_home")
    _same_readers(event, proposed)


@_verdict
def translation_offered(event: Event[TranslationOffered]) -> None:
    """Any section, from what the revision really says."""
    before = standing(base(event))
    if event.envelope.audience != before.audience:
        raise Void("wrong_audience")
    if event.payload.language == before.language:
        raise Void("own_language")
    if not event.payload.units:
        raise Void("empty")
    sources = {TITLE: before.title} | {block.id: block.source for block in before.blocks}
    for unit in event.payload.units:
        _quotes(unit, sources)


def _quotes(unit: OfferedUnit, sources: dict[str, str]) -> None:
    if unit.block not in sources:
        raise Void("no_such_block")
    if unit.quote != sources[unit.block] or unit.source_hash != source_hash(unit.quote):
        raise Void("quote_mismatch")


def _same_readers(event: Event[Any], before: Event[Any]) -> None:
    """What is said about a sealed text is sealed for the same sections."""
    if event.envelope.readers != before.envelope.readers:
        raise Void("wrong_audience")


def _own_id(event: Event[Any], id: str) -> None:
    if section_of(id) != event.envelope.section:
        raise Void("foreign_id")


def _amendment(event: Event[AmendmentWithdrawn | AmendmentDecided]) -> Event[AmendmentProposed]:
    first: Event[Any] | None = next(iter(event.causes), None)
    if first is None or not isinstance(first.payload, AmendmentProposed):
        raise Void("wrong_cause")
    if (first.payload.document, first.payload.amendment) != (event.payload.document, event.payload.amendment):
        raise Void("wrong_cause")
    return first


def _pinned(event: Event[Revised]) -> None:
    """Each amendment that is taken in is named by its event, which is the proposing section's; or, in version 1, is a cause."""
    said = event.payload
    if said.taken:
        named = [section_of(id) for id in said.amendments]
        if len(set(said.amendments)) != len(named) or named != [Ref.parse(ref).section for ref in said.taken]:
            raise Void("unpinned_amendment")
    elif not {cause.payload.amendment for cause in _amendments(event)}.issuperset(said.amendments):
        raise Void("unpinned_amendment")


def taken_in(event: Event[Any], said: Revised) -> list[str]:
    """The events of the amendments that an applied revision takes in, in its order: each the first of that id that it pins."""
    if said.taken:
        return [Ref.parse(ref).event_id for ref in said.taken]
    events: dict[str, str] = {}
    for cause in _amendments(event) if said.amendments else ():
        events.setdefault(cause.payload.amendment, cause.envelope.id)
    return [events[id] for id in said.amendments]


def _amendments(event: Event[Revised]) -> Iterator[Event[AmendmentProposed]]:
    """Those among the causes. They may be void, so that nothing of them was checked: an id is its own section's here, too."""
    for cause in event.causes:
        said: Event[Any] = cause
        its = isinstance(said.payload, AmendmentProposed) and said.payload.document == event.payload.document
        if its and section_of(said.payload.amendment) == said.envelope.section:
            yield said
