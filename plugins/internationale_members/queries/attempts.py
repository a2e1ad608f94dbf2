"""Attempts with a password, wherever one is asked for: many are slowed down, and nobody is ever locked out by it.

Counted is by handle and network. A whole army of networks gets further, so a handle that fails again and again anywhere has
every network wait longer; but each by itself, and none before its first attempt: whoever attacks a person must not be able to
keep that person out, which would be worth more to them than a guess.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col, func, or_, select

from internationale.kit import Section, TooSoon, http, marker
from internationale_members.rows import FailedSignIn
from internationale_members.rules import handles, terms

_ = marker("members")

_KEY = secrets.token_bytes(32)
"""Of this process, and written nowhere: without it nobody can try in the table which handle failed from which network."""


@dataclass(frozen=True)
class Attempt:
    """One attempt, counted as failed until it is known to be right."""

    id: str
    nearby: str
    """The bucket of the handle and the network."""


def begin(session: Session, section: Section, handle: str, address: str, *, place: str = "") -> Attempt:
    """Count the attempt before it is made, so that many at once cannot slip through; success takes it back.

    ``address`` is the network address it comes from, ``place`` the field of the password. Raises ``TooSoon``.
    """
    nearby, anywhere, now = _bucket(handle, http.network(address)), _bucket(handle), section.now()
    failures = session.exec(select(FailedSignIn.at).where(FailedSignIn.bucket == nearby).order_by(col(FailedSignIn.at))).all()
    lately = FailedSignIn.bucket == anywhere, FailedSignIn.at > now - terms.ATTEMPT_WINDOW
    attacked = session.exec(select(func.count()).where(*lately)).one() >= terms.ATTEMPTS_ANYWHERE
    if seconds := terms.wait(failures, now, attacked=attacked):
        sentence = _("After several attempts please wait %(seconds)s seconds, then try again.")
        raise TooSoon(sentence % {"seconds": seconds}, seconds=seconds, place=place)
    attempt = Attempt(terms.new_id(), nearby)
    session.add(FailedSignIn(id=attempt.id, bucket=anywhere, at=now))
    session.add(FailedSignIn(id=terms.new_id(), bucket=nearby, at=now))
    return attempt


def succeeded(session: Session, attempt: Attempt) -> None:
    """The password was right: nothing is held against this network any more."""
    mine = or_(col(FailedSignIn.bucket) == attempt.nearby, col(FailedSignIn.id) == attempt.id)
    session.execute(delete(FailedSignIn).where(mine))


def _bucket(handle: str, network: str = "anywhere") -> str:
    """One handle from one network, or from all; kept for an hour."""
    return hmac.new(_KEY, f"{handles.key(handle)} {network}".encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()
