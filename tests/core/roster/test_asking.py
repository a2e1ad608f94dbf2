"""Whoever signs an admission reads where it is not what the section asked for."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from internationale.events import fingerprints, keys
from internationale.events.joining import JoinRequest
from internationale.events.keys import SigningKey
from internationale.events.roster import Status
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rules import changes
from internationale.rooms.roster.rules.asking import FEW, Vouched, admissions, compared
from internationale.section import Section
from internationale.testing.builds import today
from internationale.testing.federations import Federation
from internationale.testing.people import speaker

from .conftest import LOGS, NOW
from .test_changes import follow, founded, good

THIEF = SigningKey(b"t" * 32)
RECIPIENTS = ["age1" + letter * 58 for letter in "qp"]
NKEY = "U" + "A" * 55
ASKED = JoinRequest(
    code="ar",
    name="Section ar",
    languages=("ar",),
    key=LOGS["ar"].public,
    address="https://ar.example",
    nkey=NKEY,
    recipients=(RECIPIENTS[0],),
    made=NOW,
)


def read(requests: list[Vouched], **otherwise: Any) -> list[str]:
    """What is told of an admission that is made of a card like the request, with something otherwise."""
    begun = founded()
    draft = changes.admitted(begun, ASKED.model_copy(update=otherwise), NOW)
    assert draft is not None
    (entry,) = admissions(begun.roster, draft)
    return list(map(str, compared(entry, requests)))


def vouched(number: int = 0, *by: str, **otherwise: Any) -> Vouched:
    return Vouched(ASKED.model_copy(update=otherwise), f"{number:064x}", by or ("fr",))


def test_what_was_asked_for_is_said_to_be_so() -> None:
    assert read([vouched()]) == [
        f"This is what section “Section ar (ar)” asked for in request {'0' * 16}. These sections vouch for it: fr"
    ]


@pytest.mark.parametrize(
    ("otherwise", "there"),
    [
        ({"name": "Another"}, "the name “Section ar”"),
        ({"languages": ("ar", "fr")}, "the languages ar"),
        ({"address": "https://ar.exarnple"}, "the address https://ar.example"),
        ({"key": THIEF.public}, "the key of its log "),
        ({"nkey": "U" + "B" * 55}, f"the key for the hubs {NKEY}"),
        ({"recipients": tuple(RECIPIENTS)}, f"the keys for confidential things {RECIPIENTS[0]}"),
    ],
)
def test_what_was_not_is_said_with_what_was(otherwise: dict[str, Any], there: str) -> None:
    (sentence,) = read([vouched()], **otherwise)
    assert f"asked for in request {'0' * 16}. There it has: {there}" in sentence
    assert sentence.startswith("This is not what")


def test_the_true_request_is_told_beside_any_number_of_false_ones() -> None:
    told = read([*(vouched(number, "fr", name=f"False {number}") for number in range(1, 10)), vouched(0, "ic", "de")])
    assert told[0].endswith("vouch for it: ic, de")
    assert len(told) == 1 + FEW + 1
    assert told[-1] == "There are more requests in the name of section “Section ar (ar)” that say otherwise."


def test_where_nobody_vouches_that_is_said() -> None:
    assert read([]) == ["No request of section “Section ar (ar)” is known here for which another section vouches."]


def test_who_comes_back_is_admitted_too_and_who_is_readmitted_is_not() -> None:
    begun = founded()
    out = follow(begun, changes.ended(begun, "fr", Status.EXPELLED, good(7), NOW))
    back = changes.admitted(out, ASKED.model_copy(update={"code": "fr"}), NOW)
    assert back is not None
    assert [entry.code for entry in admissions(out.roster, back)] == ["fr"]
    halted = follow(begun, changes.ended(begun, "fr", Status.SUSPENDED, good(7), NOW))
    assert admissions(halted.roster, changes.readmitted(halted, "fr", NOW)) == []
    assert admissions(begun.roster, changes.renewed(begun, NOW)) == []


@pytest.fixture
def make(federation: Federation) -> Callable[[str], Section]:
    return partial(federation.alone, plugins=today())


def test_it_stands_on_the_page_and_in_the_api(
    federation: Federation, make: Callable[[str], Section], browser: Callable[..., Any]
) -> None:
    """The committee's own instance is hostile, or somebody changed the card on its way."""
    ic, _fr = federation("ic", "fr", plugins=today())
    de = make("de")
    document = port.own_request(de, ic.now() - timedelta(minutes=1))
    with ic.writing() as session:
        port.vouch(ic, session, document, typed=_words(de), why="", by=speaker(ic))
        true = port.propose_admission(ic, session, keys.digest(keys.JOIN, document.body).hex(), why="", by=speaker(ic))
        card = port.card_of(de).model_copy(update={"recipients": (RECIPIENTS[1],)})
        draft = changes.admitted(port.latest(session), card, ic.now())
        assert draft is not None
        false = port.propose(ic, session, draft, why="", by=speaker(ic))
    pages = browser(ic, "delegate", language="en")
    assert "This is what section" in pages.get(f"/federation/roster/proposals/{true}").text
    assert "There it has: the keys for confidential things" in pages.get(f"/federation/roster/proposals/{false}").text
    (sentence,) = pages.get(f"/api/v1/federation/roster/proposals/{false}").json()["asked"]
    assert "This is not what section" in sentence
    with ic.reading() as session:
        assert [each.asked for each in queries.proposals(session)] == [(), ()]


def _words(section: Section) -> str:
    return fingerprints.words(section.key.public)
