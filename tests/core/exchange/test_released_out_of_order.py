"""What waits is overtaken: an older word does not take the place of a newer one, and nothing is said in vain."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from internationale.errors import Conflict, Held
from internationale.events import keys
from internationale.events.roster import Status
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Role
from internationale.plugins import Plugins
from internationale.rooms.exchange import port, queries
from internationale.rooms.roster import port as roster
from internationale.rooms.roster import queries as roster_queries
from internationale.rooms.roster.rules import changes
from internationale.rooms.sealing import port as sealing
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.founding import ROOT
from internationale.testing.people import person
from internationale_actions import port as actions
from internationale_actions import queries as action_queries
from internationale_actions.events import Assessment
from internationale_members.queries import accounts

LONG = "".join(f"Clara lives at number {number}.\n\n" for number in range(4000))
SAID_SINCE = "your section has said something else"


@pytest.fixture
def two(federation: Callable[..., list[Section]]) -> list[Section]:
    """``fr`` and ``ic``."""
    return list(federation("fr", "ic", plugins=Plugins.installed()))


@pytest.fixture
def fr(two: list[Section]) -> Section:
    return two[0]


@pytest.fixture
def rosa(fr: Section) -> Reader:
    return person(fr, "rosa", Role.DELEGATE, Role.TRANSLATOR)


@pytest.fixture
def clara(fr: Section) -> Reader:
    return person(fr, "clara", Role.DELEGATE, Role.TRANSLATOR)


def waits(section: Section, deed: Callable[[Any], object], name: str) -> str:
    """The id of what waits after a deed, which is given a session, and says something of which all waits."""
    section.releasing.names = frozenset([name])
    with pytest.raises(Held) as held, section.writing() as session:
        deed(session)
    section.releasing.names = frozenset()
    return str(held.value.id)


def done(section: Section, deed: Callable[[Any], object]) -> None:
    with section.writing() as session:
        deed(session)


@pytest.fixture
def action(two: list[Section]) -> str:
    """One that ``ic`` has called, and ``fr`` has heard of."""
    _fr, ic = two
    today = ic.now().date()
    words = dict.fromkeys(Assessment.model_fields, "As was said.")
    calling = actions.Calling("en", "March", "All out.\n", today, today + timedelta(days=9), Assessment(**words))
    anna = person(ic, "anna", Role.DELEGATE)
    with ic.writing() as session:
        action = actions.call(ic, session, calling, anna)
    carrying.hand_on(*two)
    return action


def committing(section: Section, action: str, plan: str, by: Reader) -> Callable[[Any], None]:
    def deed(session: Any) -> None:
        call = action_queries.whole(session, action).summary.ref
        actions.commit(section, session, action, actions.Promise(call, "en", plan, []), by)

    return deed


def plans(section: Section, action: str) -> list[tuple[str, str]]:
    with section.reading() as session:
        answer = action_queries.whole(session, action).of("fr")
        return [(plan.plan, plan.standing) for plan in answer.plans] if answer else []


def test_of_two_commitments(fr: Section, action: str, rosa: Reader, clara: Reader) -> None:
    older = waits(fr, committing(fr, action, "Two buses.", rosa), "actions.committed")
    newer = waits(fr, committing(fr, action, "No bus: the driver was arrested.", clara), "actions.committed")
    port.release(fr, newer, rosa)
    with pytest.raises(Conflict, match=SAID_SINCE):
        port.release(fr, older, clara)
    assert plans(fr, action) == [("No bus: the driver was arrested.", "current")]


def test_a_commitment_that_was_taken_back_since(fr: Section, action: str, rosa: Reader, clara: Reader) -> None:
    older = waits(fr, committing(fr, action, "Four buses.", rosa), "actions.committed")
    done(fr, committing(fr, action, "Two buses.", clara))
    done(fr, lambda session: actions.withdraw(fr, session, action, language="en", reason="They have the list.", by=clara))
    with pytest.raises(Conflict, match=SAID_SINCE):
        port.release(fr, older, clara)
    assert plans(fr, action) == [("Two buses.", "withdrawn")]


def test_of_two_closings(two: list[Section], action: str) -> None:
    _fr, ic = two
    anna, emma = person(ic, "anna", Role.DELEGATE), person(ic, "emma", Role.DELEGATE)

    def closing(words: str, by: Reader) -> str:
        deed = lambda session: actions.close(ic, session, action, language="en", conclusions=words, by=by)  # noqa: E731  # one line of it
        return waits(ic, deed, "actions.closed")

    older, newer = closing("All went well.", anna), closing("One was killed.", emma)
    port.release(ic, newer, anna)
    with pytest.raises(Conflict, match=SAID_SINCE):
        port.release(ic, older, emma)
    with ic.reading() as session:
        closings = action_queries.whole(session, action).closings
    assert [each.conclusions for each in closings] == ["One was killed."]


def test_of_two_translations_of_a_paragraph(fr: Section, rosa: Reader, clara: Reader) -> None:
    with fr.writing() as session:
        document = fr.documents.open(
            session, kind="programme", language="en", title="T", text="One.\n\nTwo.\n", audience="international", by=rosa
        )
    with fr.reading() as session:
        one, two = (unit.block.id for unit in fr.documents.read(session, document, "en").units[1:])

    def offering(texts: dict[str, str], by: Reader) -> str:
        deed = "documents.translation_offered"
        return waits(fr, lambda session: fr.documents.offer(session, document, "fr", texts, revision=1, by=by), deed)

    older, other = offering({one: "Un, avec une faute."}, rosa), offering({two: "Deux."}, rosa)
    newer = offering({one: "Un."}, clara)
    port.release(fr, newer, rosa)
    with pytest.raises(Conflict, match="translated this otherwise"):
        port.release(fr, older, clara)
    port.release(fr, other, clara)
    with fr.reading() as session:
        assert [unit.text for unit in fr.documents.read(session, document, "fr").units[1:]] == ["Un.", "Deux."]


@pytest.fixture
def sealed(federation: Callable[..., list[Section]]) -> tuple[Section, Section, str]:
    """``ic``, ``ar``, and a document of ``ic`` for it and ``fr``."""
    ic, _fr, ar = federation("ic", "fr", "ar", plugins=Plugins.installed())
    rosa = person(ic, "rosa", Role.DELEGATE)
    with ic.writing() as session:
        said = {"kind": "programme", "language": "en", "title": "T", "text": "One.\n", "audience": "fr ic"}
        return ic, ar, ic.documents.open(session, **said, by=rosa)


def test_another_section_is_shown_a_text_once(sealed: tuple[Section, Section, str]) -> None:
    ic, _ar, document = sealed
    rosa, clara = person(ic, "rosa", Role.DELEGATE), person(ic, "clara", Role.DELEGATE)
    first, second = (
        waits(ic, lambda session: sealing.share(ic, session, document, with_="ar", by=rosa), "sealing.reshared") for _ in range(2)
    )
    port.release(ic, first, clara)
    with pytest.raises(Conflict, match="shown everything"):
        port.release(ic, second, clara)


def test_nothing_is_sealed_for_who_was_expelled_since(sealed: tuple[Section, Section, str]) -> None:
    ic, ar, _document = sealed
    rosa, clara = person(ic, "rosa", Role.DELEGATE), person(ic, "clara", Role.DELEGATE)
    said = {"kind": "programme", "language": "en", "title": "T", "text": "One.\n"}
    alone, both = (
        waits(ic, lambda session, to=to: ic.documents.open(session, **said, audience=to, by=rosa), "documents.opened")
        for to in ("ar ic", "ar fr ic")
    )
    expel(ic, ar.code)
    with pytest.raises(Conflict, match="Nobody of those"):
        port.release(ic, alone, clara)
    assert [envelope.readers for envelope in port.release(ic, both, clara)] == ["ar fr ic"]


def expel(section: Section, code: str) -> None:
    with section.writing() as session:
        latest = roster.latest(session)
        last = roster_queries.last_good(session, changes.entry_of(latest, code))
        version = changes.ended(latest, code, Status.EXPELLED, last, section.now())
        roster.store_version(session, SignedDocument.seal(keys.ROSTER, version, ROOT), section.now())
    section.roster_changed()


def test_nothing_goes_out_under_a_name_that_was_given_up(fr: Section, clara: Reader) -> None:
    with fr.writing() as session:
        account = accounts.open(session, fr, handle="Maria.Lopez", language="en").id
        fr.grants.give_role(session, account, Role.DELEGATE, by=None)
        maria = fr.grants.reader(session, id=account, handle="Maria.Lopez", language="en")
    said = {"kind": "programme", "language": "en", "title": "T", "text": "One.\n", "audience": "public"}
    held = waits(fr, lambda session: fr.documents.open(session, **said, by=maria), "documents.opened")
    done(fr, lambda session: accounts.change_handle(session, fr, account, "wren"))
    with pytest.raises(Conflict, match="another handle"):
        port.release(fr, held, clara)
    done(fr, lambda session: accounts.change_handle(session, fr, account, "Maria.Lopez"))
    assert [envelope.author for envelope in port.release(fr, held, clara)] == ["Maria.Lopez"]


def test_what_stands_on_a_text_that_was_taken_back_is_not_kept(
    two: list[Section], rosa: Reader, clara: Reader, browser: Any
) -> None:
    """It may repeat the text: a translation does."""
    fr, ic = two
    anna = person(ic, "anna", Role.DELEGATE)
    with ic.writing() as session:
        said = {
            "kind": "programme",
            "language": "en",
            "title": "T",
            "text": LONG,
            "audience": "international",
        }
        document = ic.documents.open(session, **said, by=anna)
    carrying.hand_on(*two)
    with fr.reading() as session:
        block = fr.documents.read(session, document, "en").units[1].block.id
    offer = lambda session: fr.documents.offer(session, document, "fr", {block: "Chez Clara."}, revision=1, by=rosa)  # noqa: E731  # one line of it
    held = waits(fr, offer, "documents.translation_offered")
    other = waits(fr, lambda session: fr.documents.open(session, **said | {"text": "Bread.\n"}, by=rosa), "documents.opened")
    port.empty_void(fr)
    assert kept(fr, held).count("Clara") == 2
    done(ic, lambda session: port.withdraw(ic, session, "ic:1:1", reason="safety", by=anna))
    carrying.hand_on(*two)
    port.empty_void(fr)
    assert (kept(fr, held)[:5], kept(fr, held).count("Clara"), kept(fr, other).count("Bread")) == ("void ", 0, 1)
    client = browser(fr, rosa)
    for page in ("/", f"/federation/release/{held}"):
        assert "this was about was taken back" in client.get(page).text
    assert f'<a href="/federation/release/{held}">A translation</a>' in client.get("/federation/release").text
    assert "Exactly what will be signed" not in client.get(f"/federation/release/{held}").text
    with pytest.raises(Conflict, match="already decided"):
        port.release(fr, held, clara)
    assert client.post(f"/federation/release/{held}/take-back", follow_redirects=False).status_code == 303


def kept(section: Section, id: str) -> str:
    with section.reading() as session:
        row = queries.held_row(session, id)
        return f"{row.state} {row.said}"
