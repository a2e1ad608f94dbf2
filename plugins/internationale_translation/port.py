"""The translator's deeds, each in one place for page and API. Each runs in the caller's transaction.

Raises ``Refused`` (may not), ``NotFound`` (no such document or language), ``Invalid`` (no such paragraph) or ``Conflict``
(changed meanwhile).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sqlalchemy import delete
from sqlmodel import Session, col

from internationale.kit import Conflict, Invalid, NotFound, Ref, marker
from internationale.kit.documents import Unit

from . import queries
from .queries import DRAFT, Bench
from .rows import DraftRow
from .rules import desk, memory
from .rules.desk import Draft

_ = marker("translation")

OFFER = "documents.translation_offered"


def save(bench: Bench, texts: Mapping[str, str], *, revision: int | Ref, shown: Mapping[str, str] = MappingProxyType({})) -> int:
    """Keep what stands in the fields as private drafts, made from ``revision``; returns how many drafts changed.

    An empty field, or what is offered already, is no draft. ``shown``: the digests of what the fields held when they were shown,
    where that is known; ``Conflict`` when a draft was saved in another window since: it would be lost unseen.
    """
    units, own = _at_work(bench, revision)
    for block, digest in shown.items():
        now, typed = own.get(block), texts.get(block)
        if now and memory.digest(now.text) not in (digest, memory.digest(typed) if typed is not None else digest):
            raise Conflict(_("This paragraph was saved meanwhile in another window."), place=block)
    changed = 0
    for block, text in texts.items():
        after = desk.written(_unit(units, block), own.get(block), text, bench.section.now())
        changed += _keep(bench, block, own.get(block), after)
    return changed


def confirm(bench: Bench, blocks: Iterable[str], *, event: str = "") -> int:
    """Say of texts that were made from an earlier wording that they are still right: they become drafts made from today's.

    They reach the others with the next sharing, like everything else. Returns how many drafts changed. ``event``: that of the
    revision which was read, where it is known; ``Conflict`` when it is no longer the latest.
    """
    units, own = _at_work(bench)
    if event:
        _check_latest(bench, Ref.parse(event))
    changed = 0
    for block in blocks:
        line = desk.Line(_unit(units, block), own.get(block))
        if not line.text:
            raise Invalid(_("There is no translation yet that could still be right."), place=block)
        if line.made_from is not None:
            changed += _keep(bench, block, line.draft, desk.still_right(line, bench.section.now()))
    return changed


def adopt(bench: Bench, block: str, digest: str) -> None:
    """Put a suggestion (named by the digest of its text) into the field, as a draft."""
    units, own = _at_work(bench)
    unit = _unit(units, block)
    found = queries.suggestions(bench, block)
    text = next((suggestion.text for suggestion in found if memory.digest(suggestion.text) == digest), None)
    if text is None:
        raise Conflict(_("This suggestion is no longer there."), place=block)
    _keep(bench, block, own.get(block), desk.written(unit, own.get(block), text, bench.section.now()))


def share(bench: Bench, texts: Mapping[str, str], *, revision: int | Ref) -> int:
    """Offer translations to all sections, exactly these words; the drafts of them are done with. Returns how many.

    Raises ``Conflict`` when ``revision`` is no longer the latest: the paragraphs may say something else by now.
    """
    section, session = bench.section, bench.session
    section.require(bench.reader, OFFER, bench.document)
    units, own = _at_work(bench)
    _check_latest(bench, revision)
    for block in texts:
        _unit(units, block)
    section.documents.offer(session, bench.document, bench.language, texts, revision=revision, by=bench.reader)
    for block in texts:
        _keep(bench, block, own.get(block), None)
    return len(texts)


def share_drafts(bench: Bench, chosen: Mapping[str, str], *, revision: int | Ref) -> int:
    """Offer drafts as they were shown: ``chosen`` maps blocks to the digests of the texts that the translator saw.

    Raises ``Conflict`` when a draft is no longer the one that was shown.
    """
    ready = {line.unit.block.id: line.text for line in queries.desk(bench).sharable}
    for block, digest in chosen.items():
        if block not in ready or memory.digest(ready[block]) != digest:
            raise Conflict(_("This draft has changed since it was shown. Please look at it again."), place=block)
    return share(bench, {block: ready[block] for block in chosen}, revision=revision)


def forget(session: Session, account: str) -> None:
    """Delete the drafts of a person who leaves; what they shared, the section has said."""
    session.execute(delete(DraftRow).where(col(DraftRow.account) == account))


def _check_latest(bench: Bench, revision: int | Ref) -> None:
    latest = bench.section.documents.get(bench.session, bench.document)
    if revision not in (latest.ref, latest.revision):
        raise Conflict(_("The text was revised meanwhile. Please look at the changed paragraphs first."))


def _at_work(bench: Bench, revision: int | Ref | None = None) -> tuple[dict[str, Unit], dict[str, Draft]]:
    """The units and the reader's drafts. A grant may be for one language."""
    bench.section.require(bench.reader, DRAFT, bench.language)
    reading = queries.translating(bench, revision)
    units = {unit.block.id: unit for unit in reading.units if desk.translatable(unit)}
    return units, queries.drafts(bench)


def _unit(units: Mapping[str, Unit], block: str) -> Unit:
    if block not in units:
        raise Invalid(_("This paragraph is not in the text."), place=block)
    return units[block]


def _keep(bench: Bench, block: str, before: Draft | None, after: Draft | None) -> bool:
    """Write, change or remove one draft; tells whether anything changed."""
    if after == before:
        return False
    account = bench.reader.id
    if account is None:
        raise NotFound(_("Drafts are kept for people who are signed in."))
    row = bench.session.get(DraftRow, (account, bench.document, bench.language, block))
    if row is not None:
        bench.session.delete(row)
        bench.session.flush()
    if after is not None:
        bench.session.add(DraftRow(account=account, document=bench.document, language=bench.language, **vars(after)))
    return True
