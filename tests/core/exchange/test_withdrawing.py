"""A text that its section takes back is gone everywhere, what stood on it is void, and everybody comes to the same."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from internationale.errors import Conflict, Refused
from internationale.events import envelope, keys
from internationale.events.envelope import Address
from internationale.events.refs import Ref
from internationale.events.roster import LastGood
from internationale.events.signed import SignedDocument
from internationale.events.withdrawn import PartWithdrawn
from internationale.kit import NotFound, Reader, Utterance
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.ledger.pacing import Pace
from internationale.rooms.documents.port.amending import Proposal, decide, propose
from internationale.rooms.documents.port.revising import revise
from internationale.rooms.documents.queries.amendments import of_document as cards
from internationale.rooms.exchange import port, queries
from internationale.rooms.roster.port import store_version
from internationale.rooms.roster.queries import latest as latest_of
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import carrying, oracle
from internationale.testing.founding import ROOT

Make = Callable[..., Any]
LONG = "".join(f"Paragraph {number} {'word ' * 40}\n\n" for number in range(400))
States = list[tuple[str, str, str]]


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def seconds(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def house(federation: Make) -> list[Section]:
    return list(federation("ic", "fr", "ar"))


def carry(giver: Section, *takers: Section, parts: bool = True) -> None:
    """All that ``giver`` has said, with its parts or without."""
    for taker in takers:
        taker.accept(carrying.said(giver))
        if parts:
            taker.add_parts(carrying.parts(giver))


def states(section: Section) -> States:
    with section.reading() as session:
        rows = session.connection().execute(tables.event.select()).all()
    return sorted((f"{row.section}:{row.sequence}", row.state, row.reason) for row in rows)


def texts(section: Section) -> int:
    with section.reading() as session:
        return len(session.connection().execute(tables.part.select()).all())


def opened(section: Section, by: Reader, text: str = LONG) -> str:
    with section.writing() as session:
        return section.documents.open(session, kind="programme", language="en", title="T", text=text, audience="public", by=by)


def take_back(section: Section, id: str, by: Reader) -> None:
    with section.writing() as session:
        port.withdraw(section, session, id, reason="safety", by=by)


def amend(section: Section, document: str, by: Reader) -> None:
    with section.writing() as session:
        block = section.documents.read(session, document, "en").units[1].block.id
        propose(section, session, document, Proposal(block, 1, "replace", "en", "A", "B", "Shorter."), by)


def rival(section: Section, where: Address) -> Delivery:
    """Another event under a number that the section has used."""
    with section.reading() as session:
        stored = section.ledger.event(session, where)
    assert stored is not None
    body, _written = envelope.write(replace(stored.envelope, author="somebody"))
    return Delivery(where.subject, body, section.key.sign(keys.EVENT, body), "test")


def replayed(sections: Iterable[Section]) -> None:
    """Made anew, the states and the rows stay as they are."""
    for section in sections:
        before = (states(section), oracle.rows(section))
        with section.writing() as session:
            section.ledger.replay_all(session, section.now())
        assert (states(section), oracle.rows(section)) == before


def test_the_text_is_gone_everywhere_and_what_stood_on_it_is_void(house: list[Section], member: Make) -> None:
    ic, fr, ar = house
    delegate = member(ic, "delegate")
    document = opened(ic, delegate)
    carry(ic, fr)
    amend(fr, document, member(fr, "delegate"))
    carry(fr, ic)
    assert {state for _id, state, _reason in states(fr)} == {"applied"}
    assert texts(fr) > 0
    take_back(ic, "ic:1:1", delegate)
    carry(ic, fr)
    expected = [("fr:1", "void", "stands_on_void"), ("ic:1", "void", "part_withdrawn"), ("ic:2", "applied", "")]
    for section in (ic, fr):
        assert (states(section), texts(section)) == (expected, 0)
        with section.reading() as session, pytest.raises(NotFound):
            section.documents.get(session, document)
        with section.reading() as session:
            (told,) = queries.taken_back(session)
        assert (told.target, told.section, told.reason) == ("ic:1:1", "ic", "safety")
    assert oracle.rows(ic) == oracle.rows(fr)
    replayed([ic, fr])
    carry(ic, ar, parts=False)  # who never had the text comes to the same
    carry(fr, ar, parts=False)
    assert (states(ar), oracle.rows(ar)) == (expected, oracle.rows(fr))
    with ar.reading() as session:
        assert ar.ledger.missing_parts(session) == {}


def test_who_hears_of_it_before_the_text_came_waits_no_longer(house: list[Section], member: Make) -> None:
    ic, fr, _ar = house
    delegate = member(ic, "delegate")
    opened(ic, delegate)
    with ic.reading() as session:
        late = [bytes(row.content) for row in session.connection().execute(tables.part.select())]
    carry(ic, fr, parts=False)
    assert states(fr) == [("ic:1", "waiting", "missing_part")]
    take_back(ic, "ic:1:1", delegate)
    carry(ic, fr, parts=False)
    assert states(fr) == [("ic:1", "void", "part_withdrawn"), ("ic:2", "applied", "")]
    assert (fr.add_parts(late), texts(fr)) == ([], 0)


def test_of_a_revision_the_one_before_holds_again(house: list[Section], member: Make) -> None:
    ic, fr, _ar = house
    delegate = member(ic, "delegate")
    document = opened(ic, delegate, "Short.\n")
    with ic.writing() as session:
        ic.documents.revise(session, document, base=1, title="Long", text=LONG, note="", by=delegate)
    carry(ic, fr)
    take_back(ic, "ic:1:2", delegate)
    carry(ic, fr)
    for section in (ic, fr):
        with section.reading() as session:
            summary = section.documents.get(session, document)
        assert (summary.revision, summary.title) == (1, "T")
    with ic.writing() as session:
        ic.documents.revise(session, document, base=1, title="New", text="Other.\n", note="", by=delegate)
    carry(ic, fr)
    with fr.reading() as session:
        assert fr.documents.get(session, document).title == "New"


def test_nobody_takes_back_what_another_section_said(house: list[Section], member: Make) -> None:
    ic, fr, _ar = house
    opened(ic, member(ic, "delegate"))
    carry(ic, fr)
    with fr.reading() as session:
        stored = fr.ledger.heads(session)["ic"]
    said = PartWithdrawn(event=f"ic:1:1:{stored.hash[:16]}", reason="court")
    with pytest.raises(Conflict, match="not_author"), fr.writing() as session:
        fr.publish(session, Utterance(said), by=member(fr, "delegate"))
    assert texts(fr) > 0


@pytest.mark.parametrize("named", ["nonsense", "ic:1:1", "ic:1:0:0123456789abcdef", ""])
def test_a_withdrawal_of_nothing_is_void_and_holds_up_nobody(house: list[Section], named: str) -> None:
    """Signed by a section of the roster: what comes with it and after it counts."""
    ic, fr, _ar = house
    with fr.reading() as session:
        genesis = fr.keyring(session)["fr"].genesis
    said = envelope.Envelope(
        section="fr",
        epoch=1,
        sequence=1,
        type="org.intl.exchange.part_withdrawn.v1",
        time=fr.now(),
        dataschema="urn:intl:schema:exchange.part_withdrawn:1",
        prevhash=genesis,
        data={"event": named, "reason": "safety"},
    )
    body, written = envelope.write(said)
    assert ic.accept([Delivery(written.address.subject, body, fr.key.sign(keys.EVENT, body), "test")]) == ["void"]
    assert states(ic)[-1] == ("fr:1", "void", "malformed_data")


def hurried(section: Section, *events: str, by: Reader) -> Clock:
    """Texts taken back while the pause after the last time, which took 5 seconds, is not over."""
    clock = Clock()
    section.ledger.pace = Pace(clock.seconds)
    with section.ledger.pace.measured():
        clock.pass_(5)
    for event in events:
        take_back(section, event, by)
    return clock


def test_many_withdrawals_make_all_rows_anew_once(house: list[Section], member: Make) -> None:
    """A section that takes back one text after the other does not keep everybody at making rows. The texts go at once."""
    ic, fr, _ar = house
    delegate = member(ic, "delegate")
    document, second = opened(ic, delegate), opened(ic, delegate)
    opened(ic, delegate, "Short.\n")
    carry(ic, fr)
    amend(fr, document, member(fr, "delegate"))
    carry(fr, ic)
    clock = hurried(ic, "ic:1:1", "ic:1:2", by=delegate)
    aside = [("ic:1", "waiting", "taking_back"), ("ic:2", "waiting", "taking_back")]
    assert (states(ic)[1:3], texts(ic)) == (aside, 0)
    with ic.reading() as session:
        assert ic.documents.get(session, second).title == "T"  # not yet gone
    port.make_anew(ic)
    with ic.writing() as session:
        ic.ledger.retry(session, [Address("ic", 1, 1)], ic.now())
    assert states(ic)[1:3] == aside
    with pytest.raises(Conflict, match="already"):
        take_back(ic, "ic:1:1", delegate)
    carry(ic, fr)
    clock.pass_(101)
    port.make_anew(ic)
    for section in (ic, fr):
        assert [state for _id, state, _reason in states(section)] == ["void", "void", "void", "applied", "applied", "applied"]
        assert oracle.rows(section) == oracle.rows(fr)
    replayed([ic, fr])


@pytest.mark.parametrize("way", ["text", "fork"])
def test_pages_say_that_they_show_what_does_not_count_until_they_are_made_anew(
    house: list[Section], member: Make, browser: Make, way: str
) -> None:
    ic, fr, _ar = house
    delegate = member(ic, "delegate")
    document = opened(ic, delegate)
    carry(ic, fr)
    notice = "These pages may still show what does not count any more"
    page = f"/documents/{document}"
    reader = browser(fr, "member", language="en")
    assert notice not in reader.get("/federation").text
    clock = hurried(fr, by=delegate)
    if way == "fork":
        assert fr.accept([rival(ic, Address("ic", 1, 1))]) == ["forked"]
    else:
        take_back(ic, "ic:1:1", delegate)
        carry(ic, fr)
    assert notice in reader.get("/federation").text
    shown = reader.get(page)
    assert (shown.status_code, notice in shown.text) == (200, True)
    port.make_anew(fr)
    assert notice in reader.get("/federation").text
    clock.pass_(101)
    port.make_anew(fr)
    assert notice not in reader.get("/federation").text
    assert reader.get(page).status_code == 404


@pytest.mark.parametrize("way", ["start", "fork"])
def test_what_was_put_aside_is_done_with_whatever_makes_all_rows_anew(house: list[Section], member: Make, way: str) -> None:
    ic, fr, _ar = house
    delegate = member(fr, "delegate")
    opened(fr, delegate)
    opened(ic, member(ic, "delegate"), "Short.\n")
    carry(ic, fr)
    clock = hurried(fr, "fr:1:1", by=delegate)
    if way == "start":
        fr.prepare()
    else:
        clock.pass_(101)
        assert fr.accept([rival(ic, Address("ic", 1, 1))]) == ["forked"]
    assert states(fr)[0] == ("fr:1", "void", "part_withdrawn")
    replayed([fr])


def test_a_withdrawal_that_ceases_to_count_before_it_was_done(house: list[Section], member: Make) -> None:
    ic, fr, _ar = house
    delegate = member(ic, "delegate")
    opened(ic, delegate)
    contents = carrying.parts(ic)
    carry(ic, fr)
    before = oracle.rows(fr)
    take_back(ic, "ic:1:1", delegate)
    clock = hurried(fr, by=delegate)
    carry(ic, fr)
    assert states(fr)[0] == ("ic:1", "waiting", "taking_back")
    assert fr.accept([rival(ic, Address("ic", 1, 2))]) == ["forked"]
    assert states(fr) == [("ic:1", "waiting", "taking_back"), ("ic:2", "waiting", "cut")]
    clock.pass_(101)
    port.make_anew(fr)
    assert states(fr) == [("ic:1", "waiting", "missing_part")]
    fr.add_parts(contents)
    assert (states(fr), oracle.rows(fr)) == ([("ic:1", "applied", "")], before)


def unsay(section: Section, event: str, by: Reader) -> None:
    """The withdrawal of a message's texts, said without asking whether it has any."""
    with section.writing() as session:
        stored = section.ledger.event(session, Address.of_subject("intl.v1.log." + event.replace(":", ".")))
        assert stored is not None
        section.publish(session, Utterance(PartWithdrawn(event=str(stored.envelope.ref), reason="mistake")), by=by)


def test_what_has_no_text_beside_it_is_not_unsaid_by_that_way(house: list[Section], member: Make) -> None:
    """Or a section took its vote, signature or amendment back, and with it all that others built on it."""
    ic, fr, ar = house
    delegate, other = member(ic, "delegate"), member(fr, "delegate")
    document = opened(ic, delegate, "One.\n\nTwo.\n")
    carry(ic, fr)
    amend(fr, document, other)
    before = oracle.rows(fr)
    del before["exchange_withdrawal"]
    unsay(fr, "fr:1:1", other)
    carry(fr, ic)
    carry(ic, ar)
    carry(fr, ar)
    for section in house:
        assert {(state, reason) for _id, state, reason in states(section)} == {("applied", "")}
        assert oracle.rows(section).items() >= before.items()
    replayed(house)


def test_an_amendment_that_was_taken_in_takes_no_revision_with_it(house: list[Section], member: Make) -> None:
    """Its words are in the revision, which is another section's; whoever comes later comes to the same."""
    ic, fr, ar = house
    delegate, other = member(ic, "delegate"), member(fr, "delegate")
    document = opened(ic, delegate, "One.\n\nTwo.\n")
    carry(ic, fr)
    with fr.writing() as session:
        block = fr.documents.read(session, document, "en").units[1].block.id
        propose(fr, session, document, Proposal(block, 1, "replace", "en", "A", "B", LONG), other)
    carry(fr, ic)
    with ic.writing() as session:
        (card,) = cards(session, document)
        decide(ic, session, document, card.id, decision="accepted", reason="Yes.", by=delegate)
        revise(ic, session, document, base=1, title="T", text="One.\n\nOther.\n", note="", by=delegate, taking=[card.id])
    carry(ic, fr)
    take_back(fr, "fr:1:1", other)
    carry(fr, ic)
    carry(ic, ar)
    carry(fr, ar, parts=False)
    expected = [
        ("fr:1", "void", "part_withdrawn"),
        ("fr:2", "applied", ""),
        ("ic:1", "applied", ""),
        ("ic:2", "void", "stands_on_void"),  # the decision about it
        ("ic:3", "applied", ""),
    ]
    for section in house:
        assert (states(section), oracle.rows(section)) == (expected, oracle.rows(ic))
        with section.reading() as session:
            assert section.documents.get(session, document).revision == 2
    replayed(house)


def said_by(section: Section, sequence: int, prevhash: str, **said: Any) -> Delivery:
    """What a section signs that goes its own ways."""
    kind = said.pop("type")
    draft = envelope.Envelope(
        section=section.code,
        epoch=1,
        sequence=sequence,
        type=f"org.intl.{kind}.v1",
        time=section.now(),
        dataschema=f"urn:intl:schema:{kind}:1",
        prevhash=prevhash,
        **said,
    )
    body, written = envelope.write(draft)
    return Delivery(written.address.subject, body, section.key.sign(keys.EVENT, body), "test")


def test_a_kind_without_texts_carries_none(house: list[Section], member: Make) -> None:
    """Or anybody could hang a part on a word that others build on, so as to take it back."""
    ic, fr, _ar = house
    document = opened(ic, member(ic, "delegate"), "One.\n")
    with fr.reading() as session:
        genesis = fr.keyring(session)["fr"].genesis
    data = {"document": document, "language": "fr", "reason": "", "amendment": "fr-x", "decision": "accepted"}
    word = said_by(fr, 1, genesis, type="documents.amendment_decided", data=data, parts=("0" * 64,))
    assert ic.accept([word]) == ["void"]
    assert states(ic)[0] == ("fr:1", "void", "unexpected_part")
    with ic.reading() as session:
        assert ic.ledger.missing_parts(session) == {}


def test_a_withdrawal_said_to_some_takes_nothing_back(house: list[Section], member: Make) -> None:
    """All may hold the text: they would not come to the same."""
    ic, _fr, _ar = house
    delegate = member(ic, "delegate")
    opened(ic, delegate)
    with ic.reading() as session:
        ref = ic.ledger.heads(session)["ic"].hash[:16]
    with pytest.raises(Conflict, match="wrong_audience"), ic.writing() as session:
        ic.publish(session, Utterance(PartWithdrawn(event=f"ic:1:1:{ref}", reason="court"), audience="fr"), by=delegate)


def test_a_withdrawal_that_comes_before_what_it_takes_back(house: list[Section], member: Make) -> None:
    """As it may when the log was opened anew in between: the two epochs of it come on different ways."""
    ic, fr, ar = house
    delegate = member(fr, "delegate")
    opened(fr, delegate)
    first, texts_of_it = carrying.said(fr), carrying.parts(fr)
    reopen(fr, among=house)
    take_back(fr, "fr:1:1", delegate)
    second = carrying.said(fr)
    for section, ways in ((ic, (first, second)), (ar, (second, first))):
        for way in ways:
            section.accept(way)
            section.add_parts(texts_of_it)
        assert states(section) == [("fr:1", "applied", ""), ("fr:1", "void", "part_withdrawn")]
        assert texts(section) == 0
    replayed(house)


def reopen(section: Section, among: Iterable[Section]) -> None:
    """Its log is opened anew, with another key, after all that it has said."""
    fresh = section.log_keys.add()
    with section.reading() as session:
        latest, good = latest_of(session), section.ledger.heads(session)[section.code]
        last = LastGood(epoch=good.epoch, sequence=good.sequence, hash=good.hash)
    changed = changes.reopened(latest, section.code, fresh.public, last, section.now())
    for each in among:
        with each.writing() as session:
            store_version(session, SignedDocument.seal(keys.ROSTER, changed, ROOT), each.now())


def genesis(section: Section) -> str:
    with section.reading() as session:
        return section.keyring(session)[section.code].genesis


def withdrawal(section: Section, sequence: int, prevhash: str, event: str, *refs: Ref) -> Delivery:
    data = {"event": event, "reason": "safety"}
    return said_by(section, sequence, prevhash, type="exchange.part_withdrawn", data=data, refs=refs)


def of(delivery: Delivery) -> envelope.Envelope:
    return envelope.parse(delivery.body)


AMENDED = "documents.amendment_proposed"
NOTHING = {
    "document": "ic-0123456789ab",
    "amendment": "fr-0123456789ab",
    "language": "fr",
    "title": "A",
    "reason": "B",
    "hint": "",
    "digest": "0" * 64,
}


def test_a_cause_named_twice_holds_up_nobody(house: list[Section], member: Make) -> None:
    """One of the two names is wrong. What comes with it counts, and it waits, or is void, like anything else."""
    ic, fr, ar = house
    missing = (Ref("ic", 1, 999, "0" * 16), Ref("ic", 1, 999, "1" * 16))
    waits = said_by(fr, 1, genesis(fr), type=AMENDED, data=NOTHING, refs=missing)
    opened(ic, member(ic, "delegate"), "Short.\n")
    (first,) = carrying.said(ic)
    wrong = (of(first).ref, replace(of(first).ref, hash16="0" * 16))
    void = said_by(fr, 2, of(waits).hash, type=AMENDED, data=NOTHING, refs=wrong)
    assert ar.accept([waits, void, first]) == ["waiting", "void", "applied"]
    assert ar.accept([rival(ic, Address("ic", 1, 1))]) == ["forked"]
    assert [state for _id, state, _reason in states(ar)] == ["waiting", "waiting"]


def test_what_is_taken_back_twice_at_once_is_decided_once(house: list[Section]) -> None:
    ic, fr, _ar = house
    part = "0" * 64
    first = said_by(fr, 1, genesis(fr), type=AMENDED, data=NOTHING, refs=(Ref("ic", 1, 9, "0" * 16),), parts=(part,))
    second = withdrawal(fr, 2, of(first).hash, str(of(first).ref))
    third = withdrawal(fr, 3, of(second).hash, str(of(first).ref))
    assert ic.accept([first, second, third]) == ["waiting", "applied", "applied"]
    assert states(ic)[0] == ("fr:1", "waiting", "missing_cause")


def test_a_withdrawal_stands_on_nothing(house: list[Section], member: Make) -> None:
    """Or it would fall with what it stands on, after it had been done."""
    ic, fr, _ar = house
    opened(ic, member(ic, "delegate"))
    carry(ic, fr)
    (first,) = carrying.said(ic)
    assert fr.accept([withdrawal(ic, 2, of(first).hash, str(of(first).ref), of(first).ref)]) == ["void"]
    assert (states(fr)[0], texts(fr) > 0) == (("ic:1", "applied", ""), True)


@pytest.mark.parametrize("together", [True, False])
def test_a_withdrawal_and_its_rival_at_once(house: list[Section], member: Make, *, together: bool) -> None:
    ic, fr, _ar = house
    opened(ic, member(ic, "delegate"))
    contents = carrying.parts(ic)
    carry(ic, fr)
    (first,) = carrying.said(ic)
    taken_back = withdrawal(ic, 2, of(first).hash, str(of(first).ref))
    other = said_by(ic, 2, of(first).hash, type="exchange.part_withdrawn", data={"event": str(of(first).ref), "reason": "court"})
    for batch in ([taken_back, other],) if together else ([taken_back], [other]):
        fr.accept(batch)
    fr.add_parts(contents)
    assert states(fr) == [("ic:1", "applied", "")]
    replayed([fr])


def test_a_withdrawal_makes_no_void_thing_count(house: list[Section], member: Make) -> None:
    """A revision counts whether an amendment that it names does or not, and takes in none under the id of another section."""
    ic, fr, ar = house
    delegate = member(ic, "delegate")
    document = opened(ic, delegate, "One.\n\nTwo.\n")
    carry(ic, fr, ar)
    (first,) = carrying.said(ic)
    data = NOTHING | {"document": document, "amendment": "ar-bbbbbbbbbbbb"}
    foreign = said_by(ic, 2, of(first).hash, type=AMENDED, data=data, refs=(of(first).ref,), parts=("0" * 64,))
    revised = {
        "document": document,
        "number": 2,
        "title": "T",
        "numbering": 1,
        "amendments": ["ar-bbbbbbbbbbbb"],
        "digest": "0" * 64,
    }
    refs = (of(first).ref, of(foreign).ref)
    revision = said_by(ic, 3, of(foreign).hash, type="documents.revised", data=revised, refs=refs, audience="public")
    taken_back = withdrawal(ic, 4, of(revision).hash, str(of(foreign).ref))
    assert fr.accept([foreign, revision, taken_back])[-1] == "applied"
    for way in ([taken_back], [revision], [foreign]):
        ar.accept(way)
    for section in (fr, ar):
        assert states(section)[1:] == [
            ("ic:2", "void", "part_withdrawn"),
            ("ic:3", "void", "unpinned_amendment"),
            ("ic:4", "applied", ""),
        ]


def test_what_another_message_names_is_kept(house: list[Section], member: Make) -> None:
    """A section cannot have somebody else's text deleted by naming it in a message of its own and taking that back."""
    ic, _fr, _ar = house
    delegate = member(ic, "delegate")
    opened(ic, delegate)
    opened(ic, delegate, LONG + "More.\n")
    before = texts(ic)
    take_back(ic, "ic:1:1", delegate)
    assert 0 < texts(ic) < before
    assert [state for _id, state, _reason in states(ic)] == ["void", "applied", "applied"]


def test_a_withdrawal_that_does_not_count_any_more_takes_nothing_back(house: list[Section], member: Make) -> None:
    """When the log is cut before it, the message waits for its text again; whoever still has it may bring it."""
    ic, fr, _ar = house
    delegate = member(ic, "delegate")
    document = opened(ic, delegate)
    with ic.reading() as session:
        contents = [bytes(row.content) for row in session.connection().execute(tables.part.select())]
    carry(ic, fr)
    amend(fr, document, member(fr, "delegate"))
    before = oracle.rows(fr)
    take_back(ic, "ic:1:1", delegate)
    carry(ic, fr)
    assert fr.accept([rival(ic, Address("ic", 1, 2))]) == ["forked"]
    assert [state for _id, state, _reason in states(fr)] == ["waiting", "waiting"]
    fr.add_parts(contents)
    assert [state for _id, state, _reason in states(fr)] == ["applied", "applied"]
    assert oracle.rows(fr) == before


def test_what_was_sealed_is_taken_back_at_those_who_could_not_read_it_too(house: list[Section], member: Make) -> None:
    ic, fr, ar = house
    delegate = member(ic, "delegate")
    with ic.writing() as session:
        ic.documents.open(session, kind="programme", language="en", title="T", text=LONG, audience="fr ic", by=delegate)
    carry(ic, fr, ar)
    assert [state for section in house for _id, state, _reason in states(section)] == ["applied", "applied", "sealed"]
    take_back(ic, "ic:1:1", delegate)
    carry(ic, fr, ar)
    for section in house:
        assert states(section) == [("ic:1", "void", "part_withdrawn"), ("ic:2", "applied", "")]
        assert texts(section) == 0
    with ar.reading() as session:
        stored = ar.ledger.event(session, Address("ic", 1, 2))
    assert (stored is None, stored and stored.envelope.author) == (False, None)  # who wrote it was sealed, too
    replayed(house)


def test_on_pages_and_by_programs(house: list[Section], member: Make, browser: Make) -> None:
    ic, _fr, _ar = house
    delegate = member(ic, "delegate")
    document = opened(ic, delegate)
    opened(ic, delegate, "Short.\n")
    client = browser(ic, delegate)
    client.headers["Accept-Language"] = "en"
    assert "Take this text back from all sections" in client.get("/federation/sent/ic:1:1").text
    assert "Take this text back" not in client.get("/federation/sent/ic:1:2").text
    page = client.get("/federation/sent/ic:1:1/withdraw").text
    for sentence in ("It cannot be brought back.", "International Committee", "It endangers somebody."):
        assert sentence in page
    assert "no long text of its own" in client.get("/federation/sent/ic:1:2/withdraw").text
    path = "/federation/sent/ic:1:1/withdraw"
    assert client.post(path, data={"reason": "court"}).status_code == 400
    assert client.post(path, data={"reason": "whim", "sure": "true"}).status_code == 400
    assert browser(ic, "member", handle="leo").post("/api/v1" + path, json={"reason": "court"}).status_code == 403
    assert client.post(path, data={"reason": "court", "sure": "true"}, follow_redirects=False).status_code == 303
    assert client.post("/api/v1" + path, json={"reason": "court"}).status_code == 409
    again = client.get(path).text
    assert ("taken back already" in again, "I know that this cannot be undone." in again) == (True, False)
    assert client.post("/api/v1/federation/sent/ic:1:2/withdraw", json={"reason": "court"}).status_code == 409
    assert client.get(f"/documents/{document}").status_code == 404
    assert "A court or a law demands it." in client.get("/federation/withdrawn").text
    assert "taken back" in client.get("/federation/sent/ic:1:1").text
    (told,) = client.get("/api/v1/federation/withdrawn").json()
    assert (told["target"], told["reason"]) == ("ic:1:1", "court")
    with pytest.raises(Refused), ic.writing() as session:
        port.withdraw(ic, session, "ic:1:2", reason="court", by=Reader(id="m"))
