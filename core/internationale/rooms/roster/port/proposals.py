"""Proposing a version of the roster, signing it, putting it into force: for pages, API and commands alike.

Each deed runs in the caller's transaction. After one that returns a version in force, call ``section.roster_changed()``.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlmodel import Session as Database

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events import keys, signed
from internationale.events.keys import SigningKey
from internationale.events.roster import Roster, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Ref, Section, Utterance, marker
from internationale.rooms.roster import queries, rules
from internationale.rooms.roster.events import Proposed, Signed
from internationale.rooms.roster.port.chain import store_version
from internationale.rooms.roster.port.rivals import require_undivided
from internationale.rooms.roster.queries import Proposal

_ = marker("core")

LARGEST = 240_000
"""The most bytes of a version that travels as a proposal."""
SAME = timedelta(days=1)
"""Within which the same change is not proposed twice."""


def latest(session: Database) -> Version:
    """The version in force. Raises ``Conflict`` before founding or joining."""
    version = queries.latest(session)
    if version is None:
        raise Conflict(_("This section does not belong to an International yet: “found” one first."))
    return version


def propose(section: Section, session: Database, draft: Roster, *, why: str, by: Reader, refs: Sequence[Ref] = ()) -> str:
    """Put a next version before the holders of root keys; returns its hash. ``refs``: what it stands on, beside the roster.

    Raises ``Conflict`` when the same change was proposed within the last day and waits already.
    """
    require_new(session, draft)
    body = draft.serialize()
    if len(body) > LARGEST:
        raise Invalid(_("The list is too long to be proposed over the hub: hand on the proposal as a file."))
    hash = keys.digest(keys.ROSTER, body).hex()
    payload = Proposed(version=draft.version, previous=draft.prevhash, hash=hash, why=why)
    author = by.handle or None
    section.publish(session, Utterance(payload, refs=tuple(refs), parts=(body,), author=author), by=by)
    return hash


def sign(
    section: Section, session: Database, hash: str, root: SigningKey, *, by: Reader, again: bool = False
) -> tuple[Proposal, bool]:
    """Sign a proposal with a root key. Returns it as it is now, and whether it came into force with this signature.

    ``again``: also when this key has signed another proposal for the same version. Raises ``Refused`` for a token: whoever has
    stolen one must not change who is in the International; and ``Conflict``, also for a version of a time to come.
    """
    rules.require_person(by)
    require_undivided(session)
    known = _signable(queries.proposal(session, hash))
    rules.require_dated(signed.parse(Roster, known.document.body, "malformed_roster"), section.now())
    if all(holder.key != root.public for holder in known.holders):
        raise Conflict(_("The root key of this instance does not sign for this International."))
    if any(holder.key == root.public and holder.signed for holder in known.holders):
        raise Conflict(_("This root key has signed this proposal already."))
    if not again:
        _check_rivals(session, known, root)
    return add_signature(section, session, hash, root.sign(keys.ROSTER, known.document.body), by=by)


def add_signature(section: Section, session: Database, hash: str, signature: str, *, by: Reader) -> tuple[Proposal, bool]:
    """Pass on the signature of a root key that was made elsewhere. Raises ``Invalid`` when it is not one."""
    known = _signable(queries.proposal(session, hash))
    given = queries.examined(known.document.body, [signature], queries.latest(session))
    if not given.document.signatures:
        raise Invalid(_("This is no signature of a root key on this proposal."), place="signature")
    said = Signed(hash=known.hash, signature=signature)
    section.publish(session, Utterance(said, refs=(Ref.parse(known.ref),), author=by.handle or None), by=by)
    known = queries.proposal(session, hash)
    if known.state == "complete":
        adopt_proposal(section, session, hash)
        return queries.proposal(session, hash), True
    return known, False


def add_signatures(section: Section, session: Database, hash: str, document: SignedDocument, *, by: Reader) -> Proposal:
    """Pass on the signatures in a signed file that are new. Raises ``Invalid`` when it is of another proposal, or has none."""
    known = queries.proposal(session, hash)
    if document.body != known.document.body:
        raise Invalid(_("This file is of another proposal."), place="file")
    given = combine([document], queries.latest(session)).document.signatures
    fresh = [signature for signature in given if signature not in known.document.signatures]
    if not fresh:
        raise Invalid(_("There is no new signature of a root key in this file."), place="file")
    for signature in fresh:
        known, in_force = add_signature(section, session, hash, signature, by=by)
        if in_force:
            break
    return known


def adopt_proposal(section: Section, session: Database, hash: str) -> Version:
    """Put a proposal into force that enough root keys have signed. Raises ``Conflict`` when it is not."""
    known = queries.proposal(session, hash)
    if _signable(known).state != "complete":
        raise Conflict(rules.lacking(known.missing))
    store_version(session, known.document, section.now())
    return latest(session)


def combine(documents: Iterable[SignedDocument], before: Version | None) -> queries.Examined:
    """Several copies of one proposed version, each with other signatures, as one. Raises ``Invalid`` when they differ."""
    copies = list(documents)
    if len({copy.body for copy in copies}) != 1:
        raise Invalid(_("These files are not copies of one proposal."))
    try:
        return queries.examined(copies[0].body, (each for copy in copies for each in copy.signatures), before)
    except Untrusted as error:
        raise Invalid(_("This proposal cannot be read: %(reason)s") % {"reason": error.reason}) from error


def require_new(session: Database, draft: Roster) -> None:
    """Raises ``Conflict`` when the same change was proposed within a day of it and waits already."""
    if (waiting := _proposed(session, draft)) is not None:
        told = _("The same is proposed already, and waits for signatures: %(command)s")
        raise Conflict(told % {"command": f"internationale roster sign {waiting.hash}"})


def _proposed(session: Database, draft: Roster) -> Proposal | None:
    """What waits and would change the same. One of another day is left to itself: it may have been dated wrongly."""
    for known in queries.pending(session):
        if known.state in ("open", "complete"):
            other = signed.parse(Roster, known.document.body, "malformed_roster")
            dates = {"issued": draft.issued, "expires": draft.expires}
            if abs(other.issued - draft.issued) < SAME and other.model_copy(update=dates) == draft:
                return known
    return None


def _signable(known: Proposal) -> Proposal:
    if known.state == "adopted":
        raise Conflict(_("This version is in force already."))
    if known.state == "early":
        raise Conflict(_("This proposal does not follow the version that is in force here."))
    if known.state == "unreadable":
        raise Conflict(_("Nobody would follow this version, whoever signs it."))
    if known.state not in ("open", "complete"):
        raise Conflict(_("This proposal cannot be signed any more: another version has taken its number."))
    return known


def _check_rivals(session: Database, known: Proposal, root: SigningKey) -> None:
    """Two versions with one number, both signed by enough keys, would divide the International."""
    for other in queries.pending(session):
        rival = other.version == known.version and other.hash != known.hash and other.state in ("open", "complete")
        if rival and any(holder.key == root.public and holder.signed for holder in other.holders):
            raise Conflict(
                _(
                    "This root key has signed another proposal for version %(version)s."
                    " If both came into force, the International would be divided."
                )
                % {"version": known.version}
            )
