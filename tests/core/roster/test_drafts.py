"""Founding an International and admitting a section to it."""

from datetime import timedelta

import pytest

from internationale.errors import Conflict
from internationale.events import roster
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.roster import Version
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import rules

from .conftest import LOGS, NOW, ROOT


def card(code: str, key: SigningKey | None = None) -> Card:
    return Card(
        code=code, name=f"Section {code}", languages=("en",), key=(key or LOGS[code]).public, address=f"https://{code}.example"
    )


def founded() -> Version:
    return roster.verify(None, rules.founding(card("ic"), ROOT, ["nats://hub.example:4222"], NOW))


def test_the_founder_is_the_committee_and_holds_the_root() -> None:
    begun = founded().roster
    (entry,) = begun.sections
    assert (entry.code, entry.mandates, entry.epoch, entry.opened) == ("ic", ("committee",), 1, 1)
    assert [(root.key, root.holder) for root in begun.roots] == [(ROOT.public, "Section ic")]
    assert [hub.urls for hub in begun.hubs] == [("nats://hub.example:4222",)]


def test_a_section_is_admitted_in_a_new_version() -> None:
    begun = founded()
    document = rules.admitting(card("fr"), begun, ROOT, NOW + timedelta(days=1))
    assert document is not None
    grown = roster.verify(begun, document)
    assert [(entry.code, entry.opened) for entry in grown.roster.sections] == [("fr", 2), ("ic", 1)]
    assert grown.roster.expires == NOW + timedelta(days=366)
    assert rules.admitting(card("fr"), grown, ROOT, NOW) is None


def test_what_a_member_says_of_itself_now_comes_into_the_next_version() -> None:
    begun = founded()
    moved = card("ic").model_copy(update={"name": "New name", "languages": ("en", "es")})
    document = rules.admitting(moved, begun, ROOT, NOW)
    assert document is not None
    (entry,) = roster.verify(begun, document).roster.sections
    assert (entry.name, entry.languages, entry.mandates, entry.opened) == ("New name", ("en", "es"), ("committee",), 1)


def test_a_roster_is_renewed_with_the_same_or_other_hubs() -> None:
    begun, later = founded(), NOW + timedelta(days=300)
    renewed = roster.verify(begun, rules.renewing(begun, ROOT, [], later))
    assert (renewed.roster.version, renewed.roster.expires, renewed.roster.hubs) == (
        2,
        later + timedelta(days=365),
        begun.roster.hubs,
    )
    moved = roster.verify(renewed, rules.renewing(renewed, ROOT, ["nats://other.example:4222"], later))
    assert [hub.urls for hub in moved.roster.hubs] == [("nats://other.example:4222",)]


def test_what_is_taken_is_refused() -> None:
    begun = founded()
    with pytest.raises(Conflict, match="already is a section"):
        rules.admitting(card("ic", LOGS["fr"]), begun, ROOT, NOW)
    with pytest.raises(Conflict, match="another section"):
        rules.admitting(card("fr", LOGS["ic"]), begun, ROOT, NOW)
    with pytest.raises(Conflict, match="does not sign"):
        rules.admitting(card("fr"), begun, LOGS["ar"], NOW)
    with pytest.raises(Conflict, match="also a log key"):
        rules.admitting(card("fr", ROOT), begun, ROOT, NOW)
    body = begun.document.body[:-1] + b',"later":1}'
    later = Version(SignedDocument(body, ()), begun.roster)
    with pytest.raises(Conflict, match="newer version"):
        rules.admitting(card("fr"), later, ROOT, NOW)
