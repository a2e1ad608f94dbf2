"""Mutants at a section's doors, with a real database: it stays whole, and the true thing is taken in after them."""

import io

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from internationale.bundle import taking
from internationale.bundle.packing import Wanted, lines
from internationale.bundle.unpacking import unpack
from internationale.events import heads, keys
from internationale.events.keys import EVENT
from internationale.events.signed import SignedDocument
from internationale.kit import Utterance
from internationale.ledger.deliveries import Delivery
from internationale.rooms.roster import port, queries
from internationale.testing import carrying, notes, oracle
from internationale.testing.builds import today
from internationale.testing.people import speaker
from internationale.worker import questions

from .mutating import BYTE_MUTATIONS, JSON_MUTATIONS, byte_mutants, fuzzing, json_mutants, tried
from .test_fuzz_documents import SAID
from .test_fuzz_events import REASONS

OUTCOMES = {"applied", "waiting", "void", "failed", "duplicate", "parked", "quarantined", "forked", "full"}


def test_a_section_takes_in_mutants_and_the_true_ones_after_them(pair):
    """Whatever comes under a number before it, the true event is accepted; nothing else is believed; nothing is doubled."""
    ic, fr = pair
    envelopes = say(fr, *(f"note {number}" for number in range(12)))
    true = iter(carrying.said(fr))

    @fuzzing(12)
    @given(st.lists(st.tuples(SAME | BYTE_MUTATIONS | JSON_MUTATIONS, SAME | BYTE_MUTATIONS, SAME | BYTE_MUTATIONS), max_size=12))
    def rounds(changes):
        event = next(true, None)
        if event is None:
            return
        mutants = [
            Delivery(text_of(subject, event.subject), body(event.body), text_of(signature, event.signature))
            for body, subject, signature in changes
        ]
        mutants = [each for each in mutants if (each.body, each.subject) != (event.body, event.subject)]
        assert set(ic.accept(mutants)) <= {"quarantined"}
        assert ic.accept([event]) == ["applied"]
        assert ic.accept([*mutants, event])[-1] == "duplicate"

    rounds()
    ic.accept(list(true))
    assert list(oracle.log(ic)) == [envelope.id for envelope in envelopes]
    assert {reason for _subject, reason in oracle.quarantined(ic)} <= REASONS
    oracle.verify(ic)
    oracle.replayed(ic)
    oracle.bounded(ic)


SAME = st.just(lambda body: body)


def text_of(change, text):
    return change(text.encode()).decode("utf-8", "replace")


def test_a_section_takes_in_what_another_signs_in_malice(federation):
    """Rightly signed and malformed, in any number: the log stays whole, and the other sections are heard."""
    ic, fr, ar = federation("ic", "fr", "ar", plugins=today())
    say(ar, "heard")
    say(fr, "malice")
    (event,) = carrying.said(fr)
    body = event.body

    @fuzzing(40)
    @given(st.lists(json_mutants(body) | byte_mutants(body), min_size=1, max_size=8))
    def malice(bodies):
        assert set(ic.accept([Delivery(event.subject, each, fr.key.sign(EVENT, each)) for each in bodies])) <= OUTCOMES

    malice()
    oracle.verify(ic)
    oracle.replayed(ic)
    oracle.bounded(ic)
    assert ic.accept(carrying.said(ar)) == ["applied"]


def test_a_section_follows_the_true_ones_after_any_mutants(pair):
    """Rosters and heads that were changed, unsigned or signed by the other section: followed by nobody, stored by nobody."""
    ic, fr = pair
    with ic.reading() as session:
        latest = queries.latest(session)
    section_heads = SAID.model_copy(update={"heads": {"fr": heads.Head(epoch=1, sequence=1, hash="ab" * 32)}})
    word = heads.seal(section_heads, fr.key)
    version, said = latest.document.body, word.body

    @fuzzing(25)
    @given(st.lists(json_mutants(version) | byte_mutants(version)), st.lists(json_mutants(said) | byte_mutants(said)))
    def rounds(versions, words):
        signed = [SignedDocument(body, (fr.key.sign(keys.ROSTER, body),)) for body in versions]
        assert taking.follow(ic, [*signed, *(SignedDocument.from_header(body, "x.y, ,,") for body in versions)]) == 0
        taking.hear(ic, [SignedDocument(body, (fr.key.sign(keys.HEADS, body),)) for body in words])
        taking.hear(ic, [SignedDocument.from_header(body, "\ud800, é") for body in words])

    rounds()
    with ic.writing() as session:
        assert queries.latest(session) == latest
        time = port.next_moment(session, "fr", ic.now(), fr.keyring(session))
        if time is not None:  # fr itself, in malice, may have signed the end of time
            later = section_heads.model_copy(update={"time": time})
            assert port.store_heads(session, heads.seal(later, fr.key), ic.now())
    oracle.answers(ic)


def say(section, *texts, parts=()):
    with section.writing() as session:
        said = [Utterance(notes.Written(text=text), parts=parts, author="rosa") for text in texts]
        return section.publish(session, *said, by=speaker(section))


def test_bundles(pair):
    """What is whole in a damaged bundle counts, what is not is told of, and the true bundle can still be taken in."""
    ic, fr = pair
    say(fr, "first", "second", "third", parts=(b"long",))
    say(ic, "elsewhere")
    written = list(lines(fr, Wanted()))

    @fuzzing(40)
    @given(st.integers(0, len(written) - 1), BYTE_MUTATIONS | JSON_MUTATIONS, st.none() | st.randoms(use_true_random=False))
    def rounds(place, change, chance):
        changed = [*written[:place], change(written[place]), *written[place + 1 :]]
        if chance is not None:
            chance.shuffle(changed)
        whole = b"".join(changed)
        found, reason = tried(unpack, ic, io.BytesIO(whole), "a file")
        assert reason in ("", "malformed_bundle")
        if found is not None:
            assert set(found.outcomes) <= OUTCOMES
            assert not found.whole or whole == b"".join(written)

    rounds()
    assert unpack(ic, io.BytesIO(b"".join(written)), "a file").whole
    assert len(oracle.log(ic)) == 4
    oracle.verify(ic)
    oracle.replayed(ic)
    oracle.bounded(ic)
    assert {reason for _subject, reason in oracle.quarantined(ic)} <= REASONS


def test_questions_over_the_bus(pair):
    """Whatever is asked, the answer is short, and made of what is in the log."""
    _ic, fr = pair
    say(fr, *map(str, range(5)), parts=(b"long",))
    true = msgspec.json.encode(questions.Question("fr", 1, 1, 5))

    @fuzzing(200)
    @given(json_mutants(true) | byte_mutants(true) | st.binary(max_size=40))
    @example(true.replace(b"fr", b"\xe6r"))
    @example(true[:-1] + b',"zz":' + b"[" * 3000 + b"]" * 3000 + b"}")
    def rounds(question):
        answer = questions._answer(fr, question)
        assert len(answer) <= questions.ANSWERED
        assert all(parcel.subject.startswith(("intl.v1.log.fr.", "intl.v1.part.")) for parcel in answer)

    rounds()
    assert len(questions._answer(fr, true)) == 5
