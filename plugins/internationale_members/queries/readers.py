"""Whose a secret is. Asked with every request, so the queries are prepared."""

from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, inspect, select, update
from sqlmodel import Session, col

from internationale.kit import Reader, Section
from internationale.kit.prepared import Prepared
from internationale_members.rows import Account, SignedIn, Token
from internationale_members.rules import terms

TOKEN_PREFIX = "intl_"  # noqa: S105  # so that a token that slipped into a text can be recognised
_ACCOUNTS, _SESSIONS, _TOKENS = (inspect(model).local_table.c for model in (Account, SignedIn, Token))
_PEOPLE = select(_ACCOUNTS.id, _ACCOUNTS.handle, _ACCOUNTS.language, _ACCOUNTS.disabled_at)
_ONE = Prepared(_PEOPLE.where(_ACCOUNTS.id == bindparam("id")))
_BY_SESSION = Prepared(
    _PEOPLE.add_columns(_SESSIONS.begun_at, _SESSIONS.seen_at).where(
        _SESSIONS.hash == bindparam("hash"), _ACCOUNTS.id == _SESSIONS.account
    )
)
_BY_TOKEN = Prepared(
    _PEOPLE.add_columns(_TOKENS.made_at, _TOKENS.until, _TOKENS.used_at).where(
        _TOKENS.hash == bindparam("hash"), _ACCOUNTS.id == _TOKENS.account
    )
)


def by_session(section: Section, session: Session, secret: str, *, again: bool) -> Reader | None:
    """Who is signed in with this secret. ``again``: asked within a transaction, so that it is not noted when they were seen."""
    hash, now = terms.hash_of(secret), section.now()
    found = _BY_SESSION.first(session.connection(), {"hash": hash})
    if found is None:
        return None
    *person, begun, seen = found
    if not terms.alive(begun, seen, now):
        return None
    if not again and now - seen >= terms.SEEN_EVERY:
        seen_now = update(SignedIn).where(col(SignedIn.hash) == hash).values(seen_at=now)
        section.note_in_passing(lambda other: other.execute(seen_now))  # the caller's session is for reading
    return _reader(section, session, *person)


def by_token(section: Section, session: Session, secret: str, *, again: bool) -> Reader | None:
    """Who a token belongs to, as long as it holds; the same."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    hash, now = terms.hash_of(secret), section.now()
    found = _BY_TOKEN.first(session.connection(), {"hash": hash})
    if found is None:
        return None
    *person, made, until, used = found
    if not terms.is_open(made, until, now):
        return None
    if not again and (used is None or now - used >= terms.SEEN_EVERY):
        used_now = update(Token).where(col(Token.hash) == hash).values(used_at=now)
        section.note_in_passing(lambda other: other.execute(used_now))  # the caller's session is for reading
    reader = _reader(section, session, *person)
    return replace(reader, by_token=True) if reader else None


def by_account(section: Section, session: Session, account: str) -> Reader | None:
    """The person as the rest of the house sees them; None for a closed account."""
    session.flush()
    found = _ONE.first(session.connection(), {"id": account})
    return None if found is None else _reader(section, session, *found)


def _reader(section: Section, session: Session, *person: Any) -> Reader | None:
    """The columns of ``_PEOPLE``."""
    id, handle, language, disabled_at = person
    return None if disabled_at is not None else section.grants.reader(session, id=id, handle=handle, language=language)
