"""What the settings name is signed only after a second person has released it, exactly as it was written."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from internationale import settings
from internationale.errors import Conflict, Held, Misconfigured, Refused
from internationale.kit import Reader, Role, documents
from internationale.ledger import tables
from internationale.rooms.documents.port import home as debate
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import amendments, private
from internationale.rooms.exchange import port, queries
from internationale.section import Section
from internationale.testing.people import person
from internationale_members.queries import accounts, people

NAMES = frozenset({"documents.opened", "documents.amendment_proposed", "actions.called", "documents.translation_offered"})
TEXT = "One.\n\nTwo.\n"


@pytest.fixture
def section(federation: Callable[..., list[Section]]) -> Section:
    (section,) = federation("ic", release=NAMES)
    return section


@pytest.fixture
def rosa(section: Section) -> Reader:
    return person(section, "rosa", Role.DELEGATE)


@pytest.fixture
def clara(section: Section) -> Reader:
    return person(section, "clara", Role.SECRETARY)


def open_document(section: Section, by: Reader) -> str:
    """What a page does; returns the id of what waits."""
    with pytest.raises(Held) as held, section.writing() as session:
        section.documents.open(session, kind="programme", language="en", title="T", text=TEXT, audience="public", by=by)
    return held.value.id


def said(section: Section) -> int:
    with section.reading() as session:
        return section.ledger.head(session, "ic").sequence


def opened(section: Section) -> list[documents.Summary]:
    with section.reading() as session:
        return list(section.documents.list(session))


def test_nothing_is_signed_before_the_second_person_has_looked(section: Section, rosa: Reader, clara: Reader) -> None:
    id = open_document(section, rosa)
    assert (said(section), opened(section)) == (0, [])
    with section.reading() as session:
        (held,) = queries.held(session)
        assert session.connection().execute(tables.part.select()).all() == []
    (message,) = held.messages
    assert (held.id, held.handle, message.kind, message.audience, message.author) == (
        id,
        "rosa",
        "documents.opened",
        "public",
        "rosa",
    )
    (envelope,) = port.release(section, id, clara)
    assert (envelope.id, envelope.author, dict(envelope.data)) == ("ic:1:1", "rosa", message.data)
    (summary,) = opened(section)
    with section.reading() as session:
        assert section.documents.read(session, summary.id, "en").title == "T"
        assert queries.held(session) == ()


def test_a_second_person_is_another_person(section: Section, rosa: Reader) -> None:
    id = open_document(section, rosa)
    with pytest.raises(Refused, match="second person"):
        port.release(section, id, rosa)
    with pytest.raises(Refused):
        port.release(section, id, Reader(id="ic-member"))
    with pytest.raises(Refused, match="second person"):
        port.reject(section, id, "no", rosa)
    assert said(section) == 0


def test_a_token_is_no_person(section: Section, rosa: Reader, clara: Reader) -> None:
    id = open_document(section, rosa)
    program = replace(clara, by_token=True)
    for decide in (lambda: port.release(section, id, program), lambda: port.reject(section, id, "No.", program)):
        with pytest.raises(Refused, match="in person"):
            decide()
    assert said(section) == 0
    assert len(port.release(section, id, clara)) == 1


def test_a_rejection_is_told_with_its_reason_and_can_be_put_away(section: Section, rosa: Reader, clara: Reader) -> None:
    id = open_document(section, rosa)
    port.reject(section, id, "Not before the congress.", clara)
    with pytest.raises(Conflict, match="already decided"):
        port.release(section, id, clara)
    with section.reading() as session:
        (need,) = [need for need in queries.needs(section, session, rosa) if "not released" in str(need.title)]
    assert "Not before the congress." in str(need.detail)
    with pytest.raises(Refused):
        port.take_back(section, id, clara)
    port.take_back(section, id, rosa)
    with section.reading() as session:
        assert queries.held_of(session, str(rosa.id)) == ()


def test_several_messages_of_one_deed_wait_together(section: Section, rosa: Reader, clara: Reader) -> None:
    """An action's appeal and its call: the call names the appeal by number and hash, which are others when it is released."""
    from internationale_actions import port as actions
    from internationale_actions.events import Assessment

    calling = actions.Calling(
        language="en",
        title="March",
        text="We march.\n",
        first=section.now().date(),
        last=section.now().date(),
        assessment=Assessment(**dict.fromkeys(Assessment.model_fields, "x")),
    )
    with pytest.raises(Held) as held, section.writing() as session:
        actions.call(section, session, calling, rosa)
    port.release(section, open_document(section, rosa), clara)  # takes the number that the appeal would have had
    appeal, call = port.release(section, held.value.id, clara)
    assert [appeal.id, call.id] == ["ic:1:2", "ic:1:3"]
    assert call.refs == (appeal.ref,)
    with section.reading() as session:
        states = {row.state for row in session.connection().execute(tables.event.select())}
    assert states == {"applied"}


def carried(section: Section, rosa: Reader, clara: Reader) -> tuple[str, str, str]:
    """A document, a member's proposal that a delegate has carried, and what waits for its release."""
    port.release(section, open_document(section, rosa), clara)
    (summary,) = opened(section)
    with section.reading() as session:
        block = section.documents.read(session, summary.id, "en").units[1].block.id
    proposal = Proposal(block, 1, "replace", "en", "Better", "Because.", "Un.")
    with section.writing() as session:
        motion = debate.move(section, session, summary.id, proposal, rosa)
    with pytest.raises(Held) as held, section.writing() as session:
        debate.carry(section, session, summary.id, motion, proposal=proposal, by=rosa)
    return summary.id, motion, held.value.id


def test_what_belongs_to_it_at_home_is_done_with_it(section: Section, rosa: Reader, clara: Reader) -> None:
    """A member's proposal counts as carried when the amendment is signed, not when the delegate wrote it."""
    document, motion, held = carried(section, rosa, clara)
    with section.reading() as session:
        assert private.motion(session, document, motion).state == "open"
    port.release(section, held, clara)
    with section.reading() as session:
        card = private.motion(session, document, motion)
        assert (card.state, card.answerer) == ("carried", rosa.id)
        assert amendments.one(session, document, card.amendment).title == "Better"


def test_what_changed_at_home_meanwhile_is_not_overwritten(section: Section, rosa: Reader, clara: Reader) -> None:
    document, motion, held = carried(section, rosa, clara)
    with section.writing() as session:
        debate.decline(section, session, document, motion, reason="No.", by=rosa)
    before = said(section)
    with pytest.raises(Conflict, match="changed meanwhile"):
        port.release(section, held, clara)
    assert said(section) == before
    with section.reading() as session:
        assert [waiting.id for waiting in queries.held(session)] == [held]


def test_who_may_no_longer_say_it_does_not_say_it(section: Section, rosa: Reader, clara: Reader) -> None:
    id = open_document(section, rosa)
    with section.writing() as session:
        for grant in section.grants.held(session, str(rosa.id)):
            section.grants.withdraw(session, str(rosa.id), grant.id, by=None)
    with pytest.raises(Refused):
        port.release(section, id, clara)
    assert said(section) == 0


def test_what_is_wrong_is_told_to_the_first_person_at_once(section: Section, rosa: Reader) -> None:
    nobody = Reader(id="m")
    with pytest.raises(Refused), section.writing() as session:
        section.documents.open(session, kind="programme", language="en", title="T", text=TEXT, audience="public", by=nobody)
    with section.reading() as session:
        assert queries.held(session) == ()


def test_whoever_leaves_takes_what_was_not_released_along(section: Section, rosa: Reader, clara: Reader) -> None:
    port.release(section, open_document(section, rosa), clara)
    open_document(section, rosa)
    with section.reading() as session:
        assert [each["state"] for each in section.kept(session, str(rosa.id))["exchange"]["written"]] == ["waiting"]
        assert section.kept(session, str(clara.id))["exchange"]["decided"][0]["state"] == "released"
    with section.writing() as session:
        for account in (str(rosa.id), str(clara.id)):
            section.forget(session, account)
    with section.reading() as session:
        assert queries.held(session) == ()
        (row,) = queries.held(session, "released")
    assert (row.account, row.handle, row.decider) == ("", "", "")


def test_the_word_of_a_closed_account_is_not_signed(section: Section, clara: Reader) -> None:
    with section.writing() as session:
        account = accounts.open(session, section, handle="emma", language="en").id
        section.grants.give_role(session, account, Role.DELEGATE, by=None)
        emma = section.grants.reader(session, id=account, handle="emma", language="en")
    id, other = open_document(section, emma), open_document(section, emma)
    with section.writing() as session:
        people.disable(session, section, account, by=clara)
    with pytest.raises(Refused, match="account of whoever wrote this is closed"):
        port.release(section, id, clara)
    assert said(section) == 0
    port.reject(section, id, "She was expelled.", clara)
    people.enable(section, account, by=clara)
    port.release(section, other, clara)
    assert said(section) == 1


def test_on_pages_and_by_programs(section: Section, rosa: Reader, clara: Reader, browser: Callable[..., Any]) -> None:
    client = browser(section, rosa)
    client.headers["Accept-Language"] = "en"
    form = {"title": "T", "language": "en", "audience": "international", "text": TEXT}
    answer = client.post("/api/v1/programme", json=form)
    assert answer.status_code == 202, answer.text
    waiting = answer.json()["held"]
    page = client.get(f"/federation/release/{waiting}").text
    for sentence in ("Exactly what will be signed", "all sections of the International", "A second person decides on this."):
        assert sentence in page
    second = browser(section, clara)
    second.headers["Accept-Language"] = "en"
    assert "1 message waits for your release" in second.get("/").text
    assert "A new text" in second.get("/federation/release").text
    assert "Sign and send" in second.get(f"/federation/release/{waiting}").text
    assert browser(section, "member", handle="leo").get(f"/federation/release/{waiting}").status_code == 404
    assert client.post(f"/api/v1/federation/release/{waiting}/release").status_code == 403
    assert second.post(f"/api/v1/federation/release/{waiting}/release").json() == {"ids": ["ic:1:1"]}
    assert second.post(f"/api/v1/federation/release/{waiting}/release").status_code == 409
    again = client.post("/api/v1/programme", json=form).json()["held"]
    assert second.post(f"/federation/release/{again}/reject", data={"reason": " "}).status_code == 400
    assert second.post(f"/api/v1/federation/release/{again}/reject", json={"reason": "Later."}).status_code == 204
    assert [(each["own"], each["state"]) for each in client.get("/api/v1/federation/release").json()] == [(True, "rejected")]
    assert client.post(f"/federation/release/{again}/take-back", follow_redirects=False).status_code == 303


def test_what_can_wait_is_named_in_the_settings(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).write_text('code = "fr"\nname = "F"\nlanguages = ["fr"]\nrelease = ["documents.opened"]\n')
    assert settings.load(tmp_path, {}).release == {"documents.opened"}
    assert settings.load(tmp_path, {"INTERNATIONALE_RELEASE": "statements.issued,actions.called"}).release == {
        "statements.issued",
        "actions.called",
    }


def test_the_signature_of_a_root_key_does_not_wait(federation: Callable[..., list[Section]]) -> None:
    """It is whole before anybody could reject it, and on the page of what waits for all who look at it."""
    with pytest.raises(Misconfigured, match=r"roster\.signed.*another root key"):
        federation("ic", release=frozenset({"documents.opened", "roster.signed"}))


def test_a_slip_in_a_name_is_no_way_around_the_second_person(federation: Callable[..., list[Section]]) -> None:
    with pytest.raises(Misconfigured, match=r"documents\.opend.*documents\.opened"):
        federation("ic", release=frozenset({"documents.opend", "documents.revised"}))
