"""Translation: the workbench on top of the shared documents. Where the work stands, the desk, drafts, memory, sharing."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session as Database

from internationale.kit import Capability, MenuItem, Need, Reader, Role, Section, hookimpl, marker

from . import api, pages, port, queries
from . import commands as host

_ = marker("translation")


@hookimpl
def capabilities() -> Sequence[Capability]:
    sentence = _("Translate shared documents, and keep private drafts of their translations.")
    return [Capability(queries.DRAFT, sentence, frozenset([Role.TRANSLATOR, Role.DELEGATE]))]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def commands(cli: Any) -> None:
    host.add_to(cli)


@hookimpl
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    return [MenuItem(_("Translation"), "/translation")] if section.may(reader, queries.DRAFT) else []


@hookimpl
def needs(section: Section, session: Database, reader: Reader) -> Sequence[Need]:
    return queries.needs(section, session, reader) if section.may(reader, queries.DRAFT) else []


@hookimpl
def kept(session: Database, account: str) -> Mapping[str, Any] | None:
    return queries.kept(session, account)


@hookimpl
def forgotten(session: Database, account: str) -> None:
    port.forget(session, account)
