"""What is sealed, shown to more, taken back, and the taking back forked away: whatever comes first, all come to the same."""

import hashlib
import itertools
import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import delete, select

from internationale.events import envelope as envelopes
from internationale.events import keys
from internationale.events.envelope import SEALED, Envelope
from internationale.events.refs import Ref
from internationale.events.sealed import Reshared
from internationale.kit import Utterance
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.ledger.pacing import Pace
from internationale.rooms.exchange import port
from internationale.section import Section
from internationale.testing import builds, carrying, notes, oracle
from internationale.testing.federations import Federation
from internationale.testing.people import speaker

ANNEX = b"annex " * 30_000
WAYS = [None, *itertools.product(("text", "showing"), ("counts", "forked"))]
"""What an author takes back, and whether that counts or another event of its own stands under the withdrawal's number."""
ORDERS = int(os.environ.get("WITHDRAWING_ORDERS", "1"))
"""How many orders of arrival each instance goes through in each course of the story."""


@dataclass(frozen=True)
class Story:
    """``fr`` and ``ic`` talk before ``be`` and show it to ``ar``; ``es`` can read nothing of it.

    ``note`` is of ``fr``, the ``answer`` of ``ic`` has a long text too, and a short word stands on that; each has shown all of it
    in ``shown``. ``texts``: all parts there ever were.
    """

    authors: tuple[Section, Section]
    listeners: tuple[Section, ...]
    said: tuple[Delivery, ...]
    texts: tuple[bytes, ...]
    note: Ref
    answer: Ref
    shown: dict[str, Ref]

    def last(self, section: Section) -> Envelope:
        """The end of an author's log, before anything was taken back."""
        return max((envelopes.parse(each.body) for each in self.said if of(each) == section.code), key=lambda one: one.sequence)

    def withdrawal(self, section: Section, meant: Ref, reason: str) -> Delivery:
        """The next word of an author: that a text of its own is taken back."""
        return withdrawal(section, self.last(section), meant, reason)


def withdrawal(section: Section, last: Envelope, meant: Ref, reason: str) -> Delivery:
    """Said after the ``last`` word of a section."""
    kind = "exchange.part_withdrawn"
    said = Envelope(
        section=section.code,
        epoch=1,
        sequence=last.sequence + 1,
        type=f"org.intl.{kind}.v1",
        time=last.time,
        dataschema=f"urn:intl:schema:{kind}:1",
        prevhash=last.hash,
        data={"event": str(meant), "reason": reason},
    )
    return signed(section, said)


def signed(section: Section, said: Envelope) -> Delivery:
    body, written = envelopes.write(said)
    return Delivery(written.address.subject, body, section.key.sign(keys.EVENT, body), "test")


def of(delivery: Delivery) -> str:
    return delivery.subject.split(".")[3]


def say(section: Section, *refs: Ref, parts: Sequence[bytes] = (), audience: str = "international", **said: Any) -> Ref:
    payload = said.get("payload") or (notes.Answered if refs else notes.Written)(text=section.code)
    with section.writing() as session:
        utterance = Utterance(payload, refs=refs, parts=tuple(parts), audience=audience)
        return section.publish(session, utterance, by=speaker(section))[0].ref


def show(section: Section, first: Ref) -> Ref:
    with section.reading() as session:
        originals = list(section.ledger.thread(session, first))
    payload = Reshared(subject="notes", events=tuple(str(ref) for ref, _plain in originals))
    return say(section, payload=payload, parts=[plain for _ref, plain in originals], audience="ar be fr ic")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Federation(tmp_path_factory.mktemp("orders")) as federation:
        ic, fr, *listeners = federation("ic", "fr", "be", "ar", "es", plugins=builds.today())
        note = say(fr, parts=[ANNEX], audience="be ic")
        carrying.hand_on(ic, fr)
        answer = say(ic, note, parts=[ANNEX])
        say(ic, answer)
        carrying.hand_on(ic, fr)
        shown = {"fr": show(fr, note), "ic": show(ic, note)}
        said, texts = carrying.said(ic, fr), carrying.parts(ic) + carrying.parts(fr)
        yield Story((ic, fr), tuple(listeners), tuple(said), tuple(sorted(set(texts))), note, answer, shown)


class Clock:
    """Each look at it takes two seconds: so making all rows anew took long, and the next time has to wait."""

    def __init__(self) -> None:
        self.now = 0.0

    def seconds(self) -> float:
        self.now += 2.0
        return self.now


def empty(section: Section) -> Clock:
    """As if it had never heard anything, at its first start."""
    with section.writing() as session:
        for table in tables.metadata.tables.values():
            if table is not tables.projection:
                session.connection().execute(delete(table))
        section.ledger.replay_all(session, section.now())
    clock = Clock()
    section.ledger.pace = Pace(clock.seconds)
    return clock


def live(section: Section, said: Sequence[Delivery], texts: Sequence[bytes], chance: random.Random) -> None:
    """Events and texts come in any order, or almost as they were said; with starts in between. In the end it was offered all."""
    clock, mixed = empty(section), list(said)
    for _swap in range(chance.choice((0, 1, 3, 30))):
        one, other = chance.sample(range(len(mixed)), 2)
        mixed[one], mixed[other] = mixed[other], mixed[one]
    while mixed:
        size = chance.randint(1, 4)
        section.accept(mixed[:size])
        mixed = mixed[size:]
        for deed in chance.sample(DEEDS, chance.randint(0, 2)):
            deed(section, texts, chance)
    clock.now += 1_000_000
    port.make_anew(section)
    section.add_parts(texts)


def bring(section: Section, texts: Sequence[bytes], chance: random.Random) -> None:
    section.add_parts(texts if chance.random() < 0.5 else chance.sample(texts, chance.randint(1, len(texts))))


def start(section: Section, _texts: Sequence[bytes], _chance: random.Random) -> None:
    section.prepare()


def wait(section: Section, _texts: Sequence[bytes], _chance: random.Random) -> None:
    port.make_anew(section)


def again(section: Section, _texts: Sequence[bytes], _chance: random.Random) -> None:
    with section.writing() as session:
        section.ledger.replay_all(session, section.now())


DEEDS: tuple[Callable[[Section, Sequence[bytes], random.Random], None], ...] = (bring, bring, start, wait, again)


def seen(section: Section) -> dict[str, Any]:
    """States, rows, the texts that are here, and what others have shown."""
    with section.reading() as session:
        connection = session.connection()
        events = [(str(each.address), each.state.value, each.reason) for each in section.ledger.every_event(session)]
        parts = set(connection.execute(select(tables.part.c.hash)).scalars())
        shown = set(map(tuple, connection.execute(select(tables.shown.c.digest, tables.shown.c.section))))
    return {"events": events, "rows": oracle.rows(section), "parts": parts, "shown": shown}


def told(story: Story, meant: dict[str, Ref], course: dict[str, str]) -> tuple[list[Delivery], list[Delivery]]:
    """All that is said in the end; and, of it, what counts."""
    more, counting = [], []
    for section in story.authors:
        if section.code in course:
            taken_back = story.withdrawal(section, meant[section.code], "safety")
            more.append(taken_back)
            if course[section.code] == "forked":
                more.append(story.withdrawal(section, meant[section.code], "court"))
            else:
                counting.append(taken_back)
    return [*story.said, *more], [*story.said, *counting]


@pytest.mark.parametrize("fr", WAYS)
@pytest.mark.parametrize("ic", WAYS)
def test_all_come_to_the_same(story: Story, fr: tuple[str, str] | None, ic: tuple[str, str] | None) -> None:
    chosen = {code: each for code, each in (("fr", fr), ("ic", ic)) if each is not None}
    texts = {"fr": story.note, "ic": story.answer}
    meant = {code: texts[code] if what == "text" else story.shown[code] for code, (what, _course) in chosen.items()}
    first = WAYS.index(fr) + len(WAYS) * WAYS.index(ic)
    everything, counting = told(story, meant, {code: course for code, (_what, course) in chosen.items()})
    for listener in story.listeners:
        empty(listener)
        listener.accept(counting)
        listener.add_parts(story.texts)
        expected = seen(listener)
        for seed in range(first, first + ORDERS):
            live(listener, everything, story.texts, random.Random(seed))
            assert seen(listener) == expected, f"{listener.code}, seed {seed}"
        again(listener, (), random.Random())
        assert seen(listener) == expected


def test_what_was_shown_is_shown_again_when_its_withdrawal_does_not_count_any_more(story: Story) -> None:
    """To whoever has lived through all of it, as to those who hear of it now."""
    _be, ar, _es = story.listeners
    fr = story.authors[1]
    expected = []
    for said in (story.said, [*story.said, *(story.withdrawal(fr, story.note, reason) for reason in ("safety", "court"))]):
        clock = empty(ar)
        for each in said:
            ar.accept([each])
            ar.add_parts(story.texts)
        clock.now += 1_000_000
        port.make_anew(ar)
        ar.add_parts(story.texts)
        expected.append(seen(ar))
    assert expected[0] == expected[1]
    assert {state for _id, state, _reason in expected[1]["events"]} == {"applied"}


def copied(story: Story, thief: Section, text: bytes) -> list[Delivery]:
    """``es`` claims that what is inside the ``note`` is inside an event of its own, with this text; and takes that back."""
    note = next(one for one in (envelopes.parse(each.body) for each in story.said) if one.ref == story.note)
    with thief.reading() as session:
        genesis = thief.keyring(session)[thief.code].genesis
    said = replace(
        note,
        section=thief.code,
        sequence=1,
        prevhash=genesis,
        audience=f"ar {thief.code}",
        parts=(hashlib.sha256(text).hexdigest(),),
        data={name: note.data[name] for name in ("digest", "size")},
    )
    assert said.type == SEALED
    copy = signed(thief, said)
    claimed = envelopes.parse(copy.body)
    return [copy, withdrawal(thief, claimed, claimed.ref, "court")]


def without(section: str, found: dict[str, Any], text: bytes) -> dict[str, Any]:
    """What was seen, but for what this section said."""
    events = [each for each in found["events"] if not each[0].startswith(f"{section}:")]
    rows = {table: [row for row in rows if section not in row] for table, rows in found["rows"].items()}
    return {**found, "events": events, "rows": rows, "parts": found["parts"] - {hashlib.sha256(text).hexdigest()}}


@pytest.mark.parametrize("taken_back", [False, True])
def test_who_copies_a_digest_has_no_say_over_what_others_have_shown(story: Story, *, taken_back: bool) -> None:
    """Whatever comes first; neither while its claim stands nor when that is taken back."""
    text = b"0123456789abcdef and nothing"
    thief = story.listeners[-1]
    claim = copied(story, thief, text)[: 2 if taken_back else 1]
    for listener in story.listeners:
        empty(listener)
        listener.accept(story.said)
        listener.add_parts(story.texts)
        honest = seen(listener)
        listener.accept(claim)
        listener.add_parts([text])
        expected = seen(listener)
        assert without(thief.code, expected, text) == honest
        for seed in range(8 * ORDERS):
            live(listener, [*story.said, *claim], [*story.texts, text], random.Random(seed))
            assert seen(listener) == expected, f"{listener.code}, seed {seed}"
        again(listener, (), random.Random())
        assert seen(listener) == expected


@pytest.fixture(scope="module")
def chained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Section, list[Delivery], list[bytes], Delivery]]:
    """``fr`` shows to ``ar`` with which word ``ic`` has shown the note; and then signs another event under that number."""
    with Federation(tmp_path_factory.mktemp("chained")) as federation:
        ic, fr, _be, ar = federation("ic", "fr", "be", "ar", plugins=builds.today())
        note = say(fr, parts=[ANNEX], audience="fr ic")
        say(fr)
        carrying.hand_on(ic, fr)
        with ic.reading() as session:
            originals = list(ic.ledger.thread(session, note))
        payload = Reshared(subject="notes", events=tuple(str(ref) for ref, _plain in originals))
        between = say(ic, payload=payload, parts=[plain for _ref, plain in originals], audience="be fr ic")
        carrying.hand_on(ic, fr)
        before = max((envelopes.parse(each.body) for each in carrying.said(fr) if of(each) == "fr"), key=lambda one: one.sequence)
        show(fr, between)
        yield ar, carrying.said(ic, fr), carrying.parts(ic) + carrying.parts(fr), withdrawal(fr, before, note, "safety")


def test_what_a_word_has_shown_that_was_itself_only_shown_goes_with_what_showed_it(
    chained: tuple[Section, list[Delivery], list[bytes], Delivery],
) -> None:
    """Whoever has never heard of the history that does not count cannot look into either."""
    ar, said, texts, rival = chained
    cut = max((each for each in said if of(each) == "fr"), key=lambda each: envelopes.parse(each.body).sequence)
    empty(ar)
    ar.accept([each for each in said if each != cut])
    ar.add_parts(texts)
    expected = seen(ar)
    assert [state for _id, state, _reason in expected["events"]].count("sealed") == 2
    for seed in range(12):
        live(ar, [*said, rival], texts, random.Random(seed))
        assert seen(ar) | {"parts": expected["parts"]} == expected, f"seed {seed}"  # what was cut off may count again
    again(ar, (), random.Random())
    assert seen(ar) | {"parts": expected["parts"]} == expected
