"""Programme: the drafts that all sections read, translate, debate and amend until they are everybody's.

The life of the texts is the documents room's; here is what makes them a programme: how they begin, and where they are found.
"""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from internationale.kit import (
    DocumentKind,
    MenuItem,
    Need,
    Panel,
    Place,
    Reader,
    Section,
    hookimpl,
    marker,
)
from internationale_programme import api, pages, queries
from internationale_programme import commands as hosting
from internationale_programme.rules import KIND

_ = marker("programme")


@hookimpl
def document_kinds() -> Sequence[DocumentKind]:
    return [DocumentKind(KIND, _("Programme"), "/programme", amendable=True, public=True)]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def commands(cli: Any) -> None:
    hosting.add_to(cli)


@hookimpl
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    return [MenuItem(_("Programme"), "/programme")]


@hookimpl
def needs(section: Section, session: Session, reader: Reader) -> Sequence[Need]:
    return queries.to_read(section, session, reader)


@hookimpl
def panels(place: Place, subject: Any, section: Section, session: Session, reader: Reader) -> Sequence[Panel]:
    if place is not Place.FRONT:
        return []
    drafts = queries.public(section, session, reader.language)
    return [Panel("programme/front.html", {"drafts": drafts}, weight=10)] if drafts else []
