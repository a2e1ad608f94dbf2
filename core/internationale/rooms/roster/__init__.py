"""The room roster: who is in the International, with which keys, and what each section is known to hold."""

from collections.abc import Sequence
from typing import Any

from internationale.kit import Capability, Check, MenuItem, Reader, Role, Section, hookimpl, marker
from internationale.rooms.roster import api, pages, rules
from internationale.rooms.roster.checks import contradiction, expiry, memory

_ = marker("core")


@hookimpl
def capabilities() -> Sequence[Capability]:
    return [Capability(rules.INSPECT, _("see what was turned away, waits or does not count, and why"), frozenset({Role.HOST}))]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def checks() -> Sequence[Check]:
    return [Check("roster expiry", expiry), Check("agreement of the sections", contradiction), Check("own log", memory)]


@hookimpl
def menu(section: Section, reader: Reader) -> Sequence[MenuItem]:
    return [MenuItem(_("Sections"), "/federation")] if reader.signed_in else []
