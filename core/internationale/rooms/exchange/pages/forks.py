"""Proofs that a section has two histories, in plain words, and as files that can be checked anywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from internationale.events.envelope import SEALED
from internationale.events.types import kind_name
from internationale.kit import Message, Reader, Section, marker
from internationale.rooms.exchange import queries, rules
from internationale.rooms.roster.rules import require_member

_ = marker("core")


def deeds(section: Section) -> Mapping[str, Message]:
    """What each kind of message is called, by the kind's name; a plugin's that says nothing of it by what allows it."""
    found = {capability.name: capability.said or capability.sentence for capability in section.grants.vocabulary()}
    return found | {kind_name(SEALED): _("Something sealed")}


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get("/federation/forks", sync_to_thread=True)
    def forks(section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Template:
        require_member(reader)
        with section.reading() as session:
            found = queries.forks(session)
            splits = queries.split_views(session, section.code)
        context = {"forks": found, "splits": splits, "deeds": deeds(section), "kind_name": kind_name}
        context["may_propose"] = section.may(reader, "roster.proposed")
        context["may_read"] = section.may(reader, rules.READ)
        context |= {"spelled": rules.spelled}
        return Template("exchange/forks.html", context=context)

    @get("/federation/forks/{id:str}/export", sync_to_thread=True)
    def export(id: FromPath[str], section: NamedDependency[Section], reader: NamedDependency[Reader]) -> Response[str]:
        section.require(reader, rules.READ)
        with section.reading() as session:
            lines = "".join(f"{line}\n" for line in queries.proof_lines(session, id))
        name = f"proof-{id.replace(':', '-')}.jsonl"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(lines, media_type="application/jsonl", headers=headers)

    return [forks, export]
