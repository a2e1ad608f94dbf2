"""The room grants: who may do what, until when, by whom. Private to the section; nothing of it crosses the bus."""

from collections.abc import Sequence

from internationale.kit import Capability, Role, hookimpl, marker
from internationale.rooms.grants import rules

_ = marker("core")


@hookimpl
def capabilities() -> Sequence[Capability]:
    return [Capability(rules.GIVE, _("Give roles and rights to members and take them back"), frozenset({Role.SECRETARY}))]
