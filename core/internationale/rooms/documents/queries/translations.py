"""Translations and their states, derived from hashes each time."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from internationale.kit.documents import TITLE, Block, Progress, Reading, Rendering, Summary, Title, Unit, UnitState
from internationale.kit.prepared import Prepared
from internationale.rooms.documents.queries.documents import decoded, unknown
from internationale.rooms.documents.queries.values import Text
from internationale.rooms.documents.rows.shared import Content, Document, Translation
from internationale.text.blocks import OTHER, RULE, source_hash
from internationale.text.blocks import Block as TextBlock

_ID = col(Document.id)
_TITLES: Select[*tuple[Any, ...]] = core_select(_ID, col(Document.title), col(Document.language))
_TITLE = Prepared(_TITLES.where(bindparam("id") == _ID))
INTO = 20
"""Into how many languages one section can put a document so that they are shown, beyond those of the sections."""


class _Offer(NamedTuple):
    """What ranks and shows a translation."""

    document: str
    block: str
    section: str
    source_hash: str
    quote: str
    text: str
    epoch: int
    sequence: int


_OFFERS = core_select(*(col(getattr(Translation, name)) for name in _Offer._fields)).where(
    col(Translation.language) == bindparam("language")
)
_OFFERS_OF_TEXT = Prepared(_OFFERS.where(col(Translation.document) == bindparam("document")))
_OFFERS_OF_TITLE = Prepared(_OFFERS.where(col(Translation.document) == bindparam("document"), col(Translation.block) == TITLE))


def sources(text: Text) -> tuple[Block, ...]:
    """The units of a revision in its own language: the title, then every block."""
    return _sources(text.revision.title, text.blocks, text.numbers)


def _sources(title: str, blocks: Iterable[TextBlock], numbers: Iterable[str]) -> tuple[Block, ...]:
    rest = (
        Block(id=block.id, kind=block.kind, level=block.level, source=block.source, number=number, hash=block.hash)
        for block, number in zip(blocks, numbers, strict=True)
    )
    return (_title(title), *rest)


def _title(source: str) -> Block:
    return Block(id=TITLE, kind="title", level=0, source=source, number="", hash=source_hash(source))


def has_words(block: Block) -> bool:
    """Whether there is something to translate: a rule between paragraphs or a link's address is the same in every language."""
    return block.kind not in (RULE, OTHER) and any(letter.isalnum() for letter in block.source)


def reading(session: Session, document: Summary, text: Text, language: str, own: str) -> Reading:
    """A revision in one language; ``own``: the section whose offers are preferred."""
    blocks = sources(text)
    if language == document.language:
        units = tuple(_same(block) for block in blocks)
    else:
        offers = _offers(session, document.id, language)
        units = tuple(_unit(block, offers.get(block.id, ()), own) for block in blocks)
    return Reading(document, language, units, text.revision.number, text.revision.ref)


def titles(session: Session, documents: Iterable[str], language: str, own: str) -> Mapping[str, Title]:
    """The latest titles of some documents in a language; raises ``NotFound``."""
    wanted = set(documents)
    found = _originals(session, wanted)
    if len(found) < len(wanted):
        raise unknown()
    foreign = [id for id, title in found.items() if title.language != language]
    if not foreign:
        return found
    offers: dict[str, list[_Offer]] = {}
    for offer in _title_offers(session, foreign, language):
        offers.setdefault(offer.document, []).append(offer)
    for id in foreign:
        if (text := _unit(_title(found[id].text), offers.get(id, ()), own).text) is not None:
            found[id] = Title(text, language)
    return found


def _originals(session: Session, wanted: Set[str]) -> dict[str, Title]:
    """The titles in the documents' own languages. Most ask for one, which is asked for more cheaply than several."""
    connection = session.connection()
    if len(wanted) > 1:
        rows: Iterable[Sequence[Any]] = connection.execute(_TITLES.where(_ID.in_(wanted)))
    else:
        rows = [row for id in wanted for row in _TITLE.all(connection, {"id": id})]
    return {id: Title(title, original) for id, title, original in rows}


def _title_offers(session: Session, documents: Sequence[str], language: str) -> list["_Offer"]:
    """What was offered for the titles of some documents in a language; of one again more cheaply."""
    connection = session.connection()
    if len(documents) > 1:
        chosen = _OFFERS.where(col(Translation.block) == TITLE, col(Translation.document).in_(documents))
        rows: Iterable[Sequence[Any]] = connection.execute(chosen, {"language": language})
    else:
        rows = [row for id in documents for row in _OFFERS_OF_TITLE.all(connection, {"document": id, "language": language})]
    return [*map(_Offer._make, rows)]


def progress(session: Session, text: Text, languages: Iterable[str]) -> list[Progress]:
    """How far a revision is in each of the languages, in their order. Blocks without words do not count."""
    made = _made(session, [text.revision.document])
    return _progress(sources(text), languages, made.get(text.revision.document, {}))


def progress_of(session: Session, documents: Sequence[str], languages: Sequence[str]) -> dict[str, list[Progress]]:
    """How far the latest revisions of some documents are in each of these languages but their own."""
    if not documents:
        return {}
    columns = select(Document.id, Document.language, Document.title, Content.blocks)
    texts = columns.join(Content, col(Content.event) == col(Document.event)).where(col(Document.id).in_(documents))
    made, found = _made(session, documents), {}
    for id, own, title, content in session.exec(texts):
        into = (language for language in languages if language != own)
        found[id] = _progress(_sources(title, *decoded(content)), into, made.get(id, {}))
    return found


def languages_offered(session: Session, document: str) -> set[str]:
    """The languages into which sections have put a document: of each section those into which it put most, so that none can
    bury the others' under languages that nobody speaks.
    """
    many = func.count()
    chosen = select(Translation.section, Translation.language).where(col(Translation.document) == document)
    chosen = chosen.group_by(col(Translation.section), col(Translation.language)).order_by(many.desc(), col(Translation.language))
    found: dict[str, set[str]] = {}
    for section, language in session.exec(chosen):
        mine = found.setdefault(section, set())
        if len(mine) < INTO:
            mine.add(language)
    return set().union(*found.values())


def renderings(session: Session, source: str, target: str) -> list[Rendering]:
    """All offers between two languages, in the order of document, block and section."""
    columns = select(Translation.quote, Translation.text, Translation.section)
    chosen = columns.join(Document, col(Document.id) == col(Translation.document)).where(
        col(Document.language) == source, col(Translation.language) == target
    )
    order = (col(Translation.document), col(Translation.block), col(Translation.section), col(Translation.source_hash))
    return [Rendering(quote, text, section) for quote, text, section in session.exec(chosen.order_by(*order))]


Made = Mapping[str, Mapping[str, Set[str]]]
"""By language and block: the hashes of what was translated."""


def _made(session: Session, documents: Sequence[str]) -> Mapping[str, Made]:
    """What was translated, by document."""
    columns = select(Translation.document, Translation.language, Translation.block, Translation.source_hash)
    made: dict[str, dict[str, dict[str, set[str]]]] = {}
    for document, language, block, hash_ in session.exec(columns.where(col(Translation.document).in_(documents))):
        made.setdefault(document, {}).setdefault(language, {}).setdefault(block, set()).add(hash_)
    return made


def _progress(units: Iterable[Block], languages: Iterable[str], made: Made) -> list[Progress]:
    blocks = [block for block in units if has_words(block)]
    return [_in_one(language, blocks, made.get(language, {})) for language in languages]


def _in_one(language: str, blocks: Sequence[Block], made: Mapping[str, Set[str]]) -> Progress:
    current = sum(block.hash in made.get(block.id, ()) for block in blocks)
    known = sum(block.id in made for block in blocks)
    return Progress(language=language, current=current, outdated=known - current, missing=len(blocks) - known)


def _offers(session: Session, document: str, language: str) -> dict[str, list[_Offer]]:
    offers: dict[str, list[_Offer]] = {}
    for row in _OFFERS_OF_TEXT.all(session.connection(), {"document": document, "language": language}):
        offer = _Offer._make(row)
        offers.setdefault(offer.block, []).append(offer)
    return offers


def _same(block: Block) -> Unit:
    return Unit(block=block, state=UnitState.CURRENT, text=block.source)


def _unit(block: Block, offers: Sequence[_Offer], own: str) -> Unit:
    if not has_words(block):
        return _same(block)
    if not offers:
        return Unit(block=block, state=UnitState.MISSING)
    best = min(offers, key=lambda row: _rank(row, block.hash, own))
    if best.source_hash == block.hash:
        return Unit(block=block, state=UnitState.CURRENT, text=best.text, by=best.section)
    return Unit(block=block, state=UnitState.OUTDATED, text=best.text, made_from=best.quote, by=best.section)


def _rank(row: _Offer, hash_: str, own: str) -> tuple[bool, bool, str, int, int]:
    """Current before outdated, then our own section's, then by section code; of one section the latest in its log."""
    return row.source_hash != hash_, row.section != own, row.section, -row.epoch, -row.sequence
