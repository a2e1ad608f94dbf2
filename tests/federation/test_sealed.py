"""What is said to some sections only, over a real hub: they read it, the others see that there is something, nobody is misled."""

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import update
from tests.core.ledger.older import older

from internationale.errors import Conflict, Invalid, Untrusted
from internationale.events import envelope as envelopes
from internationale.events import keys, sealed
from internationale.events.envelope import SEALED, Address
from internationale.events.refs import Ref
from internationale.events.roster import LastGood, Status
from internationale.events.signed import SignedDocument
from internationale.events.withdrawn import PartWithdrawn
from internationale.kit import Reader, Utterance, audiences
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.ledger.pacing import Pace
from internationale.rooms.exchange import port as exchange_port
from internationale.rooms.roster import queries
from internationale.rooms.roster.port import store_version
from internationale.rooms.roster.port.card import card_of
from internationale.rooms.roster.rules import changes
from internationale.testing import builds, carrying, notes, oracle
from internationale.testing.forging import Forger
from internationale.testing.founding import ROOT, open_section

SECRET = "the strike begins on Monday"


@pytest.fixture
def tell(member):
    """``tell(fr, "text", "ic", note)``: to these sections, on these causes; returns the ref."""

    def write(section, text, audience, *causes, parts=()):
        payload = notes.Answered if causes else notes.Written
        with section.writing() as session:
            said = Utterance(payload(text=text), refs=causes, parts=parts, audience=audience, author="rosa")
            return section.publish(session, said, by=member(section))[0].ref

    return write


def states(section):
    with section.reading() as session:
        events = list(section.ledger.every_event(session))
    return {str(event.address): (event.state.value, event.reason) for event in events}


def texts(section):
    return sorted(row[2] for row in oracle.rows(section)["notes_note"])


def test_the_audience_reads_it_and_the_others_see_that_there_is_something(three, carry, tell):
    ic, fr, ar = three
    note = tell(fr, SECRET, "ic", parts=(b"annex " * 100_000,))
    tell(fr, "for all", "international")
    carry(*three)
    tell(ic, "agreed", "international", note)  # what stands on it stays among the same
    carry(*three)
    for section in three:
        oracle.verify(section)
        oracle.replayed(section)
    assert oracle.log(ic) == oracle.log(fr) == oracle.log(ar)
    assert texts(ic) == texts(fr) == ["agreed", "for all", SECRET]
    assert oracle.rows(ic) == oracle.rows(fr)
    assert texts(ar) == ["for all"]
    assert states(ar) == {
        "fr:1:1": ("sealed", "not_addressed"),
        "fr:1:2": ("applied", ""),
        "ic:1:1": ("sealed", "not_addressed"),
    }
    oracle.only_for(three, SECRET.encode(), {"ic", "fr"})
    with ar.reading() as session:
        stored = ar.ledger.event(session, Address("ic", 1, 1))
        assert (ar.ledger.opened(session, stored).type, stored.envelope.audience) == (SEALED, "fr ic")
    with ic.reading() as session:
        assert ic.ledger.opened(session, stored).data == {"text": "agreed"}


def test_an_open_word_never_stands_on_a_sealed_one(three, carry, tell, say, said, monkeypatch):
    ic, fr, ar = three
    note = tell(fr, SECRET, "ic")
    carry(*three)
    with pytest.raises(Conflict, match="some sections only"):
        tell(ic, "everybody, listen", "public", note)
    with pytest.raises(Conflict, match="some sections only"):
        tell(ic, "ar, listen", "ar fr ic", note)
    with pytest.raises(Conflict, match="cannot take part"):
        tell(ar, "I do not know what", "international", note)
    # a careless build says it all the same: void for everybody, also for those who cannot read what it stands on
    monkeypatch.setattr("internationale.ledger.publishing._audience", lambda unit, own, utterance: utterance.audience)
    monkeypatch.setattr("internationale.events.sealed.may_stand_on", lambda said, readers: True)
    careless = tell(ic, "everybody, listen", "international", note)
    monkeypatch.undo()
    (delivery,) = said(ic)
    assert (fr.accept([delivery]), ar.accept([delivery])) == (["void"], ["void"])
    assert states(ar)[careless.event_id] == states(fr)[careless.event_id] == ("void", "stands_on_sealed")


def test_what_stands_on_it_is_void_also_where_it_came_first(three, tell, say, said, monkeypatch):
    ic, fr, ar = three
    note = tell(fr, SECRET, "ic")
    ic.accept(said(fr))
    monkeypatch.setattr("internationale.ledger.publishing._audience", lambda unit, own, utterance: utterance.audience)
    monkeypatch.setattr("internationale.events.sealed.may_stand_on", lambda said, readers: True)
    careless = tell(ic, "everybody, listen", "international", note)
    monkeypatch.undo()
    assert ar.accept(said(ic)) == ["waiting"]
    assert ar.accept(said(fr)) == ["sealed"]
    assert states(ar)[careless.event_id] == ("void", "stands_on_sealed")


@pytest.mark.parametrize("another", [False, True])
@pytest.mark.parametrize("first", ["sealed", "open"])
def test_an_open_word_is_void_for_a_sealed_one_also_where_that_is_not_decided(federation, first, another):
    """Whom it is for and which it is everybody sees; what is inside is for some, of a type that this build does not know."""
    ic, fr, ar, de = federation("ic", "fr", "ar", "de", plugins=builds.today())
    hidden, ref = Forger(ar).whisper("org.intl.strange.said.v1", "ar fr", {}, [*fr.recipients, *ar.recipients])
    named = replace(ref, hash16="0" * 16) if another else ref
    said = Forger(de).say("org.intl.notes.answered.v1", {"text": "everybody, listen"}, named)
    for section, state in ((fr, ("waiting", "unknown_type")), (ic, ("sealed", "not_addressed"))):
        for each in (hidden, said) if first == "sealed" else (said, hidden):
            section.accept([each])
        void = ("void", "cause_mismatch" if another else "stands_on_sealed")
        assert states(section) == {"ar:1:1": state, "de:1:1": void}
        oracle.replayed(section)


def test_what_waited_for_a_sealed_one_is_decided_after_the_upgrade(federation):
    """As a build left it that had it wait until that was decided, which may never be."""
    _ic, fr, ar, de = federation("ic", "fr", "ar", "de", plugins=builds.today())
    forger, others = Forger(ar), Forger(de)
    hidden = [forger.whisper("org.intl.strange.said.v1", "ar fr", {}, [*fr.recipients, *ar.recipients]) for _number in range(2)]
    refs, never = [ref for _said, ref in hidden], Ref("ic", 1, 7, "ab" * 8)
    answers = [
        others.say("org.intl.notes.answered.v1", {"text": "listen"}, *named) for named in (refs, [refs[0], never], [never])
    ]
    fr.accept([*(said for said, _ref in hidden), *answers])
    after = states(fr)
    assert [after[f"de:1:{number}"] for number in (1, 2, 3)] == [
        ("void", "stands_on_sealed"),
        *[("waiting", "missing_cause")] * 2,
    ]
    with fr.database.engine.begin() as connection:
        connection.execute(
            update(tables.event).filter_by(section="de", sequence=1).values(state="waiting", reason="missing_cause")
        )
        waits = [("de", 1, 1, refs[0]), ("de", 1, 1, refs[1]), ("de", 1, 2, refs[0])]
        columns = [each.name for each in tables.waiting.c]
        for *place, ref in waits:
            connection.execute(tables.waiting.insert(), dict(zip(columns, (*place, "ref", ref.event_id), strict=True)))
        older(connection, "ledger_0011")
    assert states(fr) != after
    fr.prepare()
    assert states(fr) == after
    oracle.replayed(fr)


def test_an_older_build_kept_it_and_knows_after_the_upgrade(three, tell, said):
    ic, fr, ar = three
    tell(fr, SECRET, "ic")
    for section, state in ((ic, ("applied", "")), (ar, ("sealed", "not_addressed"))):
        assert section.accept(said(fr)) != ["quarantined"]
        with section.writing() as session:  # as a build left it that did not know sealed events
            everything = {"type": SEALED, "readers": None, "state": "waiting", "reason": "unknown_type", "position": None}
            session.connection().execute(update(tables.event).values(**everything))
            waits = {"section": "fr", "epoch": 1, "sequence": 1, "kind": "type", "what": SEALED}
            session.connection().execute(tables.waiting.insert(), waits)
            session.connection().execute(update(tables.projection).values(version=99))
        section.prepare()
        assert states(section) == {"fr:1:1": state}
        with section.reading() as session:
            assert section.ledger.readers(session, Ref("fr", 1, 1, "")) == {"fr", "ic"}


def test_an_expelled_section_gets_nothing_more(three, tell, said):
    ic, fr, ar = three
    note = tell(fr, "before", "ar ic")
    ic.accept(said(fr))
    assert ar.accept(said(fr)) == ["applied"]
    with fr.reading() as session:
        latest = queries.latest(session)
    changed = changes.ended(latest, "ar", Status.EXPELLED, LastGood(epoch=1, sequence=0, hash="0" * 64), fr.now())
    for section in (ic, fr):
        with section.writing() as session:
            store_version(session, SignedDocument.seal(keys.ROSTER, changed, ROOT), section.now())
    tell(fr, "after", "international", note)  # for the same sections, but not with the key of the one that is out
    deliveries = said(fr)
    ic.accept(deliveries)
    assert texts(ic) == ["after", "before"]
    outer = envelopes.parse(deliveries[1].body)
    assert outer.audience == "ar fr ic"
    with pytest.raises(Untrusted, match="not_readable"):
        sealed.open(outer, {}.__getitem__, ar.sealing.all())
    with fr.reading() as session, pytest.raises(Invalid, match="Nothing can be encrypted for"):
        audiences.check("ar", "fr", fr.sections(session))


def test_who_lost_the_key_is_shown_it_again(three, tell, said):
    ic, fr, ar = three
    note = tell(fr, SECRET, "ic", parts=(b"annex " * 100_000,))
    answer = tell(fr, "answer", "international", note)
    shutil.rmtree(ic.sealing.folder)
    ic.sealing.begin()
    with fr.reading() as session:
        bodies = [row.content for row in session.connection().execute(tables.part.select())]
        latest = queries.latest(session)
        shown = list(fr.ledger.thread(session, note))
    assert [ref for ref, _plain in shown] == [note, answer]
    for section in (ic, ar):
        section.accept(said(fr))
        section.add_parts(bodies)
    assert states(ic) == {"fr:1:1": ("sealed", "no_key"), "fr:1:2": ("sealed", "no_key")}
    changed = changes.admitted(latest, card_of(ic), fr.now())
    for section in (ic, fr, ar):
        with section.writing() as session:
            store_version(session, SignedDocument.seal(keys.ROSTER, changed, ROOT), section.now())
    said_again = sealed.Reshared(subject="notes", events=tuple(str(ref) for ref, _plain in shown))
    speaker = Reader(id="x", capabilities={"sealing.reshared": frozenset({None})})
    openly = Utterance(sealed.Reshared(subject="notes", events=(str(answer),)), parts=(shown[1][1],))
    with pytest.raises(Conflict, match="not_sealed"), fr.writing() as session:
        fr.publish(session, openly, by=speaker)
    parts = tuple(plain for _ref, plain in shown)
    with fr.writing() as session:
        fr.publish(session, Utterance(said_again, parts=parts, audience="fr ic"), by=speaker)
    with fr.reading() as session:
        bodies = [row.content for row in session.connection().execute(tables.part.select())]
    for section in (ic, ar):
        section.accept(said(fr))
        section.add_parts(bodies)
    assert set(states(ic).values()) == {("applied", "")}
    assert oracle.rows(ic) == oracle.rows(fr)
    oracle.replayed(ic)
    assert texts(ar) == []
    oracle.only_for((ic, fr, ar), SECRET.encode(), {"ic", "fr"})


def test_what_was_shown_is_hidden_again_when_that_is_taken_back(three, tell, said):
    """As if it had never been shown: whoever hears of both only now comes to the same."""
    ic, fr, ar = three
    note = tell(fr, SECRET, "ic", parts=(b"annex " * 100_000,))
    answer = tell(fr, "answer", "international", note)
    with fr.reading() as session:
        shown = list(fr.ledger.thread(session, note))
    again = sealed.Reshared(subject="notes", events=tuple(str(ref) for ref, _plain in shown))
    speaker = Reader(id="x", capabilities=dict.fromkeys(("sealing.reshared", "exchange.part_withdrawn"), frozenset({None})))
    with fr.writing() as session:
        utterance = Utterance(again, parts=tuple(plain for _ref, plain in shown), audience="ar fr ic")
        (event,) = fr.publish(session, utterance, by=speaker)
    hand(fr, ic, ar)
    hand(ic, ar)
    assert texts(ar) == texts(ic) == ["answer", SECRET]
    with fr.writing() as session:
        fr.publish(session, Utterance(PartWithdrawn(event=str(event.ref), reason="mistake")), by=speaker)
    hand(fr, ic, ar)
    expected = {note.event_id: ("sealed", "not_addressed"), answer.event_id: ("sealed", "not_addressed")}
    taken_back = {event.id: ("void", "part_withdrawn"), "fr:1:4": ("applied", "")}
    assert (states(ar), texts(ar)) == (expected | taken_back, [])
    assert (states(ic), texts(ic)) == (dict.fromkeys(expected, ("applied", "")) | taken_back, ["answer", SECRET])
    for section in three:
        oracle.replayed(section)
    oracle.only_for((ic, fr, ar), SECRET.encode(), {"ic", "fr"})


def test_what_is_shown_under_the_name_of_another_event_tells_nothing(three, tell):
    """Else it would hang on what came first whether it does."""
    _ic, fr, ar = three
    note = tell(fr, SECRET, "ic")
    answer = tell(fr, "answer", "international", note)
    with fr.reading() as session:
        (_note, inside), (_answer, another) = fr.ledger.thread(session, note)
    crossed = sealed.Reshared(subject="notes", events=(str(answer), str(note)))
    speaker = Reader(id="x", capabilities={"sealing.reshared": frozenset({None})})
    with fr.writing() as session:
        fr.publish(session, Utterance(crossed, parts=(inside, another), audience="ar fr ic"), by=speaker)
    hand(fr, ar)
    hidden = dict.fromkeys((note.event_id, answer.event_id), ("sealed", "not_addressed"))
    assert (states(ar), shown(ar)) == (hidden | {"fr:1:3": ("applied", "")}, [])
    oracle.replayed(ar)


def test_what_was_shown_is_gone_at_once_when_that_is_taken_back(three, tell, said):
    """Also where making all rows anew has to wait: until then what was shown waits."""
    _ic, fr, ar = three
    note = tell(fr, SECRET, "ic", parts=(b"annex " * 100_000,))
    with fr.reading() as session:
        ((ref, plain),) = fr.ledger.thread(session, note)
    speaker = Reader(id="x", capabilities=dict.fromkeys(("sealing.reshared", "exchange.part_withdrawn"), frozenset({None})))
    with fr.writing() as session:
        again = Utterance(sealed.Reshared(subject="notes", events=(str(ref),)), parts=(plain,), audience="ar fr ic")
        (event,) = fr.publish(session, again, by=speaker)
    hand(fr, ar)
    assert texts(ar) == [SECRET]
    seconds = iter(range(0, 1_000, 10))
    ar.ledger.pace = Pace(lambda: float(next(seconds)))
    with ar.ledger.pace.measured():
        pass  # it took long
    with fr.writing() as session:
        fr.publish(session, Utterance(PartWithdrawn(event=str(event.ref), reason="mistake")), by=speaker)
    hand(fr, ar)
    assert shown(ar) == []
    waits = ("waiting", "taking_back")
    assert states(ar) == {note.event_id: waits, event.id: waits, "fr:1:3": ("applied", "")}
    ar.ledger.pace = Pace()
    exchange_port.make_anew(ar)
    gone = {note.event_id: ("sealed", "not_addressed"), event.id: ("void", "part_withdrawn"), "fr:1:3": ("applied", "")}
    assert (states(ar), texts(ar)) == (gone, [])
    oracle.replayed(ar)


def shown(section):
    with section.reading() as session:
        return list(session.connection().execute(tables.shown.select()))


def hand(giver, *takers):
    """What one section said and the parts that it holds."""
    with giver.reading() as session:
        bodies = [row.content for row in session.connection().execute(tables.part.select())]
    for taker in takers:
        taker.accept(carrying.said(giver))
        taker.add_parts(bodies)


def test_a_stolen_file_is_not_another_sections_word(three, carry, tell, said, monkeypatch):
    ic, fr, ar = three
    tell(fr, SECRET, "ic")
    carry(*three)
    stolen = envelopes.parse(said(fr)[0].body)
    original = tell(ar, "mine", "ic")
    with ar.reading() as session:
        mine = ar.ledger.event(session, Address("ar", 1, 1)).envelope
    assert mine.ref == original
    forged = envelopes.seal(replace(mine, data=dict(stolen.data)), ar.key)
    assert ic.accept([Delivery("intl.v1.log.ar.1.1", forged.body, forged.signature)]) == ["void"]
    assert states(ic)["ar:1:1"] == ("void", "sealed_context")
    assert texts(ic) == [SECRET]
    oracle.replayed(ic)


def test_rows_are_the_same_in_any_order(three, tell, said):
    ic, fr, _ar = three
    first = tell(fr, "first", "ic")
    tell(fr, "second", "ic", first)
    deliveries = said(fr)
    assert ic.accept([deliveries[1]]) == ["parked"]
    assert ic.accept([deliveries[0]]) == ["applied"]
    assert oracle.rows(ic) == oracle.rows(fr)


def test_after_a_change_of_keys_old_and_new_are_read(three, carry, tell):
    ic, fr, _ar = three
    tell(fr, "before", "ic")
    old = ic.recipients
    ic.sealing.rotate()
    assert ic.recipients != old
    tell(fr, "after", "ic")  # the roster still has the old one: both open it
    carry(*three)
    assert texts(ic) == ["after", "before"]


def test_what_we_say_after_a_change_of_keys_the_old_one_does_not_open(three, tell, said):
    """It may have been stolen; the roster still names it."""
    _ic, fr, _ar = three
    tell(fr, "before", "ic")
    fr.sealing.rotate()
    tell(fr, "after", "ic")
    new, old = fr.sealing.all()
    before, after = (envelopes.parse(each.body) for each in said(fr))
    for event, key, text in ((before, old, b"before"), (after, new, b"after")):
        assert text in sealed.open(event, lambda name: b"", [key]).plain
    with pytest.raises(Untrusted, match="not_readable"):
        sealed.open(after, lambda name: b"", [old])


def test_lost_keys_make_it_unreadable_never_wrong_and_come_back(three, carry, tell, say):
    ic, fr, _ar = three
    note = tell(fr, SECRET, "ic", parts=(b"annex " * 100_000,))
    say(fr, "for all")
    carry(*three)
    whole = oracle.rows(ic)
    folder = ic.sealing.folder
    kept = folder.with_name("kept")
    folder.rename(kept)
    ic.sealing.begin()
    with ic.writing() as session:
        ic.ledger.replay_all(session, ic.now())
    assert texts(ic) == ["for all"]
    assert states(ic)[note.event_id] == ("sealed", "no_key")
    with pytest.raises(Conflict, match="not here yet"):
        tell(ic, "an answer", "international", note)
    shutil.rmtree(folder)
    kept.rename(folder)
    ic.prepare()
    assert oracle.rows(ic) == whole
    oracle.replayed(ic)


def test_keys_lost_without_a_replay_stop_nothing_else(three, carry, tell, said):
    ic, fr, _ar = three
    note = tell(fr, SECRET, "ic")
    carry(*three)
    ic.sealing.folder.rename(ic.sealing.folder.with_name("kept"))
    ic.sealing.begin()
    with pytest.raises(Conflict, match="cannot be opened here any more"):
        tell(ic, "an answer", "international", note)
    with ic.writing() as session:  # a projection has a new version
        session.connection().execute(update(tables.projection).values(version=99))
    ic.prepare()
    assert states(ic)[note.event_id] == ("sealed", "no_key")
    assert texts(ic) == []
    while ic.tell():
        pass


def test_a_type_that_comes_later_is_applied_then(three, carry, member, backup):
    ic, fr, _ar = three
    with fr.writing() as session:
        fr.publish(session, Utterance(notes.Later(text=SECRET), audience="ic"), by=member(fr))
    old = open_section(ic.settings, builds.older())
    carry(old, fr)
    assert states(old) == {"fr:1:1": ("waiting", "unknown_type")}
    old.close()
    ic.prepare()
    assert states(ic) == {"fr:1:1": ("applied", "")}
    assert oracle.rows(ic)["notes_later"] == oracle.rows(fr)["notes_later"]
    old = open_section(ic.settings, builds.older())
    assert states(old) == {"fr:1:1": ("waiting", "unknown_type")}
    old.close()


def test_what_is_taken_back_is_gone_for_readers_and_others(three, tell, said):
    ic, fr, ar = three
    note = tell(fr, SECRET, "ic", parts=(b"annex " * 100_000,))
    with fr.reading() as session:
        bodies = [row.content for row in session.connection().execute(tables.part.select())]
    host = Reader(id="host", capabilities={"exchange.part_withdrawn": frozenset({None})})
    deliveries = said(fr)
    with fr.writing() as session:
        fr.publish(session, Utterance(PartWithdrawn(event=str(note), reason="safety")), by=host)
    for section in (ic, ar):
        section.accept(deliveries)
        section.add_parts(bodies)
        section.accept(said(fr))
    for section in three:
        assert states(section)[note.event_id] == ("void", "part_withdrawn")
        assert texts(section) == []
        with section.reading() as session:
            assert session.connection().execute(tables.part.select()).all() == []
        oracle.replayed(section)


def test_for_whom_nothing_can_be_sealed(three, tell):
    _ic, fr, _ar = three
    with pytest.raises(Invalid, match="There is no section “xx”"):
        tell(fr, SECRET, "xx")
    with pytest.raises(Invalid, match="no section"):
        tell(fr, SECRET, "Not a name!")
    with pytest.raises(Invalid, match="too long"):
        tell(fr, SECRET, "ic", parts=(bytes(25 * 1024 * 1024),))


def test_a_sealed_event_waits_for_its_parts(three, tell, said):
    ic, fr, ar = three
    tell(fr, SECRET, "ic", parts=(b"annex " * 100_000,))
    assert ic.accept(said(fr)) == ar.accept(said(fr)) == ["waiting"]
    with fr.reading() as session:
        bodies = [row.content for row in session.connection().execute(tables.part.select())]
    for section in (ic, ar):
        section.add_parts(bodies)
    assert states(ic) == {"fr:1:1": ("applied", "")}
    assert states(ar) == {"fr:1:1": ("sealed", "not_addressed")}
