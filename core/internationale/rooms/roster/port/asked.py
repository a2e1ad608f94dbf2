"""Whether a hub tells this instance of newer versions of the roster: before one is signed or put into force on a page."""

from internationale.errors import Conflict
from internationale.kit import marker
from internationale.rooms.roster import queries
from internationale.rooms.roster.port.instance import Instance
from internationale.rooms.roster.port.rivals import require_undivided

_ = marker("core")


def asked(section: Instance) -> bool:
    """Whether some hub is connected, and so has told of all versions that it has; also where none is named. An instance that
    attends none of those that are named has asked nobody.
    """
    states = section.hubs.values()
    if states:
        return any(state.connected for state in states)
    with section.reading() as session:
        return not (section.settings.hubs or queries.hubs(session))


def require_asked(section: Instance, *, unasked: bool) -> None:
    """Raises ``Conflict`` when no hub can be asked, unless somebody is sure all the same (``unasked``); and while the
    International is divided.
    """
    with section.reading() as session:
        require_undivided(session)
    if not unasked and not asked(section):
        raise Conflict(
            _(
                "No hub can be reached, so nobody can tell whether there is a newer list of sections. If there is, another"
                " version with the same number would divide the International. Nothing was signed or put into force. Try again"
                " when a hub can be reached, or say that you are sure."
            )
        )
