"""The titles of documents in the reader's language, for lists."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import Select, bindparam
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from internationale.events.refs import Ref
from internationale.kit.audiences import key
from internationale.kit.documents import TITLE, Title, UnitState
from internationale.kit.ports import Section
from internationale.kit.prepared import Prepared
from internationale.rooms.documents.queries.documents import unknown
from internationale.rooms.documents.queries.translations import OFFERS, Offer, nearest_first, rendered, title_block
from internationale.rooms.documents.rows.shared import Document, Revision, Translation

_ID = col(Document.id)
_TITLES: Select[*tuple[Any, ...]] = core_select(_ID, col(Document.title), col(Document.language), col(Document.audience))
_TITLE = Prepared(_TITLES.where(bindparam("id") == _ID))
_PINNED: Select[*tuple[Any, ...]] = core_select(
    *(col(getattr(Revision, name)) for name in ("event", "document", "title", "language", "audience", "ref"))
)
_ONE_PINNED = Prepared(_PINNED.where(col(Revision.event) == bindparam("event")))
_HEADINGS = OFFERS.add_columns(col(Translation.audience)).where(col(Translation.block) == TITLE)
_OFFERS_OF_TITLE = Prepared(_HEADINGS.where(col(Translation.document) == bindparam("document")))
Offers = Mapping[tuple[str, str], Sequence[Offer]]
"""By document and the key of its audience."""


def titles(section: Section, session: Session, documents: Iterable[str], language: str) -> Mapping[str, Title]:
    """The latest titles of some documents in a language; raises ``NotFound``."""
    wanted = set(documents)
    originals = _originals(session, wanted)
    found = {id: title for id, (title, _audience) in originals.items()}
    if len(found) < len(wanted):
        raise unknown()
    foreign = [id for id, title in found.items() if title.language != language]
    if not foreign:
        return found
    offers, nearest = _title_offers(session, foreign, language), nearest_first(section, session, language)
    for id in foreign:
        unit = rendered(title_block(found[id].text), offers.get((id, key(originals[id][1])), ()), nearest)
        if unit.text is not None:
            found[id] = Title(unit.text, language, unit.by)
    return found


def titles_pinned(section: Section, session: Session, refs: Iterable[Ref], language: str) -> Mapping[Ref, Title]:
    """The titles that these very revisions have, in a language where these very titles are translated; raises ``NotFound``."""
    wanted = {ref.event_id: ref for ref in refs}
    known = [row for row in _pinned(session, wanted.keys()) if row[-1] == str(wanted[row[0]])]
    if len(known) < len(wanted):
        raise unknown()
    foreign = sorted({document for _event, document, _title, original, _audience, _ref in known if original != language})
    offers, nearest = _title_offers(session, foreign, language), nearest_first(section, session, language)
    found = {}
    for event, document, title, original, audience, _ref in known:
        unit = rendered(title_block(title), offers.get((document, key(audience)), ()), nearest)
        translated = original != language and unit.text is not None and unit.state is UnitState.CURRENT
        found[wanted[event]] = Title(unit.text or "", language, unit.by) if translated else Title(title, original)
    return found


def _originals(session: Session, wanted: Set[str]) -> dict[str, tuple[Title, str]]:
    """The titles in the documents' own languages, with the audience of each. Most ask for one, which is asked for more cheaply
    than several.
    """
    connection = session.connection()
    if len(wanted) > 1:
        rows: Iterable[Sequence[Any]] = connection.execute(_TITLES.where(_ID.in_(wanted)))
    else:
        rows = [row for id in wanted for row in _TITLE.all(connection, {"id": id})]
    return {id: (Title(title, original), audience) for id, title, original, audience in rows}


def _pinned(session: Session, events: Set[str]) -> Iterable[Sequence[Any]]:
    """What these revisions are called; of one, as an action or a statement asks, again more cheaply."""
    connection = session.connection()
    if len(events) > 1:
        return connection.execute(_PINNED.where(col(Revision.event).in_(events)))
    return [row for event in events for row in _ONE_PINNED.all(connection, {"event": event})]


def _title_offers(session: Session, documents: Sequence[str], language: str) -> Offers:
    """What was offered for the titles of some documents in a language; of one again more cheaply."""
    connection = session.connection()
    if len(documents) > 1:
        chosen = _HEADINGS.where(col(Translation.document).in_(documents))
        rows: Iterable[Sequence[Any]] = connection.execute(chosen, {"language": language})
    else:
        rows = [row for id in documents for row in _OFFERS_OF_TITLE.all(connection, {"document": id, "language": language})]
    offers: dict[tuple[str, str], list[Offer]] = {}
    for *said, audience in rows:
        offer = Offer._make(said)
        offers.setdefault((offer.document, audience), []).append(offer)
    return offers
