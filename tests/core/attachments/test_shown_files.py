"""A file that belongs to a sealed text, shown to a section that was let in later, and then taken back."""

from dataclasses import replace

import pytest

from internationale.errors import Held, NotFound
from internationale.kit import Role
from internationale.rooms.attachments.port import attaching, keeping
from internationale.rooms.exchange.port import release
from internationale.rooms.sealing import port as sealing
from internationale.testing import oracle
from internationale.testing.carrying import exchange
from internationale.testing.people import person

NAMES = b"names of comrades " * 40_000


@pytest.fixture
def shown(three, share, attach, carriages, taken, member):
    """``shown(ic)``: ``fr`` has let ``ar`` into a text of ``fr`` and ``ic`` with a file of ``ic``; its id."""
    _ic, fr, ar = three

    def show(owner):
        document = share(fr, "fr ic")
        exchange(*three)
        file = attach(owner, document, NAMES, name="names.txt")
        exchange(*three)
        with fr.writing() as session:
            sealing.share(fr, session, document, with_="ar", by=member(fr, "delegate"))
        exchange(*three)

        async def story(at):
            await at[owner.code].offer()
            for each in at.values():
                await each.fetch()

        carriages(story, *three)
        assert taken(ar, file) == NAMES
        return file

    return show


def kept(sections, taken, file):
    """Who still hands it out."""
    found = []
    for section in sections:
        keeping.tidy(section)
        try:
            assert taken(section, file) == NAMES
            found.append(section.code)
        except NotFound:
            pass
    return found


def withdraw(section, file, by):
    with section.writing() as session:
        attaching.withdraw(section, session, file, reason="comrades in danger", by=by)


def test_who_was_let_in_hears_of_it_too_where_that_waited_for_a_second_person(three, shown, taken):
    """What shows them the withdrawal carries it as it was signed in the end."""
    _ic, fr, _ar = three
    file, rosa, clara = shown(fr), person(fr, "rosa", Role.DELEGATE), person(fr, "clara", Role.DELEGATE)
    fr.releasing.names = frozenset(["attachments.withdrawn"])
    with pytest.raises(Held) as held:
        withdraw(fr, file, rosa)
    fr.releasing.names = frozenset()
    with fr.writing() as session:
        fr.documents.open(session, kind="statement", language="en", title="X", text="Y", audience="international", by=rosa)
    release(fr, held.value.id, clara)
    exchange(*three)
    assert kept(three, taken, file) == []


def test_who_was_let_in_hears_that_it_was_taken_back(three, shown, taken, member, browser):
    _ic, fr, _ar = three
    file = shown(fr)
    delegate = browser(fr, "delegate", language="en")
    assert "let in later hear of it, too" in delegate.get(f"/attachments/{file}/withdraw").text
    withdraw(fr, file, member(fr, "delegate"))
    exchange(*three)
    assert kept(three, taken, file) == []
    assert "was taken back" not in delegate.get("/").text
    for section in three:
        oracle.replayed(section)


def test_who_has_let_somebody_in_is_asked_to_tell_them(three, shown, taken, member, browser):
    ic, fr, _ar = three
    file = shown(ic)
    delegate, plain = browser(fr, "delegate", language="en"), browser(fr, "member", language="en")
    assert "There is nothing of this kind." in delegate.get("/attachments/taken-back").text
    withdraw(ic, file, member(ic, "delegate"))
    exchange(*three)
    assert kept(three, taken, file) == ["ar"]
    assert "1 file was taken back, and not all who have it were told" in delegate.get("/").text
    assert "was taken back" not in plain.get("/").text
    assert "was taken back" not in browser(ic, "delegate", language="en").get("/").text
    assert [plain.get("/attachments/taken-back").status_code, plain.post("/attachments/taken-back").status_code] == [403, 403]
    assert plain.post("/api/v1/attachments/taken-back").status_code == 403
    told = [{"attachment": file, "name": "names.txt", "readers": ["ar"], "later": [], "gone": []}]
    assert delegate.get("/api/v1/attachments/taken-back").json() == told
    assert "names.txt" in delegate.get("/attachments/taken-back").text
    assert "There is nothing of this kind." in delegate.post("/attachments/taken-back").text
    assert delegate.post("/api/v1/attachments/taken-back").json() == {"files": 0}
    exchange(*three)
    assert kept(three, taken, file) == []
    assert "was taken back" not in delegate.get("/").text
    for section in three:
        oracle.replayed(section)


def test_where_who_takes_it_back_may_not_show_anything_another_is_asked(three, shown, taken, member, browser):
    _ic, fr, _ar = three
    file, by = shown(fr), member(fr, "delegate")
    few = {name: objects for name, objects in by.capabilities.items() if name != "sealing.reshared"}
    withdraw(fr, file, replace(by, capabilities=few))
    exchange(*three)
    assert kept(three, taken, file) == ["ar"]
    delegate = browser(fr, "delegate", language="en")
    assert "1 file was taken back, and not all who have it were told" in delegate.get("/").text
    delegate.post("/attachments/taken-back")
    exchange(*three)
    assert kept(three, taken, file) == []
