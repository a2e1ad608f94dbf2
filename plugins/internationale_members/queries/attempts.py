"""Attempts with a password, wherever one is asked for: many are slowed down, and nobody shall be locked out by it.

Counted is by handle and network, and only what failed: what was right leaves no trace that others could see. Else whoever tries
now and then, a little below what makes one wait, would see who signs in, and so who is a member. Nor is anything taken back for
which others wait, and nothing is noted while a password is looked at. So it is asked twice whether one has to wait: before, to
spare the looking, and once more with the answer, in the transaction that counts it. Of many at once, then, each is judged by
those that were answered before it, as if they had come one after the other.

A whole army of networks gets further, so a handle that is tried again and again anywhere has every network wait longer; but each
by itself, and none before its first attempt: whoever attacks a person must not be able to keep that person out, which would be
worth more to them than a guess. So the person does not wait for others either who

* has signed in from the same browser before (``browsers``): there a right password is heard when others wait. A wrong one is
  answered as it would be without that browser's cookie, and as slowly: else whoever has taken a machine could try whose it is;
* comes from a line (one address of IPv4, one /64 of IPv6) from which it was hardly tried, however much from the rest of its
  network; of these a few are let through within the hour, so that nobody gets far with many addresses.

Who tries from the very line of an attacker (a proxy, the network of a café), in a browser that is new, does wait for the
attacker's attempts, and may never find the moment between two of them. There only a one-time link helps.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from internationale.kit import Section, TooSoon, http, marker
from internationale_members.queries import accounts, browsers
from internationale_members.rows import FailedSignIn
from internationale_members.rules import handles, terms

_ = marker("members")

NAMES = "names "
"""How the buckets of tried handles begin: these are kept for a day, the others for an hour."""
_KEY = secrets.token_bytes(32)
"""Of this process, and written nowhere: without it nobody can try in the table which handle failed from which network."""


@dataclass(frozen=True)
class Attempt:
    """One attempt with a ``handle``, from a network ``address``, with the cookie ``browser`` of ``browsers``. ``place``: the
    field of the password.
    """

    handle: str
    address: str
    browser: str | None = None
    place: str = ""


@dataclass(frozen=True)
class _Standing:
    """How long an attempt has to wait (``seconds``), and in what ``buckets`` it counts. ``own``: that of a browser in which the
    person is known, or ``""``.
    """

    seconds: int
    buckets: tuple[str, ...]
    own: str


def ask(session: Session, section: Section, attempt: Attempt) -> None:
    """Whether the password is looked at, before it is. Raises ``TooSoon``."""
    if not attempt.browser:
        _require(_stand(session, section, attempt).seconds, attempt.place)


def settle(session: Session, section: Section, attempt: Attempt, *, right: bool) -> TooSoon | None:
    """Count an attempt of which it is known now whether the password is ``right``. Returns why it lets nobody in whatever it is,
    as others have tried so often: to be raised after this transaction.
    """
    now = _stand(session, section, attempt)
    if right and (not now.seconds or (now.own and not terms.wait(_failures(session, now.own), section.now()))):
        _clear(session, now.own)
        return None
    if not now.seconds:
        _count(session, section, *now.buckets, *([now.own] if now.own else []))
        return None
    if now.own and not terms.wait(_failures(session, now.own), section.now()):
        _count(session, section, now.own)
    elif attempt.browser:
        unknown = _bucket(attempt.handle, f"unknown {http.network(attempt.address)}")  # only that it takes as long
        _clear(session, unknown)
        _count(session, section, unknown)
    return _too_soon(now.seconds, attempt.place)


def _stand(session: Session, section: Section, attempt: Attempt) -> _Standing:
    now, handle, network = section.now(), attempt.handle, http.network(attempt.address)
    line, newcomers = _bucket(handle, f"line {http.line(attempt.address)}"), _bucket(handle, f"newcomers {network}")
    nearby, anywhere = _bucket(handle, network), _bucket(handle)
    attacked = _is_attacked(session, section, anywhere)
    own = _known(session, section, handle, attempt.browser)
    seconds = terms.wait(_failures(session, nearby), now, attacked=attacked)
    if not seconds:
        return _Standing(0, (anywhere, nearby, line), own)
    if terms.is_newcomer(_failures(session, line), _failures(session, newcomers), now, attacked=attacked):
        return _Standing(0, (anywhere, nearby, line, newcomers), own)
    return _Standing(seconds, (), own)


def _clear(session: Session, bucket: str) -> None:
    session.execute(delete(FailedSignIn).where(col(FailedSignIn.bucket) == bucket))


def _known(session: Session, section: Section, handle: str, browser: str | None) -> str:
    """The bucket of the browser with this cookie, when the person is known there; else ``""``."""
    account = accounts.by_handle(session, handle)
    mark = browsers.known(session, section, None if account is None else account.id, browser)
    return _bucket(handle, f"browser {mark}") if mark else ""


def renew(session: Session, section: Section, account: str, *, place: str) -> None:
    """Count that a person changes their password: each leaves a word that is kept for good (``closings``). Raises ``TooSoon``."""
    own = _bucket("", f"renewed {account}")
    _require(terms.wait(_failures(session, own), section.now()), place)
    _count(session, section, own)


def name(session: Session, section: Section, who: str) -> None:
    """Count that somebody tries a handle, in a transaction of its own: whether it is refused or not, the answer says whether a
    member has it. ``who``: the id of their account, or of the invitation that they have. Raises ``TooSoon`` at ``handle``.
    """
    own = NAMES + _bucket("", f"names {who}")
    _require(terms.wait_for_name(_failures(session, own), section.now()), "handle")
    _count(session, section, own)


def _require(seconds: int, place: str) -> None:
    if seconds:
        raise _too_soon(seconds, place)


def _too_soon(seconds: int, place: str) -> TooSoon:
    sentence = _("After several attempts please wait %(seconds)s seconds, then try again.")
    return TooSoon(sentence % {"seconds": seconds}, seconds=seconds, place=place)


def _count(session: Session, section: Section, *buckets: str) -> None:
    session.add_all(FailedSignIn(id=terms.new_id(), bucket=bucket, at=section.now()) for bucket in buckets)


def _failures(session: Session, bucket: str) -> Sequence[datetime]:
    """When what is counted here was tried, the oldest first."""
    return session.exec(select(FailedSignIn.at).where(FailedSignIn.bucket == bucket).order_by(col(FailedSignIn.at))).all()


def _is_attacked(session: Session, section: Section, anywhere: str) -> bool:
    now = section.now()
    lately = FailedSignIn.bucket == anywhere, FailedSignIn.at > now - terms.ATTEMPT_WINDOW, FailedSignIn.at <= now
    return session.exec(select(func.count()).where(*lately)).one() >= terms.ATTEMPTS_ANYWHERE


def _bucket(handle: str, place: str = "anywhere") -> str:
    """One handle from one place, or from all; or (no handle) one account or invitation."""
    return hmac.new(_KEY, f"{handles.key(handle)} {place}".encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()
