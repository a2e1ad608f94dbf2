"""Where this section stands, in words for its own people. Pure."""

from datetime import datetime, timedelta

from internationale.events.roster import Roster, Status
from internationale.kit import Message, marker

_ = marker("core")

WARNING = timedelta(days=30)
"""How long before its end a roster is mentioned."""
_STANDING = {
    Status.SUSPENDED: _(
        "The International has suspended this section. Everything can be read; nothing new is said to the other sections until"
        " it is readmitted. Its log counts up to number %(number)s."
    ),
    Status.EXPELLED: _(
        "This section was expelled from the International. What it has up to now stays readable here; nothing more is said to the"
        " other sections. Its log counts up to number %(number)s. To come back it asks anew, and a section vouches for it:"
        " internationale section request"
    ),
    Status.RESIGNED: _(
        "This section has left the International. What it has up to now stays readable here; nothing more is said to the other"
        " sections. Its log counts up to number %(number)s. To come back it asks anew, and a section vouches for it:"
        " internationale section request"
    ),
}


def standing(roster: Roster, code: str) -> Message | None:
    """Why this section says nothing to the others by the roster; None: it is a member."""
    entry = roster.entry(code)
    if entry is None or entry.status not in _STANDING:
        return None
    return _STANDING[entry.status] % {"number": entry.last_good.sequence if entry.last_good is not None else 0}


def divided(version: int) -> Message:
    """That there are two versions with this number, and that nothing is signed meanwhile."""
    return _(
        "Enough root keys have signed two versions with the number %(version)s of the list of sections, so the International is"
        " divided. Nothing more is signed or put into force before those who hold root keys have agreed which one counts and the"
        " host has said so here: internationale roster decide HASH"
    ) % {"version": version}


def expiry(roster: Roster, now: datetime) -> Message | None:
    """That the list is near its end or past it; None: it is not."""
    day = {"day": roster.expires.date()}
    if roster.expired(now):
        told = _(
            "The list of sections has expired on %(day)s. Nothing is lost and reading goes on, but nobody can join or leave"
            " before the committee issues a new version."
        )
        return told % day
    if roster.expired(now + WARNING):
        return _("The list of sections expires on %(day)s. The committee should issue a new version.") % day
    return None
