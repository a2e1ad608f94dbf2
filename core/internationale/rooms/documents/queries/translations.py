"""Translations and their states, derived from hashes each time."""

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session, col, select

from internationale.kit.documents import TITLE, Block, Progress, Reading, Rendering, Summary, Unit, UnitState
from internationale.rooms.documents.queries.values import Text
from internationale.rooms.documents.rows.shared import Document, Translation
from internationale.text.blocks import OTHER, RULE, source_hash


def sources(text: Text) -> tuple[Block, ...]:
    """The units of a revision in its own language: the title, then every block."""
    title = text.revision.title
    first = Block(id=TITLE, kind="title", level=0, source=title, number="", hash=source_hash(title))
    rest = (
        Block(id=block.id, kind=block.kind, level=block.level, source=block.source, number=number, hash=block.hash)
        for block, number in zip(text.blocks, text.numbers, strict=True)
    )
    return (first, *rest)


def has_words(block: Block) -> bool:
    """Whether there is something to translate: a rule between paragraphs or a link's address is the same in every language."""
    return block.kind not in (RULE, OTHER) and any(letter.isalnum() for letter in block.source)


def reading(session: Session, document: Summary, text: Text, language: str, own: str) -> Reading:
    """A revision in one language; ``own``: the section whose offers are preferred."""
    blocks = sources(text)
    if language == document.language:
        return Reading(document, language, tuple(_same(block) for block in blocks))
    offers = _offers(session, document.id, language)
    return Reading(document, language, tuple(_unit(block, offers.get(block.id, ()), own) for block in blocks))


def progress(session: Session, text: Text, languages: Iterable[str]) -> list[Progress]:
    """How far a revision is in each of the languages, in their order. Blocks without words do not count."""
    blocks = [block for block in sources(text) if has_words(block)]
    made: dict[str, dict[str, set[str]]] = {}
    chosen = select(Translation.language, Translation.block, Translation.source_hash).where(
        col(Translation.document) == text.revision.document
    )
    for language, block, hash_ in session.exec(chosen):
        made.setdefault(language, {}).setdefault(block, set()).add(hash_)
    return [_progress(language, blocks, made.get(language, {})) for language in languages]


def languages_offered(session: Session, document: str) -> set[str]:
    """The languages in which anything was offered for a document."""
    return set(session.exec(select(Translation.language).where(col(Translation.document) == document).distinct()))


def renderings(session: Session, source: str, target: str) -> list[Rendering]:
    """All offers between two languages, in the order of document, block and section."""
    columns = select(Translation.quote, Translation.text, Translation.section)
    chosen = columns.join(Document, col(Document.id) == col(Translation.document)).where(
        col(Document.language) == source, col(Translation.language) == target
    )
    order = (col(Translation.document), col(Translation.block), col(Translation.section), col(Translation.source_hash))
    return [Rendering(quote, text, section) for quote, text, section in session.exec(chosen.order_by(*order))]


def _progress(language: str, blocks: Sequence[Block], made: Mapping[str, set[str]]) -> Progress:
    current = sum(block.hash in made.get(block.id, ()) for block in blocks)
    known = sum(block.id in made for block in blocks)
    return Progress(language=language, current=current, outdated=known - current, missing=len(blocks) - known)


def _offers(session: Session, document: str, language: str) -> dict[str, list[Translation]]:
    chosen = select(Translation).where(col(Translation.document) == document, col(Translation.language) == language)
    offers: dict[str, list[Translation]] = {}
    for row in session.exec(chosen):
        offers.setdefault(row.block, []).append(row)
    return offers


def _same(block: Block) -> Unit:
    return Unit(block=block, state=UnitState.CURRENT, text=block.source)


def _unit(block: Block, offers: Sequence[Translation], own: str) -> Unit:
    if not has_words(block):
        return _same(block)
    if not offers:
        return Unit(block=block, state=UnitState.MISSING)
    best = min(offers, key=lambda row: _rank(row, block.hash, own))
    if best.source_hash == block.hash:
        return Unit(block=block, state=UnitState.CURRENT, text=best.text, by=best.section)
    return Unit(block=block, state=UnitState.OUTDATED, text=best.text, made_from=best.quote, by=best.section)


def _rank(row: Translation, hash_: str, own: str) -> tuple[bool, bool, str, int, int]:
    """Current before outdated, then our own section's, then by section code; of one section the latest in its log."""
    return row.source_hash != hash_, row.section != own, row.section, -row.epoch, -row.sequence
