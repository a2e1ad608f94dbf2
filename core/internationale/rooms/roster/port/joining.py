"""Asking to be admitted, vouching, deciding."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session as Database

from internationale.errors import Conflict, Invalid
from internationale.events import fingerprints, joining, keys
from internationale.events.joining import JoinRequest
from internationale.events.roster import Status
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Ref, Refused, Section, Utterance, called, marker
from internationale.rooms.roster import queries
from internationale.rooms.roster.events import Declined, Vouched
from internationale.rooms.roster.port.card import Keeper, card_of
from internationale.rooms.roster.port.proposals import latest, propose
from internationale.rooms.roster.rules import changes, papers

_ = marker("core")


def own_request(section: Keeper, now: datetime) -> SignedDocument:
    """This section's request to be admitted, signed with its log key."""
    asked = JoinRequest(**card_of(section).model_dump(), made=now)
    return joining.request(asked, section.key)


def vouch(section: Section, session: Database, document: SignedDocument, *, typed: str, why: str, by: Reader) -> str:
    """Vouch for a candidate after its fingerprint was compared; returns the hash of its request.

    ``typed``: the fingerprint as its people said it, in words or digits. Raises ``Invalid`` when it is another.
    """
    asked = joining.read_request(document)
    if not fingerprints.matches(asked.key, typed):
        raise Invalid(
            _("This is not the fingerprint of the key in the request. Compare again; should it stay so, the file was changed."),
            place="fingerprint",
        )
    changes.admitted(latest(session), asked, section.now())
    hash = keys.digest(keys.JOIN, document.body).hex()
    if any(
        each.hash == hash and any(v.section == section.code for v in each.vouchers) for each in queries.candidates(session, hash)
    ):
        raise Conflict(_("This section vouches for it already."))
    said = Vouched(code=asked.code, hash=hash, request=keys.encode(document.body), signature=document.signatures[0], why=why)
    section.publish(session, Utterance(said, author=by.handle or None), by=by)
    return hash


def propose_admission(section: Section, session: Database, hash: str, *, why: str, by: Reader) -> str:
    """Put the admission of a candidate before the holders of root keys; returns the hash of the proposal."""
    known = queries.candidate(session, hash)
    draft = changes.admitted(latest(session), known.asked, section.now())
    if draft is None or known.member:
        raise Conflict(_("This section is a member already."))
    refs: Sequence[Ref] = [Ref.parse(voucher.ref) for voucher in known.vouchers]
    return propose(section, session, draft, why=why, by=by, refs=refs)


def decline(section: Section, session: Database, hash: str, *, why: str, by: Reader) -> None:
    """Say why a candidate is not admitted now. Only for the committee."""
    entry = latest(session).roster.entry(section.code)
    if entry is None or changes.COMMITTEE not in entry.mandates:
        raise Refused(_("Only the international committee decides on requests."))
    known = queries.candidate(session, hash)
    if known.member:
        raise Conflict(_("This section is a member already."))
    refs = tuple(Ref.parse(voucher.ref) for voucher in known.vouchers)
    section.publish(session, Utterance(Declined(hash=known.hash, why=why), refs=refs, author=by.handle or None), by=by)


def invitation(session: Database, code: str) -> dict[str, Any]:
    """The file with which an admitted section joins. Raises ``Conflict`` when it is not a member."""
    entry = changes.entry_of(latest(session), code)
    if entry.status is not Status.MEMBER:
        raise Conflict(_("Section “%(code)s” is not a member.") % {"code": called(entry)})
    return papers.invitation(queries.chain(session), queries.hubs(session))
