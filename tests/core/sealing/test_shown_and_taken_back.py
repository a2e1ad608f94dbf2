"""What was shown to one more section and then taken back: whoever has shown it is told, and takes that back too."""

from collections.abc import Callable
from typing import Any

import pytest

from internationale.events import sealed
from internationale.events.roster import Status
from internationale.kit import Conflict, Reader, Refused
from internationale.ledger import tables
from internationale.ledger.parts import SALT
from internationale.rooms.documents.port.amending import Proposal, propose
from internationale.rooms.documents.queries.amendments import of_document as amendments
from internationale.rooms.exchange.port import withdraw
from internationale.rooms.sealing import port
from internationale.rooms.sealing.port import sharing
from internationale.section import Section
from internationale.testing import carrying, oracle, standing

Make = Callable[..., Any]
SECRET = "the strike begins on Monday"
LONG = "".join(f"Paragraph {number}: {SECRET} {'word ' * 40}\n\n" for number in range(400))


def carry(*sections: Section) -> None:
    """What all have said, with the texts that anybody has."""
    for _round in range(2):
        events, texts = carrying.said(*sections), carrying.parts(*sections)
        for section in sections:
            section.accept(events)
            section.add_parts(texts)


def legible(section: Section) -> bool:
    """Whether the secret stands in anything that this section holds and has a key for."""
    with section.reading() as session:
        connection = session.connection()
        texts = {row.hash: bytes(row.content)[SALT:] for row in connection.execute(tables.part.select())}
        shown = [bytes(row.plain) for row in connection.execute(tables.shown.select())]
        outers = [event.envelope for event in section.ledger.every_event(session)]
    for outer in outers:
        addressed = outer.sealed and section.code in {outer.section, *outer.audience.split()}
        if addressed and all(name in texts for name in outer.parts):
            shown.append(sealed.open(outer, texts.__getitem__, section.sealing.all()).plain)
    return any(SECRET.encode() in plain for plain in shown)


@pytest.fixture
def three(federation: Make, member: Make) -> list[Section]:
    """A text of ``ic`` for ``fr``, an amendment of ``fr`` that is long, both shown to ``ar``."""
    ic, fr, ar = federation("ic", "fr", "ar")
    delegate = member(ic, "delegate")
    with ic.writing() as session:
        said = {"kind": "programme", "language": "en", "title": "T", "text": "One.\n\nTwo.\n", "audience": "fr ic"}
        document = ic.documents.open(session, **said, by=delegate)
    carry(ic, fr, ar)
    with fr.writing() as session:
        block = fr.documents.read(session, document, "en").units[1].block.id
        propose(fr, session, document, Proposal(block, 1, "replace", "en", "A", "B", LONG), member(fr, "delegate"))
    carry(ic, fr, ar)
    return [ic, fr, ar]


def only_text(section: Section) -> str:
    with section.reading() as session:
        (document,) = section.documents.list(session)
    return str(document.id)


def show(section: Section, by: Reader) -> None:
    with section.writing() as session:
        assert port.share(section, session, only_text(section), with_="ar", by=by) == 2


def titles(section: Section) -> list[str]:
    with section.reading() as session:
        return [card.title for card in amendments(session, only_text(section))]


@pytest.mark.parametrize("alone", [True, False])
def test_whoever_has_shown_it_takes_it_back_too(
    three: list[Section], member: Make, browser: Make, monkeypatch: pytest.MonkeyPatch, *, alone: bool
) -> None:
    """Alone: each long text was shown by itself; else with others, as by an older build, and those are shown again."""
    ic, fr, ar = three
    delegate = member(ic, "delegate")
    with monkeypatch.context() as older:
        if not alone:
            older.setattr(sharing, "LONG", 10**9)
        show(ic, delegate)
    carry(*three)
    assert titles(ar) == ["A"]
    home = browser(ic, "delegate", language="en")
    assert "was taken back" not in home.get("/").text
    assert "There is nothing of this kind." in home.get("/sealing/taken-back").text
    with pytest.raises(Conflict), ic.writing() as session:
        port.take_back(ic, session, delegate)
    with fr.writing() as session:
        withdraw(fr, session, "fr:1:1", reason="safety", by=member(fr, "delegate"))
    carry(*three)
    assert [titles(section) for section in three] == [[], [], []]
    assert [legible(section) for section in three] == [True, True, True]  # in the message that has shown it
    assert "1 text that your section has shown to others was taken back" in home.get("/").text
    assert "was taken back" not in browser(fr, "delegate", language="en").get("/").text
    (told,) = home.get("/api/v1/sealing/taken-back").json()
    assert (told["readers"], len(told["gone"]), len(told["rest"])) == (["ar", "fr", "ic"], 1, 0 if alone else 1)
    assert f"/federation/sent/{told['id']}" in home.get("/sealing/taken-back").text
    assert home.post("/sealing/taken-back", data={}).status_code == 400
    assert home.post("/sealing/taken-back", data={"sure": "true"}).status_code == 200
    assert home.get("/api/v1/sealing/taken-back").json() == []
    assert "was taken back" not in home.get("/").text
    carry(*three)
    assert [legible(section) for section in three] == [False, False, False]
    assert oracle.rows(ar) == oracle.rows(ic) == oracle.rows(fr)  # ar can still read the text itself
    assert only_text(ar) == only_text(ic)
    for section in three:
        oracle.replayed(section)


def test_who_may_not_take_back_does_not(three: list[Section], member: Make, browser: Make) -> None:
    ic, fr, _ar = three
    show(ic, member(ic, "delegate"))
    with fr.writing() as session:
        withdraw(fr, session, "fr:1:1", reason="safety", by=member(fr, "delegate"))
    carry(*three)
    somebody = browser(ic, "member", language="en")
    assert "was taken back" not in somebody.get("/").text
    assert somebody.get("/sealing/taken-back").status_code == 403
    assert somebody.post("/api/v1/sealing/taken-back").status_code == 403
    with pytest.raises(Refused), ic.writing() as session:
        port.take_back(ic, session, member(ic, "member"))


def test_what_has_gone_whole_is_not_shown_again(three: list[Section], member: Make) -> None:
    """The text itself was taken back, and with it all that stands on it."""
    ic, _fr, ar = three
    delegate = member(ic, "delegate")
    with ic.writing() as session:
        ic.documents.open(session, kind="programme", language="en", title="L", text=LONG, audience="fr ic", by=delegate)
    with ic.reading() as session:
        long = next(each.id for each in ic.documents.list(session) if each.title == "L")
        number = ic.ledger.head(session, "ic").sequence
    with ic.writing() as session:
        port.share(ic, session, long, with_="ar", by=delegate)
        withdraw(ic, session, f"ic:1:{number}", reason="court", by=delegate)
    with ic.writing() as session:
        assert port.take_back(ic, session, delegate) == 1
    carry(*three)
    with ar.reading() as session:
        assert not ar.documents.list(session)
    assert not legible(ar)


def test_what_names_a_section_that_was_suspended_has_not_shown_it_anything(
    three: list[Section], member: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is shown again while it is suspended; so it has to be shown it once more."""
    ic, fr, ar = three
    delegate = member(ic, "delegate")
    with monkeypatch.context() as older:
        older.setattr(sharing, "LONG", 10**9)
        show(ic, delegate)
    carry(*three)
    with fr.writing() as session:
        withdraw(fr, session, "fr:1:1", reason="safety", by=member(fr, "delegate"))
    carry(*three)
    standing.become("ar", Status.SUSPENDED, *three)
    with ic.writing() as session:
        assert port.take_back(ic, session, delegate) == 1
    carry(*three)
    standing.become("ar", Status.MEMBER, *three)
    carry(*three)
    with ar.reading() as session:
        assert not ar.documents.list(session)
    with ic.writing() as session:
        assert port.share(ic, session, only_text(ic), with_="ar", by=delegate) == 1
    carry(*three)
    assert only_text(ar) == only_text(ic)
    for section in three:
        oracle.replayed(section)
