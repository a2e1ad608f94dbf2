"""What waits for a delegate: statements of others to co-sign, and their own to issue once co-signed."""

from dataclasses import replace

from sqlmodel import Session as Database

from internationale.kit import Need, Reader, Section, marker
from internationale_statements.rules import KIND

from . import signing
from .obstacles import to_cosign

_ = marker("statements")


def needs(section: Section, session: Database, reader: Reader) -> list[Need]:
    """The proposed statements that the section has said nothing to, or that were revised since it did; not those of which the
    text may still become another.
    """
    if not section.may(reader, "statements.cosigned") or not section.may(reader, "documents.read"):
        return []
    waiting = []
    for document in section.documents.list(session, KIND):
        said = signing(section, session, document.id)
        ours = said.of(section.code)
        answered = ours is not None and ours.pinned == str(document.ref)
        if not answered and to_cosign(said, document, section.code) is None:
            said = replace(said, undecided=section.documents.undecided(session, document.id, document.ref))
            if to_cosign(said, document, section.code) is None:
                waiting.append(document.id)
    titles = section.documents.titles(session, waiting, reader.language)
    return [_need(id, titles[id].text) for id in waiting]


def _need(id: str, title: str) -> Need:
    sentence = _("A statement waits for your section's co-signature: %(title)s") % {"title": title}
    return Need(sentence, None, f"/statements/{id}", _("Read and answer"), weight=50)
