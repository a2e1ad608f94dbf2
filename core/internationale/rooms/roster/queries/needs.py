"""What of the roster waits for somebody, for the home page."""

from sqlmodel import Session as Database

from internationale.kit import Need, Reader, Section, called, marker

from .announcing import unconfirmed
from .joining import candidates
from .proposals import awaiting

_ = marker("core")


def _joining(section: Section, reader: Reader) -> list[Need]:
    """Before joining: how it is done, for those who run the section."""
    if not section.may(reader, "roster.signed"):
        return []
    title, detail = _("This section has not joined an International yet."), _("What it writes stays at home until it does.")
    return [Need(title, detail, "/federation/join", _("How to join"), 30)]


def needs(section: Section, session: Database, reader: Reader) -> list[Need]:
    """Proposals that wait for root keys; candidates about whom nobody has decided, for those who may propose."""
    cards = section.sections(session)
    if not cards:
        return _joining(section, reader)
    found = []
    names = {card.code: called(card) for card in cards}
    if section.may(reader, "roster.signed"):
        found += [
            Need(
                _("A change of the list of sections waits for signatures."),
                _("Proposed by %(section)s, for version %(version)s.")
                % {"section": names.get(each.section, each.section), "version": each.version},
                f"/federation/roster/proposals/{each.hash}",
                _("Look at it"),
                8,
            )
            for each in awaiting(session)
        ]
    silent = unconfirmed(session, section.code) if section.may(reader, "roster.key_announced") else None
    if silent is not None:
        found.append(
            Need(_("The new key of this section waits for the committee."), silent, "/federation/roster", _("Look at it"), 9)
        )
    committee = any(each.code == section.code and "committee" in each.mandates for each in cards)
    if committee and section.may(reader, "roster.declined"):
        found += [
            Need(
                _("A section wants to join: %(name)s") % {"name": called(each.asked)},
                None,
                "/federation/join",
                _("Decide"),
                6,
            )
            for each in candidates(session)
            if not each.member and not each.past and not each.refusals
        ]
    return found
