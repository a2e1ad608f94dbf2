"""The room roster: who is in the International, with which keys, and what each section is known to hold."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session as Database

from internationale.kit import (
    Capability,
    Check,
    EventType,
    Need,
    Projection,
    Reader,
    Role,
    Section,
    Utterance,
    hookimpl,
    marker,
)
from internationale.rooms.roster import api, events, pages, queries, rows
from internationale.rooms.roster.checks import announced_key, division, expiry, proposals, standing
from internationale.rooms.roster.port import releasing as checking
from internationale.rooms.roster.rules import authority

_ = marker("core")


@hookimpl
def event_types() -> Sequence[EventType]:
    return [
        EventType(name="roster.proposed", payload=events.Proposed, authority=authority.may_propose, parts=True),
        EventType(name="roster.signed", payload=events.Signed, authority=authority.may_sign, bearer=True),
        EventType(name="roster.vouched", payload=events.Vouched, authority=authority.may_vouch),
        EventType(name="roster.declined", payload=events.Declined, authority=authority.may_decline),
        EventType(name="roster.key_announced", payload=events.KeyAnnounced, authority=authority.may_announce),
    ]


@hookimpl
def projections() -> Sequence[Projection]:
    return [rows.projection]


@hookimpl
def capabilities() -> Sequence[Capability]:
    delegate, host = frozenset({Role.DELEGATE}), frozenset({Role.DELEGATE, Role.HOST})
    return [
        Capability(
            "roster.proposed",
            _("Propose changes to the list of sections"),
            delegate,
            _("A proposed change of the list of sections"),
        ),
        Capability(
            "roster.signed",
            _("Sign changes to the list of sections, with a root key of this section"),
            host,
            _("A signature on a change of the list of sections"),
        ),
        Capability(
            "roster.vouched", _("Vouch for a section that wants to join"), delegate, _("A word for a section that wants to join")
        ),
        Capability(
            "roster.declined",
            _("Decline, for the committee, a section that wants to join"),
            delegate,
            _("A request to join, declined"),
        ),
        Capability(
            "roster.key_announced",
            _("Announce another key for the section's log"),
            frozenset({Role.HOST}),
            _("Another key for the section's log"),
        ),
    ]


@hookimpl
def routes() -> Sequence[Any]:
    return [*pages.routes(), *api.routes()]


@hookimpl
def releasing(section: Section, session: Database, utterance: Utterance) -> None:
    checking.check(section, session, utterance)


@hookimpl
def needs(section: Section, session: Database, reader: Reader) -> Sequence[Need]:
    return queries.needs(section, session, reader)


@hookimpl
def checks() -> Sequence[Check]:
    return [
        Check("division", division),
        Check("roster expiry", expiry),
        Check("standing", standing),
        Check("announced key", announced_key),
        Check("proposals", proposals),
    ]
