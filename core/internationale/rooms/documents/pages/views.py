"""What the templates are given: each paragraph with what stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlmodel import Session

from internationale import i18n
from internationale.kit.documents import TITLE, Progress, Reading, Summary, Unit
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader
from internationale.rooms.documents.port.access import READ
from internationale.rooms.documents.queries import amendments, documents, private, translations
from internationale.rooms.documents.queries.values import AmendmentCard, Beside, MotionCard, Text
from internationale.text import render
from internationale.text.blocks import HEADING, OTHER
from internationale.text.costing import is_too_much


@dataclass(frozen=True)
class Paragraph:
    """One block as it is read. ``language``: of the words shown, which are the original's while a translation is missing.

    ``falls_back``: the first of several in the original's language, where that is said once for all of them.
    """

    unit: Unit
    html: Markup
    language: str
    falls_back: bool
    beside: Beside


@dataclass(frozen=True)
class Choice:
    """A language in which the text can be read. ``progress`` is None for the original."""

    language: str
    progress: Progress | None


def paragraphs(document: Reading, beside: Mapping[str, Beside]) -> list[Paragraph]:
    """The blocks of a text (without its title), rendered; as they were written when there is too much in them."""
    sources = [unit.block.source for unit in document.units]
    plain = any(map(is_too_much, (sources, [unit.text or "" for unit in document.units])))
    references = "" if plain else "\n".join(unit.block.source for unit in document.units if unit.block.kind == OTHER)
    levels = () if plain else render.levels(unit.block.source for unit in document.units if unit.block.kind == HEADING)
    allowance = render.Allowance(sum(len(unit.text or unit.block.source) for unit in document.units))
    shown = [unit for unit in document.units if unit.block.id != TITLE and unit.block.kind != OTHER]
    return [
        Paragraph(
            unit=unit,
            html=Markup(render.block(unit.text or unit.block.source, references, levels, plain=plain, allowance=allowance)),  # noqa: S704  # cleaned
            language=document.document.language if unit.text is None else document.language,
            falls_back=unit.text is None and (before is None or before.text is not None),
            beside=beside.get(unit.block.id, Beside()),
        )
        for before, unit in zip([None, *shown], shown, strict=False)
    ]


def besides(session: Session, section: Section, document: str, reader: Reader) -> dict[str, Beside]:
    """What stands beside each paragraph, for readers of the section; nothing for passers-by."""
    if not section.may(reader, READ, document):
        return {}
    done = documents.taken_in(session, document)
    cards = amendments.of_document(session, document)
    open_ones = (card for card in cards if card.state in ("open", "accepted") and card.ref.event_id not in done)
    by_block: dict[str, list[AmendmentCard]] = {}
    for card in open_ones:
        for block in card.blocks or (TITLE,):
            by_block.setdefault(block, []).append(card)
    comments = private.counts(session, document)
    proposals = _by_block(private.motions(session, document, reader))
    return {
        block: Beside(tuple(by_block.get(block, ())), comments.get(block, 0), proposals.get(block, 0))
        for block in {*by_block, *comments, *proposals}
    }


def choices(session: Session, section: Section, document: Summary, text: Text) -> list[Choice]:
    """The languages in which the text can be read, the original first."""
    own = document.language
    others = {*section.federation_languages(session), *section.languages}
    others |= translations.languages_offered(session, document.id, text.revision.audience)
    return [
        Choice(own, None),
        *(Choice(progress.language, progress) for progress in translations.progress(session, text, sorted(others - {own}))),
    ]


def chosen(wanted: str, offered: Sequence[Choice]) -> str:
    """The language to read in: the wanted one, else the page's own when there is something in it, else the original's."""
    known = {choice.language: choice for choice in offered}
    if wanted in known:
        return wanted
    own = known.get(i18n.speaking.get())
    if own is not None and (own.progress is None or own.progress.current or own.progress.outdated):
        return own.language
    return offered[0].language


def _by_block(motions: Sequence[MotionCard]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for motion in motions:
        if motion.state == "open":
            counts[motion.block] = counts.get(motion.block, 0) + 1
    return counts
