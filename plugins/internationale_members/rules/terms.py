"""How long things hold, and secrets: pure but for the randomness of new ones."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=10)
"""How exactly *last seen* is kept: less writing, and less to know about people."""
INVITATION_LONGEST_DAYS = 14
LINK = timedelta(hours=24)
LINK_FRESH = timedelta(hours=1)
"""How long after signing in by a link a new password may be set without the old one."""
KEPT = timedelta(days=30)
"""How long used and expired invitations and links are still shown."""

ATTEMPTS_FREE = 5
ATTEMPT_WINDOW = timedelta(hours=1)
ATTEMPT_WAIT_LONGEST = timedelta(seconds=60)
ATTEMPTS_ANYWHERE = 50
"""After so many failures with one handle within the window, from whatever networks, that handle is under attack."""
ATTACKED_WAIT_LONGEST = timedelta(minutes=10)


def new_secret(prefix: str = "") -> str:
    """32 random bytes as text."""
    return prefix + secrets.token_urlsafe(32)


def new_id() -> str:
    return secrets.token_urlsafe(12)


def hash_of(secret: str) -> str:
    """What is kept of a secret: enough to know it again. No salt is needed for 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def alive(begun: datetime, seen: datetime, now: datetime) -> bool:
    """Whether a session still holds."""
    return now < min(begun + SESSION_LONGEST, seen + SESSION_IDLE)


def wait(failures: Sequence[datetime], now: datetime, *, attacked: bool = False) -> int:
    """How many whole seconds until the next attempt at signing in from a network, after failures from there at these times
    (oldest first); 0: none.

    Doubles from the sixth on, and stops at a minute: a delay, never a lockout, which would be a weapon against members. While
    the handle is ``attacked``, from many networks, it begins with the second, at a minute, and stops at ten.
    """
    recent = [at for at in failures if now - at < ATTEMPT_WINDOW]
    over = len(recent) - (1 if attacked else ATTEMPTS_FREE)
    if over < 0:
        return 0
    first, longest = (timedelta(minutes=1), ATTACKED_WAIT_LONGEST) if attacked else (timedelta(seconds=1), ATTEMPT_WAIT_LONGEST)
    doubled: int = 2 ** min(over, 10)
    until = recent[-1] + min(first * doubled, longest)
    return max(0, -((now - until) // timedelta(seconds=1)))
