"""One statement's id opened for some and for all: what was signed, or taken back, of the sealed text is not of the open one."""

import random
from typing import Any

import pytest

import internationale_statements
from internationale.kit import Ref, Utterance
from internationale.plugins import Plugins
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying, oracle
from internationale.testing.people import member, speaker
from internationale_statements import port, queries
from internationale_statements.events import CosignatureWithdrawn, Cosigned
from internationale_statements.queries import showing

ID = "fr-aaaaaaaaaaaa"
SOME = "ar fr ic"


@pytest.fixture
def four(federation: Any, clock: Any) -> Any:
    """``es`` is left out of what is sealed."""
    plugins = Plugins((("statements", internationale_statements),))
    return federation("ic", "fr", "ar", "es", plugins=plugins, now=clock, absent=["silent"])


def say(section: Any, payload: Any, *refs: Ref, audience: str = "international") -> Ref:
    with section.writing() as session:
        found: Ref = section.publish(session, Utterance(payload, refs=refs, audience=audience), by=speaker(section))[0].ref
        return found


def opened(fr: Any, audience: str = "international") -> Ref:
    said, _parts = writing.opening(ID, kind="statement", language="fr", title="Titre", text="Un.\n\nDeux.")
    return say(fr, said, audience=audience)


def issue(fr: Any, ref: Ref) -> None:
    with fr.writing() as session:
        port.issue(fr, session, ID, ref=ref, by=member(fr, "delegate"))


def standing(section: Any) -> list[tuple[str, str]]:
    with section.reading() as session:
        said = queries.signing(section, session, ID)
        assert said.issued is not None
        return [(each.section, each.standing) for each in showing.signatories(said, said.issued)]


SIGNED = Cosigned(document=ID, revision=1)
TAKEN_BACK = CosignatureWithdrawn(document=ID, language="en", reason="secretly")


def test_what_is_taken_back_for_some_stays_signed_for_all(four: Any, browser: Any) -> None:
    _ic, fr, ar, _es = four
    open_one, sealed = opened(fr), opened(fr, SOME)
    carrying.hand_on(*four)
    twin = say(ar, SIGNED, sealed, audience=SOME)
    say(ar, SIGNED, open_one)
    carrying.hand_on(*four)
    issue(fr, open_one)
    say(ar, TAKEN_BACK, twin, audience=SOME)
    carrying.hand_on(*four)
    for each in four:
        assert standing(each) == [("fr", "home"), ("ar", "counted")]
        for person in (browser(each, language="en"), browser(each, "member", language="en")):
            for path in (f"/statements/{ID}", f"/api/v1/statements/{ID}"):
                assert "secretly" not in person.get(path).text
        oracle.replayed(each)


def test_what_is_signed_for_some_is_not_signed_for_all(four: Any) -> None:
    """And what was looked at for an issue is what all can look at."""
    ic, fr, ar, _es = four
    open_one = opened(fr)
    sealed = opened(fr, SOME)
    carrying.hand_on(*four)
    say(ic, SIGNED, open_one)
    say(ar, SIGNED, open_one)
    say(ar, SIGNED, sealed, audience=SOME)
    carrying.hand_on(*four)
    issue(fr, open_one)
    carrying.hand_on(*four)
    for each in four:
        assert standing(each) == [("fr", "home"), ("ar", "counted"), ("ic", "counted")]
        with each.reading() as session:
            said = queries.signing(each, session, ID)
            assert said.looked_at == {"ar": 1, "ic": 1}
            assert said.issues[0].counted == {"ar": 1, "ic": 1}


def test_a_sealed_text_has_the_signatures_of_its_readers(four: Any) -> None:
    """Until it stands there openly, too: then these are none of the open text."""
    ic, fr, ar, _es = four
    sealed = opened(fr, SOME)
    carrying.hand_on(*four)
    say(ar, SIGNED, sealed, audience=SOME)
    carrying.hand_on(*four)
    for each in (ic, fr, ar):
        with each.reading() as session:
            assert [signature.section for signature in queries.signing(each, session, ID).signatures] == ["ar"]
    opened(fr)
    carrying.hand_on(*four)
    for each in four:
        with each.reading() as session:
            assert queries.signing(each, session, ID).signatures == []


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arrival_decides_nothing(four: Any, federation: Any, seed: int) -> None:
    _ic, fr, ar, es = four
    open_one, sealed = opened(fr), opened(fr, SOME)
    carrying.hand_on(*four)
    twin = say(ar, SIGNED, sealed, audience=SOME)
    say(ar, TAKEN_BACK, twin, audience=SOME)
    mine = say(ar, SIGNED, open_one)
    carrying.hand_on(*four)
    issue(fr, open_one)
    say(ar, TAKEN_BACK, mine)
    carrying.hand_on(*four)
    silent, said = federation.fresh("silent"), carrying.said(*four)
    random.Random(seed).shuffle(said)
    for delivery in said:
        silent.accept([delivery])
    assert oracle.rows(silent)["statements_cosignature"] == oracle.rows(es)["statements_cosignature"]
    assert oracle.rows(silent)["statements_withdrawal"] == oracle.rows(es)["statements_withdrawal"]
    for each in (*four, silent):
        assert standing(each) == [("fr", "home"), ("ar", "withdrawn")]
        oracle.replayed(each)
