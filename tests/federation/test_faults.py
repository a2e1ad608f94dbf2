"""What a hub, a carrier or a stranger may do to what was said. After each fault the oracle judges."""

import itertools

import pytest

from internationale.errors import Conflict
from internationale.events.envelope import Address, Envelope, seal
from internationale.events.keys import EVENT, SigningKey
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.testing import builds, notes, oracle
from internationale.testing.founding import open_section


def states(section):
    with section.reading() as session:
        return {str(event.address): (event.state.value, event.reason) for event in section.ledger.every_event(session)}


def test_duplicates(three, carry, say, said):
    _ic, fr, ar = three
    say(fr, "once")
    say(fr, "twice")
    carry(*three)
    assert ar.accept(said(fr) * 3) == ["duplicate"] * 6
    for section in three:  # everybody believes that the hub has nothing, and publishes again
        with section.writing() as session:
            session.connection().execute(tables.cursor.delete())
    carry(*three)
    carry(*three)
    oracle.agree(*three, said=2)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_any_order_of_arrival(three, say, said, order):
    ic, fr, ar = three
    first = say(fr, "first")
    ic.accept(said(fr))
    answer = say(ic, "answer", first)
    fr.accept(said(ic))
    say(fr, "again", answer, first)
    say(ic, "more")
    deliveries = [*said(fr), *said(ic)]
    for place in order:
        ar.accept([deliveries[place]])
    ic.accept(said(fr))
    fr.accept(said(ic))
    oracle.agree(*three, said=4)


def test_a_hub_that_delivers_backwards(three, carry, say, said, intruder):
    _ic, fr, _ar = three
    for number in range(5):
        say(fr, str(number))
    for delivery in reversed(said(fr)):
        intruder.put(delivery.subject, delivery.body, delivery.signature)
    carry(*three)
    oracle.agree(*three, said=5)


def flip(body):
    return body.replace(b"the truth", b"the trash")


@pytest.mark.parametrize("fault", ["body", "signature", "signer", "empty"])
def test_tampering_on_the_hub(three, carry, say, said, intruder, fault):
    """The true event still comes: the others ask its author for it."""
    ic, fr, ar = three
    say(fr, "before")
    say(fr, "the truth")
    say(fr, "after")
    true = said(fr)[1]
    stranger = SigningKey.generate()
    tampered = {
        "body": (flip(true.body), true.signature, "bad_signature"),
        "signature": (true.body, true.signature[:-4] + "AAAA", "bad_signature"),
        "signer": (true.body, stranger.sign(EVENT, true.body), "unknown_key"),
        "empty": (b"", true.signature, "bad_signature"),
    }
    body, signature, reason = tampered[fault]
    intruder.put(true.subject, body, signature)
    carry(*three)
    oracle.agree(ic, ar, said=3, bad=[(true.subject, reason)])
    own = [] if body == true.body else [(true.subject, reason)]  # the author sees its own bytes, whatever came beside them
    oracle.agree(fr, said=3, bad=own)
    assert oracle.log(fr) == oracle.log(ar)


def test_speaking_for_another(three, carry, say, said, intruder):
    """``ar`` signs something and puts it where ``fr`` speaks; and squats a number that ``fr`` has not reached."""
    _ic, fr, ar = three
    say(fr, "first")
    carry(*three)
    say(ar, "mine")
    forged = said(ar)[0]
    ahead = Address("fr", 1, 2).subject
    intruder.put(ahead, forged.body, forged.signature)
    say(fr, "second")
    say(fr, "third")
    carry(*three)
    oracle.agree(*three, said=4, bad=[(ahead, "unknown_key")])
    assert fr.fenced is None


def test_an_old_event_under_another_number(three, carry, say, said, intruder):
    _ic, fr, _ar = three
    say(fr, "first")
    carry(*three)
    old = said(fr)[0]
    subject = Address("fr", 1, 2).subject
    intruder.put(subject, old.body, old.signature)
    carry(*three)
    oracle.agree(*three, said=1, bad=[(subject, "subject_mismatch")])
    say(fr, "second")
    carry(*three)
    oracle.agree(*three, said=2, bad=[(subject, "subject_mismatch")])


def test_garbage_under_subjects_of_no_section(three, carry, say, intruder):
    _ic, fr, _ar = three
    say(fr, "first")
    intruder.put("intl.v1.log.zz.1.1", b"{}", "x.y")
    intruder.put("intl.v1.log.fr.1.0", b"{}", "x.y")
    intruder.put("intl.v1.log.fr.99999999999999999999.7", b"\xff\x00", "")
    intruder.put("intl.v1.log.fr.1.9", b"[" * 100_000, "x.y")
    carry(*three)
    oracle.agree(
        *three,
        said=1,
        bad=[
            ("intl.v1.log.zz.1.1", "unknown_section"),
            ("intl.v1.log.fr.1.0", "subject_malformed"),
            ("intl.v1.log.fr.99999999999999999999.7", "subject_malformed"),
            ("intl.v1.log.fr.1.9", "unknown_key"),
        ],
    )


def test_a_gap_is_filled_by_those_who_have_it(three, carry, say, said, intruder):
    ic, fr, ar = three
    for number in range(6):
        say(fr, str(number))
    carry(ic, fr)
    for lost in (2, 3):
        intruder.purge(Address("fr", 1, lost).subject)
    carry(ic, ar)  # the author is absent: a reader has it
    oracle.agree(*three, said=6)


def test_a_withheld_end_is_seen_by_the_heads(three, carry, say, intruder):
    ic, fr, ar = three
    for number in range(4):
        say(fr, str(number))
    carry(ic, fr)
    for lost in (3, 4):
        intruder.purge(Address("fr", 1, lost).subject)
    carry(fr, ar)
    oracle.agree(*three, said=4)


def test_a_cause_that_has_not_arrived(three, carry, say, said):
    ic, fr, ar = three
    note = say(ic, "note")
    carry(ic, fr)
    say(fr, "answer", note)
    assert ar.accept(said(fr)) == ["waiting"]
    assert states(ar) == {"fr:1:1": ("waiting", "missing_cause")}
    assert oracle.rows(ar)["notes_note"] == []
    carry(*three)
    oracle.agree(*three, said=2)
    assert set(states(ar).values()) == {("applied", "")}


def test_what_has_no_authority_keeps_its_place_and_does_not_count(three, carry, say):
    """Our own software does not say it; a careless section's does."""
    ic, fr, ar = three
    say(fr, "first")
    with pytest.raises(Conflict, match="answers_nothing"):
        say(fr, "nothing", kind=notes.Answered)
    fr.close()
    careless = open_section(fr.settings, builds.careless())
    say(careless, "nothing", kind=notes.Answered)
    say(careless, "second")
    carry(ic, careless, ar)
    careless.close()
    oracle.agree(ic, ar, said=3)
    assert states(ar) == {"fr:1:1": ("applied", ""), "fr:1:2": ("void", "answers_nothing"), "fr:1:3": ("applied", "")}
    assert sorted(row[2] for row in oracle.rows(ar)["notes_note"]) == ["first", "second"]


def test_a_type_that_only_newer_builds_know(federation, carry, say):
    ic, fr = federation("ic", "fr", plugins=builds.today())
    fr.close()
    old = open_section(fr.settings, builds.older())
    later = say(ic, "from the future", kind=notes.Later)
    say(ic, "answer to it", later)
    say(ic, "a note")
    carry(ic, old)
    assert states(old) == {
        "ic:1:1": ("waiting", "unknown_type"),
        "ic:1:2": ("waiting", "missing_cause"),
        "ic:1:3": ("applied", ""),
    }
    assert oracle.log(old) == oracle.log(ic)
    old.close()
    new = open_section(fr.settings, builds.today())
    oracle.agree(ic, new, said=3)
    assert set(states(new).values()) == {("applied", "")}
    new.close()


def test_the_hubs_disk_is_lost(three, carry, say, intruder):
    ic, fr, _ar = three
    say(ic, "one", parts=(b"long",))
    say(fr, "two")
    carry(ic, fr)
    intruder.empty()
    say(fr, "three")
    carry(ic, fr)
    carry(*three)
    oracle.agree(*three, said=3)
    assert intruder.kept(Address("ic", 1, 1).subject)


def test_what_the_hub_lost_is_published_again(three, carry, say, intruder):
    _ic, fr, _ar = three
    for number in range(4):
        say(fr, str(number))
    carry(*three)
    intruder.purge(Address("fr", 1, 2).subject)
    carry(*three)  # its audit at the end finds the loss
    carry(*three)
    assert intruder.kept(Address("fr", 1, 2).subject)
    oracle.agree(*three, said=4)


def test_two_histories_of_one_section_stop_its_log_for_all(three, carry, say, said):
    """A second instance with the same key: people decide, nobody guesses."""
    ic, fr, ar = three
    say(fr, "first")
    carry(*three)
    one = rival(fr, "one way")
    say(fr, "another way")
    other = said(fr)[1]
    assert one.subject == other.subject
    assert one.body != other.body
    ic.accept([one])
    ar.accept([other])
    carry(*three)
    for section in three:
        with section.reading() as session:
            assert section.ledger.head(session, "fr").frozen, section.code
        assert list(oracle.log(section)) == ["fr:1:1"], section.code


def rival(section, text):
    """What another instance of the section would say next."""
    with section.reading() as session:
        head = section.ledger.head(session, section.code)
    kind = notes.event_types()[0]
    envelope = Envelope(
        section=section.code,
        epoch=head.epoch,
        sequence=head.sequence + 1,
        type=kind.wire,
        time=section.now(),
        dataschema=kind.dataschema,
        prevhash=head.hash,
        data={"text": text},
    )
    signed = seal(envelope, section.key)
    return Delivery(envelope.address.subject, signed.body, signed.signature)
