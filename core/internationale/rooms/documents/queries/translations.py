"""Translations and their states, derived from hashes each time."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, func, tuple_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from internationale.kit.audiences import key
from internationale.kit.documents import TITLE, Block, Progress, Reading, Rendering, Summary, Unit, UnitState
from internationale.kit.ports import Section
from internationale.kit.prepared import Prepared
from internationale.rooms.documents.events import TranslationOffered
from internationale.rooms.documents.queries.values import Text
from internationale.rooms.documents.rows import contents
from internationale.rooms.documents.rows.shared import Document, Translation
from internationale.rooms.documents.rules.ids import section_of
from internationale.text.blocks import OTHER, RULE, source_hash
from internationale.text.blocks import Block as TextBlock

INTO = 20
"""Into how many languages one section can put a document so that they are shown, beyond those of the sections."""


class Offer(NamedTuple):
    """What ranks and shows a translation."""

    document: str
    block: str
    section: str
    source_hash: str
    quote: str
    text: str
    epoch: int
    sequence: int


Nearest = Callable[[Offer], int]
"""How near to the reader, and to the text, the section stands whose offer it is; the nearest's is shown."""
OFFERS = core_select(*(col(getattr(Translation, name)) for name in Offer._fields)).where(
    col(Translation.language) == bindparam("language")
)
_OF_TEXT = col(Translation.document) == bindparam("document"), col(Translation.audience) == bindparam("audience")
_OFFERS_OF_TEXT = Prepared(OFFERS.where(*_OF_TEXT))


def offered(session: Session, said: TranslationOffered, section: str) -> Sequence[datetime]:
    """When a section has offered what would be replaced by this offer of its own, unit by unit."""
    units = tuple_(col(Translation.block), col(Translation.source_hash)).in_(
        [(each.block, each.source_hash) for each in said.units]
    )
    its = col(Translation.section) == section, col(Translation.language) == said.language
    return session.exec(select(Translation.time).where(col(Translation.document) == said.document, *its, units)).all()


def sources(text: Text) -> tuple[Block, ...]:
    """The units of a revision in its own language: the title, then every block."""
    return _sources(text.revision.title, text.blocks, text.numbers)


def _sources(title: str, blocks: Iterable[TextBlock], numbers: Iterable[str]) -> tuple[Block, ...]:
    rest = (
        Block(id=block.id, kind=block.kind, level=block.level, source=block.source, number=number, hash=block.hash)
        for block, number in zip(blocks, numbers, strict=True)
    )
    return (title_block(title), *rest)


def title_block(source: str) -> Block:
    return Block(id=TITLE, kind="title", level=0, source=source, number="", hash=source_hash(source))


def has_words(block: Block) -> bool:
    """Whether there is something to translate: a rule between paragraphs or a link's address is the same in every language."""
    return block.kind not in (RULE, OTHER) and any(letter.isalnum() for letter in block.source)


def reading(section: Section, session: Session, document: Summary, text: Text, language: str) -> Reading:
    """A revision in one language, as this section shows it."""
    blocks = sources(text)
    if language == document.language:
        units = tuple(_same(block) for block in blocks)
    else:
        offers, nearest = _offers(session, text, language), nearest_first(section, session, language)
        units = tuple(rendered(block, offers.get(block.id, ()), nearest) for block in blocks)
    return Reading(document, language, units, text.revision.number, text.revision.ref)


def progress(session: Session, text: Text, languages: Iterable[str]) -> list[Progress]:
    """How far a revision is in each of the languages, in their order. Blocks without words do not count."""
    place = text.revision.document, key(text.revision.audience)
    made = _made(session, [text.revision.document])
    return _progress(sources(text), languages, made.get(place, {}))


def progress_of(session: Session, documents: Sequence[str], languages: Sequence[str]) -> dict[str, list[Progress]]:
    """How far the latest revisions of some documents are in each of these languages but their own."""
    if not documents:
        return {}
    columns = core_select(*(col(getattr(Document, name)) for name in ("id", "language", "title", "event", "audience")))
    made, found = _made(session, documents), {}
    latest = session.connection().execute(columns.where(col(Document.id).in_(documents))).all()
    texts = contents.texts(session, (event for _id, _own, _title, event, _audience in latest))
    for id, own, title, event, audience in latest:
        into = (language for language in languages if language != own)
        found[id] = _progress(_sources(title, *texts[event]), into, made.get((id, key(audience)), {}))
    return found


def languages_offered(session: Session, document: str, audience: str) -> set[str]:
    """The languages into which sections have put a document that is for this audience: of each section those into which it put
    most, so that none can bury the others' under languages that nobody speaks.
    """
    many = func.count()
    chosen = select(Translation.section, Translation.language)
    chosen = chosen.where(col(Translation.document) == document, col(Translation.audience) == key(audience))
    chosen = chosen.group_by(col(Translation.section), col(Translation.language)).order_by(many.desc(), col(Translation.language))
    found: dict[str, set[str]] = {}
    for section, language in session.exec(chosen):
        mine = found.setdefault(section, set())
        if len(mine) < INTO:
            mine.add(language)
    return set().union(*found.values())


def renderings(session: Session, documents: Mapping[str, str], target: str) -> list[Rendering]:
    """All offers of these documents (the audience of each) in a language, in the order of document, block and section."""
    columns = core_select(*(col(getattr(Translation, name)) for name in ("document", "audience", "quote", "text", "section")))
    order = (col(Translation.document), col(Translation.block), col(Translation.section), col(Translation.source_hash))
    rows = session.connection().execute(columns.where(col(Translation.language) == target).order_by(*order))
    wanted = {document: key(audience) for document, audience in documents.items()}
    return [Rendering(*said) for document, audience, *said in rows if wanted.get(document) == audience]


Made = Mapping[str, Mapping[str, Set[str]]]
"""By language and block: the hashes of what was translated."""


def _made(session: Session, documents: Sequence[str]) -> Mapping[tuple[str, str], Made]:
    """What was translated, by document and the key of its audience."""
    names = ("document", "audience", "language", "block", "source_hash")
    chosen = core_select(*(col(getattr(Translation, name)) for name in names)).where(col(Translation.document).in_(documents))
    made: dict[tuple[str, str], dict[str, dict[str, set[str]]]] = {}
    for document, audience, language, block, hash_ in session.connection().execute(chosen):
        made.setdefault((document, audience), {}).setdefault(language, {}).setdefault(block, set()).add(hash_)
    return made


def _progress(units: Iterable[Block], languages: Iterable[str], made: Made) -> list[Progress]:
    blocks = [block for block in units if has_words(block)]
    return [_in_one(language, blocks, made.get(language, {})) for language in languages]


def _in_one(language: str, blocks: Sequence[Block], made: Mapping[str, Set[str]]) -> Progress:
    current = sum(block.hash in made.get(block.id, ()) for block in blocks)
    known = sum(block.id in made for block in blocks)
    return Progress(language=language, current=current, outdated=known - current, missing=len(blocks) - known)


def _offers(session: Session, text: Text, language: str) -> dict[str, list[Offer]]:
    offers: dict[str, list[Offer]] = {}
    place = {"document": text.revision.document, "audience": key(text.revision.audience)}
    for row in _OFFERS_OF_TEXT.all(session.connection(), {**place, "language": language}):
        offer = Offer._make(row)
        offers.setdefault(offer.block, []).append(offer)
    return offers


def _same(block: Block) -> Unit:
    return Unit(block=block, state=UnitState.CURRENT, text=block.source)


def rendered(block: Block, offers: Sequence[Offer], nearest: Nearest) -> Unit:
    if not has_words(block):
        return _same(block)
    if not offers:
        return Unit(block=block, state=UnitState.MISSING)
    best = min(offers, key=lambda row: _rank(row, block.hash, nearest)) if len(offers) > 1 else offers[0]
    if best.source_hash == block.hash:
        return Unit(block=block, state=UnitState.CURRENT, text=best.text, by=best.section)
    return Unit(block=block, state=UnitState.OUTDATED, text=best.text, made_from=best.quote, by=best.section)


def nearest_first(section: Section, session: Session, language: str) -> Nearest:
    """Our own section, then the one whose text it is, then those that work in this language, then the others.

    By what it is called alone, a section could put its words into the mouths of all.
    """

    @cache
    def speaking() -> Set[str]:
        """Asked for only where strangers' words compete."""
        cards = section.sections(session)
        return {card.code for card in cards if language in card.languages and card.status == "member"}

    def place(offer: Offer) -> int:
        if offer.section == section.code:
            return 0
        if offer.section == section_of(offer.document):
            return 1
        return 2 if offer.section in speaking() else 3

    return place


def _rank(row: Offer, hash_: str, nearest: Nearest) -> tuple[bool, int, str, int, int]:
    """Current before outdated, then the nearest section's, then by section code; of one section the latest in its log."""
    return row.source_hash != hash_, nearest(row), row.section, -row.epoch, -row.sequence
