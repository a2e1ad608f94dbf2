"""The roster: the signed list of who is in the International, with which keys.

What one version says is in ``document``, which version follows which in ``succession``, and what they all make of the sections'
logs in ``rules``. Root keys sign nothing but rosters and are nobody's log keys.
"""

from .document import BEGINNING, LONGEST, SHORTEST, Entry, Hub, LastGood, LogKey, Root, Roster, Status, Version, subject
from .rules import histories, keyring_of
from .succession import check_following, enough, verified, verify, verify_chain

__all__ = [
    "BEGINNING",
    "LONGEST",
    "SHORTEST",
    "Entry",
    "Hub",
    "LastGood",
    "LogKey",
    "Root",
    "Roster",
    "Status",
    "Version",
    "check_following",
    "enough",
    "histories",
    "keyring_of",
    "subject",
    "verified",
    "verify",
    "verify_chain",
]
