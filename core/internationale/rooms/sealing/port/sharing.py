"""Who can read a sealed document, and letting one more section read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session as Database

from internationale.events.refs import Ref
from internationale.events.sealed import INLINE, Reshared
from internationale.kit import (
    Conflict,
    NotFound,
    Panel,
    Reader,
    Refused,
    Section,
    SectionCard,
    Utterance,
    audiences,
    documents,
    marker,
)
from internationale.rooms.documents.queries import documents as texts
from internationale.rooms.sealing import queries
from internationale.rooms.sealing.queries import SharedAgain
from internationale.rooms.sealing.rules import RESHARE

_ = marker("core")
_ALL_SHOWN = _("This section was shown everything already.")

BUNDLE = 8 * 1024 * 1024
"""About how many bytes of originals go into one event."""
MOST = 100
"""The most originals in one event."""
LONG = INLINE // 2
"""What is longer, in bytes, is shown in an event of its own: its section may take it back, and then only that goes."""


@dataclass(frozen=True)
class Readership:
    """``readers``: for whom it is sealed; ``again``: who was let in later; ``others``: to whom it could be shown (again)."""

    document: documents.Summary
    readers: tuple[str, ...]
    again: tuple[SharedAgain, ...]
    others: tuple[SectionCard, ...]


def readership(section: Section, session: Database, id: str, by: Reader) -> Readership:
    """Raises ``NotFound``, ``Refused``, and ``Conflict`` when it is not sealed."""
    section.require(by, "documents.read", id)
    document = section.documents.get(session, id)
    readers = audiences.readers(document.audience)
    if not readers:
        raise Conflict(_("This is not sealed: all sections can read it."))
    others = tuple(card for card in section.sections(session) if card.sealable and card.code != section.code)
    return Readership(document, readers, queries.shared_again(session, id, readers), others)


def share(section: Any, session: Database, id: str, *, with_: str, by: Reader) -> int:
    """Show a sealed document, with all that was said about it up to now, to one more section; or again to one of those for whom
    it is, because its key was lost. Returns how many events.

    Those for whom it is sealed are told as well. Raises ``Refused``, ``Invalid``, ``Conflict``.
    """
    section.require(by, RESHARE, id)
    known = readership(section, session, id, by)
    if known.document.home != section.code:
        raise Refused(_("Only the section that opened a document lets another section read it."))
    audiences.check(with_, section.code, section.sections(session))
    lost = with_ in known.readers  # its key was lost: it gets everything again, for the key that the roster has now
    shown = frozenset() if lost else queries.already_shown(session, id, with_, by=section.code)
    originals = [(ref, plain) for ref, plain in thread(section, session, id) if str(ref) not in shown]
    if not originals:
        raise Conflict(_ALL_SHOWN, place="code")
    audience = " ".join(sorted({*known.readers, with_}))
    section.publish(session, *utterances(id, originals, audience, by), by=by)
    return len(originals)


def thread(section: Any, session: Database, id: str) -> Iterator[tuple[Ref, bytes]]:
    """A document and all that was said about it; nothing when it is gone."""
    try:
        first = texts.revision(session, id, 1).ref
    except NotFound:
        return
    yield from section.ledger.thread(session, first)


def utterances(subject: str, originals: Sequence[tuple[Ref, bytes]], audience: str, by: Reader) -> Iterator[Utterance]:
    """What shows these originals; each long one is shown by itself."""
    bundle: list[tuple[Ref, bytes]] = []
    size = 0
    for original in originals:
        if len(original[1]) > LONG:
            yield _utterance(subject, [original], audience, by)
            continue
        if bundle and (size + len(original[1]) > BUNDLE or len(bundle) == MOST):
            yield _utterance(subject, bundle, audience, by)
            bundle, size = [], 0
        bundle.append(original)
        size += len(original[1])
    if bundle:
        yield _utterance(subject, bundle, audience, by)


def read_anew(section: Section, session: Database, utterance: Utterance) -> Utterance | None:
    """What was to be shown when somebody wrote that, and is released now: as it stands. Raises ``Conflict`` where some of it was
    taken back since: it is not to be shown to anybody any more; or where all of it was shown since.
    """
    said = utterance.payload
    if not isinstance(said, Reshared):
        return None
    here = {str(ref): plain for ref, plain in thread(section, session, said.subject)}
    if not here.keys() >= set(said.events):
        raise Conflict(_("Something that this shows was taken back since it was written. Reject it, and show the rest anew."))
    guests = {*audiences.readers(utterance.audience)}.difference(audiences.readers(texts.summary(session, said.subject).audience))
    if guests and all({*said.events} <= queries.already_shown(session, said.subject, each, by=section.code) for each in guests):
        raise Conflict(_ALL_SHOWN, place="code")
    return replace(utterance, parts=tuple(here[ref] for ref in said.events))


def panels(section: Section, session: Database, document: documents.Summary, reader: Reader) -> Sequence[Panel]:
    """On the page of a sealed document: who was let in later, and the way to let somebody in."""
    readers = audiences.readers(document.audience)
    if not readers or not section.may(reader, "documents.read", document.id):
        return []
    context = {
        "document": document,
        "again": queries.shared_again(session, document.id, readers),
        "may_share": document.home == section.code and section.may(reader, RESHARE, document.id),
        "guest": section.code not in readers,
    }
    return [Panel("sealing/panel.html", context, weight=90)]


def _utterance(subject: str, bundle: Sequence[tuple[Ref, bytes]], audience: str, by: Reader) -> Utterance:
    said = Reshared(subject=subject, events=tuple(str(ref) for ref, _plain in bundle))
    return Utterance(said, parts=tuple(plain for _ref, plain in bundle), audience=audience, author=by.handle or None)
