"""When a version says that it was made: pure."""

import hashlib
import json
from datetime import datetime, timedelta

from internationale.errors import Conflict
from internationale.events.roster import Roster
from internationale.kit import marker

_ = marker("core")

AHEAD = timedelta(days=1)
"""How far the clock of whoever made a version may be ahead of ours."""


def dated_ahead(roster: Roster, now: datetime) -> bool:
    """Whether it says that it is made at a time to come."""
    return roster.issued - now > AHEAD


def require_dated(draft: Roster, now: datetime) -> None:
    """Before a root key signs. Raises ``Conflict`` for a version of a time to come: it would be valid for longer than anybody
    agreed to.
    """
    if dated_ahead(draft, now):
        raise Conflict(
            _(
                "This version says that it is of %(day)s, and by this machine's clock today is %(today)s. It is not signed. If"
                " the clock is right, let the change be proposed again."
            )
            % {"day": draft.issued.date(), "today": now.date()}
        )


def undated(draft: Roster) -> str:
    """What a draft says but for its dates, as 64 hexadecimal digits: two drafts of one change at two times have the same."""
    said = draft.model_dump(mode="json", exclude={"issued", "expires"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
