"""Who may sign and issue a statement, judged from the causes alone. Pure.

Reason codes: ``revision_missing``, ``home_does_not_cosign``, ``cosignature_missing``, ``only_the_home_issues``,
``cosignature_of_another_revision``, ``count_incomplete``, ``not_public`` (issued to some sections only), ``wrong_audience`` (said
to others than what it stands on: what all see must not be signed for some and unsigned for others).
"""

from typing import Any

from internationale.kit import Event, documents

from .events import Cosigned, Issued

KIND = "statement"
"""The kind of document that a statement is."""


def may_cosign(event: Event[Any]) -> str | None:
    """Every section but the statement's own, which signs by issuing."""
    revision = _revision(event)
    if revision is None:
        return "revision_missing"
    if revision.home == event.envelope.section:
        return "home_does_not_cosign"
    return None if event.envelope.readers == revision.readers else "wrong_audience"


def may_withdraw(event: Event[Any]) -> str | None:
    """A section takes back its own signature."""
    own = [cause for cause in cosignatures(event) if cause.envelope.section == event.envelope.section]
    if not own:
        return "cosignature_missing"
    return None if all(event.envelope.readers == cause.envelope.readers for cause in own) else "wrong_audience"


def may_issue(event: Event[Any]) -> str | None:
    """Only the home section, and it counts signatures under this very text only."""
    revision = _revision(event)
    if revision is None:
        return "revision_missing"
    if revision.home != event.envelope.section:
        return "only_the_home_issues"
    if event.envelope.sealed:
        return "not_public"
    counted, epochs = event.payload.counted, event.payload.epochs
    for cosignature in cosignatures(event):
        signed = _revision(cosignature)
        if signed is None or signed.ref != revision.ref:  # a number alone says nothing: its home may write two of one number
            return "cosignature_of_another_revision"
        where = cosignature.envelope.address
        if (epochs.get(where.section, 1), counted.get(where.section, 0)) < (where.epoch, where.sequence):
            return "count_incomplete"
    return None


def cosignatures(event: Event[Any]) -> list[Event[Cosigned]]:
    """The co-signatures of the same statement that an event stands on."""
    return [
        cause
        for cause in event.causes
        if isinstance(cause.payload, Cosigned) and cause.payload.document == event.payload.document
    ]


def pinned(event: Event[Cosigned | Issued]) -> documents.Pinned:
    """The revision that an applied event stands on; its rule has seen to it that there is one."""
    revision = _revision(event)
    if revision is None:
        raise LookupError(f"{event.envelope.id} stands on no revision")
    return revision


def _revision(event: Event[Any]) -> documents.Pinned | None:
    """The statement's revision that the event names both by number and by cause."""
    pinned = documents.pinned_among(event.causes, event.payload.document)
    right = pinned is not None and pinned.kind == KIND and pinned.number == event.payload.revision
    return pinned if right else None
