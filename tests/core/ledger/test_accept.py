"""The table of cases: what becomes of a delivery by its number, its chain and its signature."""

from dataclasses import replace

from internationale.ledger import database
from internationale.ledger.deliveries import Delivery
from internationale.ledger.reading import Gap

from .conftest import Author, House, Said, ref


def test_an_event_in_order_is_applied_and_shown(house, fr: Author):
    home: House = house(fr)
    one, two = fr.say("one"), fr.say("two")
    assert home.accept(one, two) == ["applied", "applied"]
    assert home.rows()["talk_saying"] == [("fr:1:1", "fr", "one", 0), ("fr:1:2", "fr", "two", 0)]
    assert home.head("fr") == 2


def test_a_duplicate_is_dropped_in_the_same_batch_and_later(house, fr: Author):
    home: House = house(fr)
    one = fr.say()
    assert home.accept(one, one) == ["applied", "duplicate"]
    assert home.accept(one, replace(one, via="other")) == ["duplicate", "duplicate"]
    assert len(home.rows()["talk_saying"]) == 1


def test_a_duplicate_costs_no_signature(house, fr: Author):
    """The same bytes under a broken signature are the same event, which is here already."""
    home: House = house(fr)
    one = fr.say()
    home.accept(one)
    assert home.accept(replace(one, signature="nonsense")) == ["duplicate"]


def test_a_gap_is_parked_asked_for_and_closed(house, fr: Author):
    home: House = house(fr)
    one, two, three, four, five = (fr.say(str(number)) for number in range(1, 6))
    assert home.accept(one, three, five) == ["applied", "parked", "parked"]
    assert home.read(home.ledger.gaps) == [Gap("fr", 1, 2, 2), Gap("fr", 1, 4, 4)]
    assert home.accept(three) == ["duplicate"]
    assert home.accept(two) == ["applied"]
    assert home.head("fr") == 3
    assert home.accept(four) == ["applied"]
    assert home.head("fr") == 5
    assert [row[2] for row in home.rows()["talk_saying"]] == ["1", "2", "3", "4", "5"]
    assert home.read(home.ledger.gaps) == []


def test_a_log_may_begin_with_a_gap(house, fr: Author):
    home: House = house(fr)
    one, two = fr.say(), fr.say()
    assert home.accept(two) == ["parked"]
    assert home.read(home.ledger.gaps) == [Gap("fr", 1, 1, 1)]
    assert home.accept(one) == ["applied"]
    assert home.head("fr") == 2


def test_a_batch_may_be_out_of_order(house, fr: Author):
    home: House = house(fr)
    batch = [fr.say(str(number)) for number in range(5)]
    assert home.accept(*reversed(batch)) == ["applied"] * 5
    assert home.head("fr") == 5


def test_tampered_forged_and_misdirected_go_to_quarantine_and_the_true_event_still_comes(house, fr: Author, ar: Author):
    home: House = house(fr, ar)
    stranger, thief = Author("xx"), Author("fr")
    one = fr.say("one")
    tampered = replace(one, body=one.body.replace(b"one", b"two"))
    forged = thief.say("one")
    assert (
        home.accept(
            tampered,
            forged,
            stranger.say(),
            replace(one, subject="intl.v1.log.fr.1.2"),
            replace(one, subject="intl.v1.log.ar.1.1"),
            replace(one, subject="elsewhere"),
            replace(one, body=b"x" * 300_000),
            Delivery("intl.v1.log.fr.1.1", b"", "\0é", "v\0"),
        )
        == ["quarantined"] * 8
    )
    reasons = {row["reason"]: (row["source"], row["count"]) for row in home.read(home.ledger.refusals)}
    assert reasons == {
        "bad_signature": ("fr", 1),
        "unknown_key": ("fr", 2),
        "unknown_section": ("?", 1),
        "subject_mismatch": ("fr", 1),
        "subject_malformed": ("?", 1),
        "oversize": ("fr", 1),
    } | {"unknown_key": reasons["unknown_key"]}
    assert home.accept(one) == ["applied"]


def test_a_log_that_begins_from_another_roster_is_refused(house, fr: Author):
    home: House = house(fr)
    wrong = fr.send(replace(fr.draft(Said(text="one")), prevhash="0" * 64))
    assert home.accept(wrong) == ["quarantined"]
    assert home.read(home.ledger.refusals)[0]["reason"] == "wrong_genesis"


def test_the_first_event_of_another_international_contradicts_nothing(house, fr: Author):
    """The same key has signed it, in a trial: whoever kept it cannot have the true log stopped as one with two histories."""
    home: House = house(fr)
    once = fr.forked()
    trial = once.send(replace(once.draft(Said(text="a trial")), prevhash="0" * 64))
    one, two = fr.say("one"), fr.say("two")
    assert home.accept(one, two) == ["applied", "applied"]
    assert home.accept(trial) == ["quarantined"]
    assert home.read(home.ledger.refusals)[0]["reason"] == "wrong_genesis"
    assert home.accept(fr.say("three")) == ["applied"]


def test_quarantine_is_bounded_and_goes_on_counting(house, fr: Author, monkeypatch):
    monkeypatch.setattr("internationale.ledger.quarantine.BUDGET", 4_000)
    home: House = house(fr)
    thief = Author("fr")
    bad = [thief.say(str(number)) for number in range(20)]
    assert home.accept(*bad) == ["quarantined"] * 20
    assert home.accept(*bad) == ["quarantined"] * 20
    (row,) = home.read(home.ledger.refusals)
    assert (row["count"], row["bytes"] <= 4_000, row["bytes"] > 2_000) == (40, True, True)


def test_what_another_brings_in_somebodys_name_uses_up_its_own_room(house, fr: Author, ar: Author, monkeypatch):
    monkeypatch.setattr("internationale.ledger.quarantine.BUDGET", 4_000)
    home: House = house(fr, ar)
    thief = Author("fr")
    assert home.accept(*(replace(thief.say(str(number)), by="ar") for number in range(20))) == ["quarantined"] * 20
    assert home.accept(replace(thief.say("from nowhere"), by="nobody"), thief.say("by itself")) == ["quarantined"] * 2
    kept = {row["source"]: (row["count"], row["bytes"] > 0) for row in home.read(home.ledger.refusals)}
    assert kept == {"ar": (20, True), "?": (1, True), "fr": (1, True)}


def test_parking_is_bounded(house, fr: Author, monkeypatch):
    monkeypatch.setattr("internationale.ledger.parking.MAX_PARKED", 2)
    home: House = house(fr)
    one, two, three, four, five = (fr.say(str(number)) for number in range(1, 6))
    assert home.accept(three, four, five) == ["parked", "parked", "full"]
    assert home.accept(one, two) == ["applied", "applied"]
    assert home.head("fr") == 4
    assert home.accept(five) == ["applied"]


def test_a_new_roster_takes_events_out_of_quarantine(house, fr: Author, ar: Author):
    home: House = house(fr)
    one, stranger = ar.say(), Author("xx").say()
    assert home.accept(one) == ["quarantined"]
    kept = home.read(home.ledger.refusals)
    assert home.accept(stranger) == ["quarantined"]
    home.authors["ar"] = ar
    with database.writing(home.database) as session:
        again = [each.delivery for each in home.ledger.retry_quarantine(session, home.keyring)]
    assert [(each.subject, each.body, each.signature) for each in again] == [(one.subject, one.body, one.signature)]
    assert home.accept(*again) == ["applied"]
    (refused,) = home.read(home.ledger.refusals)
    assert (refused["count"], refused["bytes"]) == (2, kept[0]["bytes"]), "what is still refused stays as it is"


def test_stored_events_are_rechecked_before_they_are_sent(house, fr: Author):
    home: House = house(fr)
    home.accept(fr.say())
    (stored,) = home.read(lambda session: home.ledger.events_after(session, "fr", 1, 0))
    assert stored.recheck(home.keyring).ref == stored.envelope.ref
    assert ref(Delivery(stored.address.subject, stored.signed.body, "")) == stored.envelope.ref
