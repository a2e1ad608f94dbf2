"""Who signed what, and what is public, read from the rows."""

from collections.abc import Sequence
from typing import TypeVar

from sqlmodel import Session, col, select

from internationale_statements.rows import Cosignature, Issue, Said, Withdrawal

from .values import Issuance, Signature, Signing

__all__ = ["Issuance", "Signature", "Signing", "issued", "signing"]

R = TypeVar("R", bound=Said)


def signing(session: Session, document: str) -> Signing:
    """Everything said about one statement; empty for one of which nothing was said yet."""
    cosigned, withdrawn = _said(session, Cosignature, document), _said(session, Withdrawal, document)
    last = {row.section: row for row in cosigned}
    taken_back = {row.section: row for row in withdrawn}
    everything: list[Said] = sorted([*cosigned, *withdrawn], key=_address)
    return Signing(
        document=document,
        signatures=[_signature(last[section], taken_back.get(section)) for section in sorted(last)],
        issues=[_issuance(row) for row in _said(session, Issue, document)],
        looked_at={row.section: row.sequence for row in everything},
    )


def issued(session: Session) -> dict[str, Issuance]:
    """The issue that holds of every public statement, by document, the latest first."""
    rows = session.exec(select(Issue).order_by(col(Issue.section), col(Issue.epoch), col(Issue.sequence))).all()
    holding = {row.document: row for row in rows}
    latest = sorted(holding.values(), key=lambda row: (row.said, row.section, row.sequence), reverse=True)
    return {row.document: _issuance(row) for row in latest}


def _said(session: Session, table: type[R], document: str) -> Sequence[R]:
    """The rows of one statement by address: within a section, in the order in which it said them."""
    query = select(table).where(col(table.document) == document)
    return session.exec(query.order_by(col(table.section), col(table.epoch), col(table.sequence))).all()


def _address(row: Said) -> tuple[str, int, int]:
    return row.section, row.epoch, row.sequence


def _signature(row: Cosignature, withdrawal: Withdrawal | None) -> Signature:
    signature = Signature(row.section, row.revision, row.ref, row.said, row.author)
    if withdrawal is None or _address(withdrawal) < _address(row):
        return signature
    return Signature(
        row.section, row.revision, row.ref, row.said, row.author, withdrawal.said, withdrawal.reason, withdrawal.language
    )


def _issuance(row: Issue) -> Issuance:
    return Issuance(row.section, row.revision, row.signed_by, row.counted, row.said, row.ref)
