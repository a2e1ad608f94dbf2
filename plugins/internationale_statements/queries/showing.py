"""Statements with their texts: in the reader's language where that is complete, and never half translated in public."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session as Database

from internationale.kit import Ref, Section, documents, paging
from internationale_statements import queries
from internationale_statements.rules import KIND

from . import Issuance, Signing


@dataclass(frozen=True)
class Card:
    """One statement in a list. ``language`` is that of ``title``; ``since``: the day of its issue, or of its last change.

    ``translated_by``: the section that put the title into that language, if it is not the statement's own.
    """

    id: str
    home: str
    title: str
    language: str
    translated_by: str | None
    revision: int
    issued: bool
    since: datetime
    signed_by: Sequence[str]
    """The sections that signed this revision, the home section first."""


@dataclass(frozen=True)
class Signatory:
    """One section under an issued statement. ``standing``: ``home``, ``counted``, ``later`` (co-signed after the issue) or
    ``withdrawn`` (took its signature back after the issue).
    """

    section: str
    standing: str
    since: datetime


def latest(section: Section, session: Database, language: str, most: int) -> list[Card]:
    """The statements that were issued last."""
    return list(islice(_public(section, session, queries.public(section, session), language), most))


def public(section: Section, session: Database, language: str, page: int) -> paging.Part[Card]:
    """A page of the issued statements, the latest first."""
    found = paging.part(queries.public(section, session), page)
    return found.of(list(_public(section, session, found.things, language)))


def _public(section: Section, session: Database, documents: Sequence[str], language: str) -> Iterator[Card]:
    for said in (queries.signing(section, session, document) for document in documents):
        issue = said.issues[-1]
        reading = shown(section, session, said.document, language, Ref.parse(issue.pinned))
        signed_by = [each.section for each in signatories(said, issue) if each.standing != "withdrawn"]
        yield _card(reading, issue.said, signed_by, public=True)


def proposed(section: Section, session: Database, language: str, page: int) -> paging.Part[Card]:
    """A page of the statements that wait for co-signatures, the latest changed first: those never issued, and those revised
    since.
    """
    issued = queries.issued(session)
    waiting = [each for each in section.documents.list(session, KIND) if issued.get(each.id) != str(each.ref)]
    found = paging.part(waiting, page)
    return found.of([_proposed(section, session, document, language) for document in found.things])


def _proposed(section: Section, session: Database, document: documents.Summary, language: str) -> Card:
    holding = queries.signing(section, session, document.id).holding(document.ref)
    reading = section.documents.read(session, document.id, language)
    return _card(reading, document.changed, [document.home, *(each.section for each in holding)], public=False)


def shown(section: Section, session: Database, id: str, language: str, revision: Ref) -> documents.Reading:
    """The very revision that was signed, in a language if it is complete in that, else in its own."""
    reading = section.documents.read(session, id, language, revision=revision)
    return reading if reading.complete else section.documents.read(session, id, reading.document.language, revision=revision)


def complete_languages(section: Section, session: Database, id: str, revision: Ref) -> list[str]:
    """The languages in which a revision can be read without a gap, by code."""
    own = section.documents.read(session, id, section.languages[0], revision=revision).document.language
    languages = {own, *section.languages, *section.federation_languages(session)}
    return [
        language
        for language in sorted(languages)
        if language == own or section.documents.read(session, id, language, revision=revision).complete
    ]


def signatories(said: Signing, issue: Issuance) -> list[Signatory]:
    """Who stands under an issued statement today: what was counted, and what came or went since."""
    found = [Signatory(issue.home, "home", issue.said)]
    for signature in said.signatures:
        counted = signature.section in issue.signed_by
        if signature.withdrawn and counted:
            found.append(Signatory(signature.section, "withdrawn", signature.withdrawn))
        elif counted:
            found.append(Signatory(signature.section, "counted", issue.said))
        elif signature.pinned == issue.pinned and signature.withdrawn is None:
            found.append(Signatory(signature.section, "later", signature.said))
    return found


def _card(reading: documents.Reading, since: datetime, signed_by: list[str], *, public: bool) -> Card:
    return Card(
        id=reading.document.id,
        home=reading.document.home,
        title=reading.title,
        language=reading.title_language,
        translated_by=reading.title_by,
        revision=reading.revision,
        issued=public,
        since=since,
        signed_by=signed_by,
    )
