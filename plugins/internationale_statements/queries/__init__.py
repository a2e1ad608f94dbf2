"""Who signed what, and what is public, read from the rows."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import TypeVar

from sqlmodel import Session, col, select

from internationale.kit import NotFound, Ref, Section, audiences
from internationale_statements.rows import Cosignature, Issue, Said, Withdrawal

from .values import Issuance, Signature, Signing

__all__ = ["Issuance", "Signature", "Signing", "issued", "public", "signing"]

R = TypeVar("R", bound=Said)


def signing(section: Section, session: Session, document: str) -> Signing:
    """Everything said about one statement, to those who read the text that stands there now; empty for one of which nothing was
    said yet.
    """
    cosigned, withdrawn = _said(session, Cosignature, document), _said(session, Withdrawal, document)
    if any(row.readers for row in (*cosigned, *withdrawn)):
        readers = _readers(section, session, document)
        cosigned = [row for row in cosigned if row.readers == readers]
        withdrawn = [row for row in withdrawn if row.readers == readers]
    issues = _said(session, Issue, document)
    counting = _counting(section, session, [*cosigned, *issues])
    last = {row.section: row for row in cosigned}
    taken_back = {row.section: row for row in withdrawn}
    everything: list[Said] = sorted([*cosigned, *withdrawn], key=_address)
    return Signing(
        document=document,
        signatures=[_signature(last[code], taken_back.get(code), counting) for code in sorted(last)],
        issues=[_issuance(row, counting, _counted(row, cosigned, withdrawn)) for row in issues],
        looked_at={row.section: row.sequence for row in everything},
        epochs={row.section: row.epoch for row in everything if row.epoch > 1},
    )


def public(section: Section, session: Session) -> Sequence[str]:
    """The public statements, the latest issued first, by document."""
    latest = sorted(_holding(session).values(), key=lambda row: (row.said, row.section, row.sequence), reverse=True)
    return [row.document for row in latest]


def issued(session: Session) -> Mapping[str, str]:
    """The revision that each public statement was issued with, as its ref, by document."""
    return {document: row.pinned for document, row in _holding(session).items()}


def _holding(session: Session) -> Mapping[str, Issue]:
    """The issue that holds, of each statement that was ever issued."""
    rows = session.exec(select(Issue).order_by(col(Issue.section), col(Issue.epoch), col(Issue.sequence))).all()
    return {row.document: row for row in rows}


def _readers(section: Section, session: Session, document: str) -> str:
    """For whom the text is sealed, as the rows have it; ``""`` also for one that was taken back."""
    try:
        return " ".join(audiences.readers(section.documents.get(session, document).audience))
    except NotFound:
        return ""


def _counting(section: Section, session: Session, rows: Sequence[Cosignature | Issue]) -> Set[str]:
    """The revisions that count, of those that these rows pin."""
    return {str(ref) for ref in section.documents.counting(session, {Ref.parse(row.pinned) for row in rows})}


def _said(session: Session, table: type[R], document: str) -> Sequence[R]:
    """The rows of one statement by address: within a section, in the order in which it said them."""
    query = select(table).where(col(table.document) == document)
    return session.exec(query.order_by(col(table.section), col(table.epoch), col(table.sequence))).all()


def _address(row: Said) -> tuple[str, int, int]:
    return row.section, row.epoch, row.sequence


def _signature(row: Cosignature, withdrawal: Withdrawal | None, counting: Set[str]) -> Signature:
    signature = Signature(row.section, row.revision, row.pinned, row.pinned in counting, row.ref, row.said, row.author)
    if withdrawal is None or _address(withdrawal) < _address(row):
        return signature
    return replace(signature, withdrawn=withdrawal.said, reason=withdrawal.reason, language=withdrawal.language)


def _counted(issue: Issue, cosigned: Sequence[Cosignature], withdrawn: Sequence[Withdrawal]) -> list[str]:
    """The sections that had signed the text of an issue, and not taken it back, up to where it looked at their logs."""

    def seen(row: Said) -> bool:
        return (row.epoch, row.sequence) <= (issue.epochs.get(row.section, 1), issue.counted.get(row.section, 0))

    last = {row.section: row for row in cosigned if row.pinned == issue.pinned and seen(row)}
    gone = {row.section for row in withdrawn if row.section in last and seen(row) and _address(last[row.section]) < _address(row)}
    return sorted(last.keys() - gone)


def _issuance(row: Issue, counting: Set[str], signed_by: Sequence[str]) -> Issuance:
    counts = row.pinned in counting
    return Issuance(row.section, row.revision, row.pinned, counts, signed_by, row.counted, row.epochs, row.said, row.ref)
