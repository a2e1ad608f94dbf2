"""A file that is taken back while a section that has it is suspended, or was expelled: nothing can be sealed for it then."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from internationale.errors import NotFound
from internationale.events.roster import Status
from internationale.rooms.attachments.port import attaching, keeping, telling
from internationale.rooms.roster.rows import SealedForRow
from internationale.rooms.sealing import port as sealing
from internationale.section import Section
from internationale.testing import oracle, standing
from internationale.testing.carrying import exchange

NAMES = b"names of comrades " * 4_000
HOW = ("guest", "first reader", "both")


@pytest.fixture
def decide(three: list[Section]) -> Any:
    """``decide(Status.SUSPENDED)``: what becomes of ``ar``; ``MEMBER``: it is readmitted."""

    def become(status: Status) -> None:
        standing.become("ar", status, *three)
        exchange(*three)

    return become


@pytest.fixture
def has(three: list[Section], share: Any, attach: Any, carriages: Any, taken: Any, member: Any) -> Any:
    """``has("guest")``: ``ar`` has a file of ``fr``, as it was let in, is one of the first readers, or both; the file's id."""
    _ic, fr, ar = three

    def given(how: str) -> str:
        document = share(fr, "fr ic" if how == "guest" else "ar fr ic")
        file: str = attach(fr, document, NAMES, name="names.txt")
        exchange(*three)
        if how != "first reader":
            let_in(document)

        async def story(at: Any) -> None:
            await at["fr"].offer()
            for each in at.values():
                await each.fetch()

        carriages(story, *three)
        assert taken(ar, file) == NAMES
        return file

    def let_in(document: str) -> None:
        with fr.writing() as session:
            sealing.share(fr, session, document, with_="ar", by=member(fr, "delegate"))
        exchange(*three)

    return given


def withdraw(section: Section, file: str, by: Any) -> None:
    with section.writing() as session:
        attaching.withdraw(section, session, file, reason="danger", by=by)


def keep(sections: list[Section], taken: Any, file: str) -> list[str]:
    """Who still hands it out."""
    found = []
    for section in sections:
        keeping.tidy(section)
        try:
            taken(section, file)
            found.append(section.code)
        except NotFound:
            pass
    return found


@pytest.mark.parametrize("noted", [True, False], ids=["noted", "from before it was noted"])
@pytest.mark.parametrize("how", HOW)
def test_a_section_that_was_suspended_then_is_told_when_it_is_readmitted(
    three: list[Section], has: Any, decide: Any, taken: Any, member: Any, browser: Any, how: str, *, noted: bool
) -> None:
    _ic, fr, ar = three
    file = has(how)
    delegate = browser(fr, "delegate", language="en")
    page = f"/attachments/{file}/withdraw"
    assert "These do not hear of it now" not in delegate.get(page).text
    decide(Status.SUSPENDED)
    assert "These do not hear of it now" in delegate.get(page).text
    withdraw(fr, file, member(fr, "delegate"))
    if not noted:
        with fr.writing() as session:
            for row in session.exec(select(SealedForRow)):
                session.delete(row)
    exchange(*three)
    assert keep(three, taken, file) == ["ar"]
    assert "was taken back" not in delegate.get("/").text  # nobody can tell it now
    cannot = {"attachment": file, "name": "names.txt", "readers": [], "later": ["ar"], "gone": []}
    assert delegate.get("/api/v1/attachments/taken-back").json() == [cannot]
    assert "Cannot be told yet" in delegate.get("/attachments/taken-back").text
    assert delegate.post("/api/v1/attachments/taken-back").json() == {"files": 0}
    decide(Status.MEMBER)
    assert keep(three, taken, file) == ["ar"]
    assert "1 file was taken back, and not all who have it were told" in delegate.get("/").text
    assert delegate.get("/api/v1/attachments/taken-back").json() == [cannot | {"readers": ["ar"], "later": []}]
    assert delegate.post("/api/v1/attachments/taken-back").json() == {"files": 1}
    assert delegate.get("/api/v1/attachments/taken-back").json() == []
    assert "was taken back" not in delegate.get("/").text
    exchange(*three)
    assert keep(three, taken, file) == []
    assert oracle.rows(ar) == oracle.rows(fr) == oracle.rows(three[0])
    for section in three:
        oracle.replayed(section)


def test_of_a_section_that_was_expelled_it_is_said_that_it_keeps_it(
    three: list[Section], has: Any, decide: Any, taken: Any, member: Any, browser: Any
) -> None:
    fr = three[1]
    file = has("guest")
    decide(Status.EXPELLED)
    withdraw(fr, file, member(fr, "delegate"))
    exchange(*three)
    delegate = browser(fr, "delegate", language="en")
    assert delegate.get("/api/v1/attachments/taken-back").json()[0]["gone"] == ["ar"]
    assert "they keep what they had" in delegate.get("/attachments/taken-back").text
    assert "was taken back" not in delegate.get("/").text


def test_who_did_not_have_the_file_is_not_told(three: list[Section], share: Any, attach: Any, decide: Any, member: Any) -> None:
    """It was attached, and taken back, while the section was suspended."""
    fr, by = three[1], member(three[1], "delegate")
    document = share(fr, "ar fr ic")
    decide(Status.SUSPENDED)
    file = attach(fr, document, NAMES)
    withdraw(fr, file, by)
    decide(Status.MEMBER)
    with fr.reading() as session:
        assert telling.unheard(fr, session, by) == []


def test_who_was_suspended_when_others_were_told_is_told_later(
    three: list[Section], has: Any, decide: Any, taken: Any, member: Any
) -> None:
    """The telling itself did not reach it."""
    fr, by = three[1], member(three[1], "delegate")
    file = has("guest")
    few = {name: objects for name, objects in by.capabilities.items() if name != "sealing.reshared"}
    withdraw(fr, file, replace(by, capabilities=few))
    decide(Status.SUSPENDED)
    with fr.writing() as session:
        assert telling.tell(fr, session, by) == 0
    decide(Status.MEMBER)
    with fr.writing() as session:
        assert telling.tell(fr, session, by) == 1
        assert telling.tell(fr, session, by) == 0
    exchange(*three)
    assert keep(three, taken, file) == []
