"""How long things hold, and secrets: pure but for the randomness of new ones."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=14)
SESSIONS = 50
"""The most sessions of one person: with one more the one ends that was used longest ago."""
SEEN_EVERY = timedelta(minutes=10)
"""How exactly *last seen* is kept: less writing, and less to know about people."""
INVITATION_LONGEST_DAYS = 14
LINK = timedelta(hours=24)
LINK_FRESH = timedelta(hours=1)
"""How long after signing in by a link a new password may be set without the old one."""
KEPT = timedelta(days=30)
"""How long used and expired invitations and links are still shown."""
BROWSER = timedelta(days=180)
"""How long after the last sign-in there a browser is known."""
BROWSERS = 20
"""The most browsers that are known of one person."""
AHEAD = timedelta(minutes=5)
"""What is dated later than this from now was dated by a clock that was wrong: it holds no more."""

TOKEN_DAYS, TOKEN_LONGEST_DAYS = 90, 365
"""How long a token for the API holds, unless something else is chosen; and at most."""

ATTEMPTS_FREE = 5
ATTEMPT_WINDOW = timedelta(hours=1)
ATTEMPT_WAIT_LONGEST = timedelta(seconds=60)
ATTEMPTS_ANYWHERE = 50
"""After so many attempts with one handle within the window, from whatever networks, that handle is under attack."""
ATTACKED_WAIT_LONGEST = timedelta(minutes=10)
NAMES_FREE = 5
NAMES_WINDOW = timedelta(days=1)
NAMES_WAIT_FIRST, NAMES_WAIT_LONGEST = timedelta(minutes=1), timedelta(hours=1)
NAMES_KEPT = 5
"""So many handles that they have given up are kept for one person."""
NEWCOMERS = 10
"""So many attempts from lines that have hardly tried are let through within the window although their network has to wait."""


def new_secret(prefix: str = "") -> str:
    """32 random bytes as text."""
    return prefix + secrets.token_urlsafe(32)


def new_id() -> str:
    return secrets.token_urlsafe(12)


def hash_of(secret: str) -> str:
    """What is kept of a secret: enough to know it again. No salt is needed for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether a moment was noted by a clock that was wrong."""
    return moment > now + AHEAD


def is_open(made: datetime, until: datetime, now: datetime) -> bool:
    """Whether a link or an invitation that was not used still holds; or a token, used or not."""
    return not is_ahead(made, now) and now < until


def is_fresh(begun: datetime, now: datetime) -> bool:
    """Whether a session began lately enough to set a password without the old one, after a one-time link."""
    return not is_ahead(begun, now) and now - begun < LINK_FRESH


def alive(begun: datetime, seen: datetime, now: datetime) -> bool:
    """Whether a session still holds."""
    return not is_ahead(max(begun, seen), now) and now < min(begun + SESSION_LONGEST, seen + SESSION_IDLE)


def wait(failures: Sequence[datetime], now: datetime, *, attacked: bool = False) -> int:
    """How many whole seconds until the next attempt at signing in from a network, after failures from there at these times
    (oldest first); 0: none.

    Doubles from the sixth on, and stops at a minute: a delay of whoever tries from there, and no lockout, which would be a weapon
    against members; see ``is_newcomer`` for those who come from the same network. While the handle is ``attacked``, from many
    networks, it begins with the second, at a minute, and stops at ten.
    """
    recent = _recent(failures, now)
    pace = (timedelta(minutes=1), ATTACKED_WAIT_LONGEST) if attacked else (timedelta(seconds=1), ATTEMPT_WAIT_LONGEST)
    return _doubled(recent, now, len(recent) - _free(attacked=attacked), *pace)


def wait_for_name(tried: Sequence[datetime], now: datetime) -> int:
    """How many whole seconds until somebody may try the next handle, after these (the oldest first): each answer says whether a
    member has it. A handful, then slowly: some thirty within a day.
    """
    recent = _recent(tried, now, NAMES_WINDOW)
    return _doubled(recent, now, len(recent) - NAMES_FREE, NAMES_WAIT_FIRST, NAMES_WAIT_LONGEST)


def is_newcomer(failures: Sequence[datetime], admitted: Sequence[datetime], now: datetime, *, attacked: bool = False) -> bool:
    """Whether an attempt need not wait for what others failed at in its network: after these ``failures`` of its own line, and
    so many that were let through (``admitted``) like this. Else whoever tries again and again from next door would keep a person
    out, who never finds the moment between two of their attempts.
    """
    return len(_recent(failures, now)) < _free(attacked=attacked) and len(_recent(admitted, now)) < NEWCOMERS


def _free(*, attacked: bool) -> int:
    return 1 if attacked else ATTEMPTS_FREE


def _recent(moments: Sequence[datetime], now: datetime, window: timedelta = ATTEMPT_WINDOW) -> list[datetime]:
    return [at for at in moments if timedelta(0) <= now - at < window]


def _doubled(recent: Sequence[datetime], now: datetime, over: int, first: timedelta, longest: timedelta) -> int:
    """How many whole seconds are left of the wait after the last of these, ``over`` more than are free."""
    if over < 0:
        return 0
    doubled: int = 2 ** min(over, 10)
    until = recent[-1] + min(first * doubled, longest)
    return max(0, -((now - until) // timedelta(seconds=1)))
