"""What becomes of a section by the list of sections: it is suspended, expelled, readmitted."""

from internationale.events import keys
from internationale.events.roster import Status
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing.founding import ROOT


def become(code: str, status: Status, *sections: Section) -> None:
    """Have all ``sections`` follow a version by which section ``code`` is that; ``MEMBER``: a suspended one is readmitted."""
    first = sections[0]
    with first.reading() as session:
        version = queries.latest(session)
        if version is None or (entry := version.roster.entry(code)) is None:
            raise LookupError(code)
        if status is Status.MEMBER:
            roster = changes.readmitted(version, code, first.now())
        else:
            roster = changes.ended(version, code, status, queries.last_good(session, entry), first.now())
    document = SignedDocument.seal(keys.ROSTER, roster, ROOT)
    for section in sections:
        with section.writing() as session:
            port.store_version(session, document, section.now())
        section.roster_changed()
