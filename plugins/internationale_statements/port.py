"""The deeds, each in one place for page and API. Each runs in the caller's transaction.

Raises ``Refused`` (may not), ``Conflict`` (already so, or revised meanwhile) or ``NotFound``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session as Database

from internationale.kit import (
    INTERNATIONAL,
    PUBLIC,
    Conflict,
    NotFound,
    Payload,
    Reader,
    Ref,
    Section,
    Utterance,
    documents,
    marker,
)

from . import queries, rules
from .events import CosignatureWithdrawn, Cosigned, Issued
from .queries import Signing
from .queries.obstacles import DEEDS

_ = marker("statements")
WITHDRAW = "withdraw"
"""The deed that is open to who signed, whatever stands in the place of what was signed by now."""


@dataclass(frozen=True)
class Statement:
    """A statement with what was said about it."""

    document: documents.Summary
    signing: Signing


def reads(section: Section, by: Reader) -> bool:
    """Whether the reader may read what is not issued yet."""
    return section.may(by, "documents.read")


def statement(section: Section, session: Database, id: str, by: Reader) -> Statement:
    """One statement. Raises ``NotFound``; a passer-by is ``Refused`` alike for what is not issued and what is not there.

    One that was issued stays, whatever else its home section lets take the place of its text.
    """
    known = _known(section, session, id, by)
    if known.signing.issued is None:
        _check_kind(known.document)
    return known


def _known(section: Section, session: Database, id: str, by: Reader) -> Statement:
    signing = queries.signing(section, session, id)
    if signing.issued is None:
        section.require(by, "documents.read")
    document = section.documents.get(session, id)
    if reads(section, by):
        signing = replace(signing, undecided=section.documents.undecided(session, id, document.ref))
    return Statement(document, signing)


def _check_kind(document: documents.Summary) -> None:
    if document.kind != rules.KIND:
        raise NotFound(_("There is no such statement here."))


def ready(section: Section, session: Database, deed: str, id: str, by: Reader) -> Statement:
    """The statement, when the reader may do this deed (a key of ``DEEDS``) now; ``Refused`` or ``Conflict`` otherwise."""
    capability, obstacle = DEEDS[deed]
    section.require(by, capability)
    known = _known(section, session, id, by)
    if deed != WITHDRAW:
        _check_kind(known.document)
    if (message := obstacle(known.signing, known.document, section.code)) is not None:
        raise Conflict(message)
    return known


def offers(section: Section, known: Statement, by: Reader) -> frozenset[str]:
    """The deeds that the reader may do now: for the buttons."""
    return frozenset(
        deed
        for deed, (capability, obstacle) in DEEDS.items()
        if section.may(by, capability)
        and (deed == WITHDRAW or known.document.kind == rules.KIND)
        and obstacle(known.signing, known.document, section.code) is None
    )


def propose(
    section: Section, session: Database, *, language: str, title: str, text: str, by: Reader, audience: str = INTERNATIONAL
) -> str:
    """Share a statement with all sections, or with some only, for their co-signatures; returns its id."""
    return section.documents.open(session, kind=rules.KIND, language=language, title=title, text=text, audience=audience, by=by)


def cosign(section: Section, session: Database, id: str, *, ref: Ref, by: Reader) -> None:
    """Co-sign the very revision that the reader has read; ``Conflict`` when another one stands in its place by now."""
    document = _unchanged(ready(section, session, "cosign", id, by), ref)
    _say(section, session, Cosigned(document=id, revision=document.revision), [document.ref], by)


def withdraw(section: Section, session: Database, id: str, *, language: str, reason: str, by: Reader) -> None:
    """Take the section's co-signature back, with the reason."""
    ours = ready(section, session, WITHDRAW, id, by).signing.of(section.code)
    refs = [Ref.parse(ours.ref)] if ours else []
    _say(section, session, CosignatureWithdrawn(document=id, language=language, reason=reason), refs, by)


def issue(section: Section, session: Database, id: str, *, ref: Ref, by: Reader) -> None:
    """Make the very revision that the reader has read public, with the co-signatures that hold for it now.

    It counts these and stands on none of them: whoever signed could take the statement off everybody's pages afterwards, by
    proving two histories of its own.
    """
    known = ready(section, session, "issue", id, by)
    document = _unchanged(known, ref)
    looked_at, epochs = dict(known.signing.looked_at), dict(known.signing.epochs)
    issued = Issued(document=id, revision=document.revision, counted=looked_at, epochs=epochs)
    _say(section, session, issued, [document.ref], by, audience=PUBLIC)


def check(section: Section, session: Database, utterance: Utterance, by: Reader) -> None:
    """Of what was written earlier and is released now: raises ``Conflict`` where it would not be said any more."""
    said = utterance.payload
    if isinstance(said, CosignatureWithdrawn):
        ours = ready(section, session, WITHDRAW, said.document, by).signing.of(section.code)
        if ours is None or [Ref.parse(ours.ref)] != list(utterance.refs):
            raise Conflict(_("Since this was written, your section has co-signed anew. Reject it, and look at that first."))
    elif isinstance(said, Cosigned):
        _unchanged(ready(section, session, "cosign", said.document, by), utterance.refs[0])
    elif isinstance(said, Issued):
        known = ready(section, session, "issue", said.document, by)
        _unchanged(known, utterance.refs[0])
        if (said.counted, said.epochs) != (known.signing.looked_at, known.signing.epochs):
            raise Conflict(
                _("Since this was written, somebody has co-signed, or taken a co-signature back. Reject it, and issue anew.")
            )


def _unchanged(known: Statement, ref: Ref) -> documents.Summary:
    if known.document.ref != ref:
        raise Conflict(_("The statement was revised meanwhile. Read the new text first."))
    return known.document


def _say(
    section: Section, session: Database, payload: Payload, refs: Sequence[Ref], by: Reader, *, audience: str = INTERNATIONAL
) -> None:
    section.publish(session, Utterance(payload, refs=tuple(refs), audience=audience, author=by.handle or None), by=by)
