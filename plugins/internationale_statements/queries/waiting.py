"""What waits for a delegate: statements of others to co-sign, and their own to issue once co-signed."""

from sqlmodel import Session as Database

from internationale.kit import Need, Reader, Section, marker
from internationale_statements.rules import KIND

from . import signing
from .obstacles import to_cosign

_ = marker("statements")


def needs(section: Section, session: Database, reader: Reader) -> list[Need]:
    """The proposed statements that the section has said nothing to, or that were revised since it did."""
    if not section.may(reader, "statements.cosigned"):
        return []
    found = []
    for document in section.documents.list(session, KIND):
        said = signing(session, document.id)
        ours = said.of(section.code)
        answered = ours is not None and ours.revision == document.revision
        if not answered and to_cosign(said, document, section.code) is None:
            title = section.documents.read(session, document.id, reader.language).title
            sentence = _("A statement waits for your section's co-signature: %(title)s") % {"title": title}
            found.append(Need(sentence, None, f"/statements/{document.id}", _("Read and answer"), weight=50))
    return found
