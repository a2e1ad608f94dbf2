"""The host's waiting room: every kind with its reason and remedy; trying again, saving, muting."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from internationale.events import envelope, keys
from internationale.events.envelope import INTERNATIONAL, Address, Envelope
from internationale.events.refs import Ref
from internationale.ledger import quarantine
from internationale.ledger.deliveries import Delivery
from internationale.rooms.exchange import port, queries
from internationale.rooms.exchange.queries import Kind
from internationale.section import Section
from internationale.testing.founding import key_of

from .conftest import NOW, Browse

QUARANTINED = "/federation/waiting/quarantined"


def message(section: Section, code: str, sequence: int = 1, **changed: object) -> Delivery:
    """An authentic event of a section, of a kind that nobody knows."""
    with section.reading() as session:
        genesis = section.keyring(session)[code].genesis
    draft = Envelope(
        section=code,
        epoch=1,
        sequence=sequence,
        type="org.intl.tomorrow.invented.v1",
        time=NOW,
        dataschema="urn:intl:schema:tomorrow.invented:1",
        prevhash=genesis,
        audience=INTERNATIONAL,
        data={},
    )
    body, written = envelope.write(replace(draft, **changed))
    return Delivery(written.address.subject, body, key_of(code).sign(keys.EVENT, body), "a hub")


def forged(number: int) -> Delivery:
    return Delivery(f"intl.v1.log.ic.1.{number}", b"{}", "0" * 16 + "." + "A" * 86, "<b>a hub</b>")


@pytest.fixture
def troubled(joined: Section) -> Section:
    """Something of an unknown kind, something too early, and a flood of forgeries."""
    assert joined.accept([message(joined, "ic"), message(joined, "ar", 3, prevhash="a" * 64)]) == ["waiting", "parked"]
    assert set(joined.accept([forged(number) for number in range(1, 121)])) == {"quarantined"}
    return joined


def test_each_is_shown_with_its_reason_and_what_would_help(troubled: Section, browse: Browse) -> None:
    page = browse("/federation/waiting", "host")
    for sentence in (
        "Its kind is not known here yet: org.intl.tomorrow.invented.v1. A newer version or a plugin may know it.",
        "Messages before it have not arrived yet.",
        "It counts by itself as soon as the messages before it are here.",
        "It is signed with a key that the list of sections does not know.",
        "A list of sections in which this section has this key.",
        "See all 120",
        "120 messages were turned away, ever.",
    ):
        assert sentence in page, sentence
    assert "<b>a hub</b>" not in page


def test_what_is_missing_is_named_by_section_and_number(joined: Section, browse: Browse) -> None:
    cause = Ref("ar", 1, 7, "0" * 16)
    signed = {"hash": "0" * 64, "signature": f"{'0' * 16}.{'a' * 86}"}
    assert joined.accept([message(joined, "ic", type="org.intl.roster.signed.v1", refs=(cause,), data=signed)]) == ["waiting"]
    page = browse("/federation/waiting?lang=ar", "host")
    assert "تستند إلى الرسالة رقم \u20687\u2069 من \u2068Section ar (ar)\u2069، وهي ليست هنا." in page
    named = '<span class="section"><bdi lang="en">Section ic</bdi> <small dir="ltr">(ic)</small></span>'
    assert f"الرسالة رقم \u20681\u2069 من {named}" in page


def test_a_long_list_comes_page_by_page(troubled: Section, browse: Browse) -> None:
    assert "Page 3 of 3" in browse(f"{QUARANTINED}?page=99", "host")
    listing = browse(f"/api/v1{QUARANTINED}?page=2", "host")
    assert (len(listing["held"]), listing["total"], listing["pages"]) == (50, 120, 3)
    browse("/federation/waiting/nothing", "host", status=404)
    browse("/api/v1/federation/waiting/waiting/fr:1:99", "host", status=404)
    browse("/api/v1/federation/waiting/waiting/nonsense", "host", status=404)
    browse(f"/federation/waiting/parked/ar:1:{10**20}/export", "host", status=404)
    browse(f"/federation/waiting/parked/ar:{10**20}:1/export", "host", status=404)


def test_one_is_saved_byte_for_byte(troubled: Section, browse: Browse) -> None:
    saved = browse("/api/v1/federation/waiting/waiting/ic:1:1", "host")
    sent = message(troubled, "ic")
    assert (saved["subject"], keys.decode(saved["body"]), saved["signature"]) == (sent.subject, sent.body, sent.signature)
    assert json.loads(browse("/federation/waiting/parked/ar:1:3/export", "host"))["subject"] == "intl.v1.log.ar.1.3"


def test_trying_again_takes_out_what_is_authentic_by_now_and_nothing_else(troubled: Section, browse: Browse) -> None:
    true = message(troubled, "ar")
    with troubled.writing() as session:  # as if it had come before the roster knew the key
        arrival = quarantine.Arrival(true, None, "unknown_key")
        quarantine.keep(session.connection(), [arrival], ["ar", "ic"], NOW)
    with troubled.reading() as session:
        counts = queries.counts(session)
    assert browse(f"/api/v1{QUARANTINED}/retry", "host", post={}) == {"done": 1}
    with troubled.reading() as session:
        assert troubled.ledger.event(session, Address("ar", 1, 1)) is not None
        after = queries.counts(session)
    assert (after.quarantined, after.refused) == (counts.quarantined - 1, counts.refused)
    assert "held back no longer" in browse(f"{QUARANTINED}?done=1", "host")


def test_trying_again_what_still_waits_changes_nothing(troubled: Section, browse: Browse) -> None:
    for _time in range(2):
        browse("/federation/waiting/waiting/retry", "host", post={"id": "ic:1:1"}, status=303)
    with troubled.reading() as session:
        (held,) = queries.listing(session, Kind.WAITING).held
    assert held.what == (("type", "org.intl.tomorrow.invented.v1"),)
    assert browse("/api/v1/federation/waiting/void/retry", "host", post={}, status=400)["error"] == "invalid"
    browse("/api/v1/federation/waiting/waiting/retry", "host", post={"ids": ["nonsense"]}, status=400)


def test_a_muted_flood_is_counted_and_not_kept(troubled: Section, browse: Browse) -> None:
    browse("/federation/waiting/mute", "host", post={"source": "ic"}, status=303)
    tampered = message(troubled, "ic", 2, prevhash="b" * 64)
    false = Delivery(tampered.subject, tampered.body + b" ", tampered.signature, "a hub")
    assert troubled.accept([false, forged(500)]) == ["quarantined", "quarantined"]
    with troubled.reading() as session:
        reasons = [held.reason for held in queries.listing(session, Kind.QUARANTINED).held]
        counts, (source,) = queries.counts(session), queries.sources(session)
    assert reasons == []  # those of muted sources are not listed
    assert (counts.quarantined, counts.refused) == (121, 122)  # the forgery with an unknown key is kept: a roster may know it
    assert (source.source, source.count, source.muted) == ("ic", 122, True)
    assert "121 are not shown because their senders are muted." in browse("/federation/waiting", "host")
    assert troubled.accept([message(troubled, "ar")]) == ["waiting"]


def test_what_is_authentic_is_never_muted(troubled: Section) -> None:
    with troubled.writing() as session:
        port.mute(session, "ar", NOW + timedelta(hours=1))
        port.mute(session, "ar", NOW)
        port.mute(session, "?", NOW)
    assert troubled.accept([message(troubled, "ar")]) == ["waiting"]
    with troubled.writing() as session:
        port.unmute(session, "ar")
        port.unmute(session, "ar")
        assert port.muted(session) == {"?"}


def test_only_sections_of_the_roster_and_strangers_can_be_muted(troubled: Section, browse: Browse) -> None:
    browse("/api/v1/federation/waiting/mute", "host", post={"source": "de"}, status=400)
    sources = browse("/api/v1/federation/waiting/mute", "host", post={"source": "?"})
    assert [(each["source"], each["muted"]) for each in sources] == [("ic", False), ("?", True)]
    assert browse("/api/v1/federation/waiting/unmute", "host", post={"source": "?"})[0]["source"] == "ic"


@pytest.mark.parametrize("path", ["waiting/mute", "waiting/unmute", "waiting/quarantined/retry"])
def test_only_the_host_may(troubled: Section, browse: Browse, path: str) -> None:
    for as_ in ("", "member"):
        browse(f"/api/v1/federation/{path}", as_, post={"source": "ic"} if "mute" in path else {}, status=403)
