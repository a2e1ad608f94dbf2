"""What stands in the way of a deed now, in words; None when nothing does. Pure: the same for buttons, forms and deeds."""

from collections.abc import Callable, Mapping

from internationale.kit import Message, audiences, documents, marker, undecided

from .values import Signing

_ = marker("statements")

Obstacle = Callable[[Signing, documents.Summary, str], Message | None]
"""Given the signatures, the statement and the section that would act."""


def to_cosign(signing: Signing, statement: documents.Summary, section: str) -> Message | None:
    if statement.home == section:
        return _("Your section's own statement needs no co-signature from it.")
    ours = signing.of(section)
    if ours and ours.withdrawn is None and ours.pinned == str(statement.ref):
        return _("Your section has co-signed this text already.")
    return undecided.obstacle(signing.undecided)


def to_withdraw(signing: Signing, statement: documents.Summary, section: str) -> Message | None:
    ours = signing.of(section)
    return _("Your section has not co-signed this statement.") if ours is None or ours.withdrawn else None


def to_issue(signing: Signing, statement: documents.Summary, section: str) -> Message | None:
    if statement.home != section:
        return _("Only the section that proposed a statement issues it.")
    if audiences.readers(statement.audience):
        return _("This was written for some sections only and cannot be made public. Propose it anew to all sections.")
    if signing.issued and signing.issued.pinned == str(statement.ref):
        return _("This text is issued already.")
    return undecided.obstacle(signing.undecided)


DEEDS: Mapping[str, tuple[str, Obstacle]] = {
    "cosign": ("statements.cosigned", to_cosign),
    "withdraw": ("statements.cosignature_withdrawn", to_withdraw),
    "issue": ("statements.issued", to_issue),
}
"""What can be done about a proposed statement: the capability it takes, and what may stand in its way."""
