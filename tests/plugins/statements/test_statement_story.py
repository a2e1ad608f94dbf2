"""A statement from the proposal to the public page, as every section sees it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internationale.kit import Conflict, NotFound, Reader, Ref, Refused
from internationale.testing import carrying, oracle
from internationale.testing.people import member
from internationale_statements import port, queries
from internationale_statements.queries import showing


def delegate(section: Any) -> Reader:
    return member(section, "member", "delegate")


def propose(three: Any) -> str:
    section = three[1]
    with section.writing() as session:
        id = port.propose(
            section,
            session,
            language="fr",
            title="Contre la guerre",
            text="Pas un sou.\n\nPas un homme.",
            by=delegate(section),
        )
    carrying.hand_on(*three)
    return id


def pinned(section: Any, id: str, revision: int = 1) -> Ref:
    with section.reading() as session:
        ref: Ref = section.documents.read(session, id, "fr", revision=revision).ref
        return ref


def cosign(section: Any, id: str, revision: int = 1) -> None:
    ref = pinned(section, id, revision)
    with section.writing() as session:
        port.cosign(section, session, id, ref=ref, by=delegate(section))


def withdraw(section: Any, id: str) -> None:
    with section.writing() as session:
        port.withdraw(section, session, id, language="en", reason="The second sentence", by=delegate(section))


def revise(three: Any, id: str, text: str = "Pas un sou.\n\nPas une femme, pas un homme.") -> None:
    section = three[1]
    with section.writing() as session:
        base = section.documents.get(session, id).revision
        section.documents.revise(
            session, id, base=base, title="Contre la guerre", text=text, note="Complété", by=delegate(section)
        )
    carrying.hand_on(*three)


def issue(three: Any, id: str, revision: int = 1) -> None:
    section = three[1]
    ref = pinned(section, id, revision)
    with section.writing() as session:
        port.issue(section, session, id, ref=ref, by=delegate(section))
    carrying.hand_on(*three)


def translate(section: Any, id: str, language: str, *, whole: bool = True) -> None:
    with section.writing() as session:
        reading = section.documents.read(session, id, language)
        units = list(reading.units) if whole else reading.units[:1]
        texts = {unit.block.id: f"{language}: {unit.block.source}" for unit in units}
        reader = member(section, "member", "translator", "delegate")
        section.documents.offer(session, id, language, texts, revision=reading.document.revision, by=reader)


def signing(section: Any, id: str) -> queries.Signing:
    with section.reading() as session:
        return queries.signing(section, session, id)


def public(section: Any, language: str) -> list[tuple[str, str]]:
    with section.reading() as session:
        return [(card.title, card.language) for card in showing.public(section, session, language, 1).things]


def standing(section: Any, id: str) -> list[tuple[str, str]]:
    said = signing(section, id)
    assert said.issued is not None
    return [(signatory.section, signatory.standing) for signatory in showing.signatories(said, said.issued)]


def test_the_story(three: Any, ic: Any, ar: Any) -> None:
    id = propose(three)
    cosign(ic, id)
    cosign(ar, id)
    carrying.hand_on(*three)
    assert public(ic, "fr") == []
    issue(three, id)
    for each in three:
        assert public(each, "fr") == [("Contre la guerre", "fr")]
        assert standing(each, id) == [("fr", "home"), ("ar", "counted"), ("ic", "counted")]


def test_a_language_is_offered_when_it_is_complete(three: Any, ic: Any, ar: Any) -> None:
    id = propose(three)
    issue(three, id)

    def complete(revision: int = 1) -> list[str]:
        with ic.reading() as session:
            return showing.complete_languages(ic, session, id, pinned(ic, id, revision))

    translate(ar, id, "ar", whole=False)
    carrying.hand_on(*three)
    assert complete() == ["fr"]
    assert public(ic, "ar") == [("Contre la guerre", "fr")]
    translate(ar, id, "ar")
    carrying.hand_on(*three)
    translate(ic, id, "en")
    carrying.hand_on(*three)
    assert complete() == ["ar", "en", "fr"]
    assert public(ic, "ar") == [("ar: Contre la guerre", "ar")]


def test_the_public_reads_the_issued_revision_until_the_next_is_issued(three: Any, ic: Any) -> None:
    id = propose(three)
    translate(ic, id, "en")
    carrying.hand_on(*three)
    issue(three, id)
    revise(three, id)

    def text(language: str) -> str:
        with ic.reading() as session:
            known = queries.signing(ic, session, id).issued
            assert known is not None
            return showing.shown(ic, session, id, language, Ref.parse(known.pinned)).units[-1].text or ""

    assert text("en") == "en: Pas un homme."
    issue(three, id, 2)
    assert text("en") == "Pas une femme, pas un homme."
    assert [each.revision for each in signing(ic, id).issues] == [1, 2]


def test_a_signature_holds_for_the_revision_it_names(three: Any, ic: Any, fr: Any, ar: Any) -> None:
    id = propose(three)
    cosign(ic, id)
    carrying.hand_on(*three)
    revise(three, id)
    with pytest.raises(Conflict, match="revised meanwhile"):
        cosign(ar, id, 1)
    assert [each.revision for each in signing(fr, id).signatures] == [1]
    issue(three, id, 2)
    assert standing(fr, id) == [("fr", "home")]
    cosign(ic, id, 2)
    carrying.hand_on(*three)
    assert standing(fr, id) == [("fr", "home"), ("ic", "later")]


def test_a_signature_taken_back_stays_visible(three: Any, ic: Any, fr: Any, ar: Any) -> None:
    id = propose(three)
    cosign(ic, id)
    cosign(ar, id)
    withdraw(ar, id)
    carrying.hand_on(*three)
    issue(three, id)
    assert standing(ar, id) == [("fr", "home"), ("ic", "counted")]
    withdraw(ic, id)
    carrying.hand_on(*three)
    assert standing(ar, id) == [("fr", "home"), ("ic", "withdrawn")]
    assert [each.reason for each in signing(fr, id).signatures] == ["The second sentence"] * 2


def test_what_is_refused_before_signing(three: Any, ic: Any, fr: Any) -> None:
    id = propose(three)
    said, ref = len(carrying.said(*three)), pinned(ic, id)
    with ic.writing() as session:
        for forbidden in ("member", "translator", "host"):
            with pytest.raises(Refused):
                port.cosign(ic, session, id, ref=ref, by=member(ic, forbidden))
        with pytest.raises(Conflict, match="Only the section that proposed"):
            port.issue(ic, session, id, ref=ref, by=delegate(ic))
        with pytest.raises(NotFound):
            port.cosign(ic, session, "fr-nothing", ref=ref, by=delegate(ic))
    with pytest.raises(Conflict, match="own statement"):
        cosign(fr, id)
    with pytest.raises(Conflict, match="has not co-signed"):
        withdraw(ic, id)
    cosign(ic, id)
    with pytest.raises(Conflict, match="already"):
        cosign(ic, id)
    issue(three, id)
    with pytest.raises(Conflict, match="issued already"):
        issue(three, id)
    assert len(carrying.said(*three)) == said + 2


def test_what_is_not_issued_is_not_for_passers_by(three: Any, ic: Any) -> None:
    id = propose(three)
    with ic.reading() as session:
        for unseen in (id, "fr-nothing"):
            with pytest.raises(Refused):
                port.statement(ic, session, unseen, Reader())
        assert port.statement(ic, session, id, member(ic, "member")).document.title == "Contre la guerre"
    issue(three, id)
    with ic.reading() as session:
        assert port.statement(ic, session, id, Reader()).document.title == "Contre la guerre"


def test_what_waits_for_a_delegate(three: Any, ic: Any, fr: Any) -> None:
    id = propose(three)

    def needs(section: Any, *roles: str) -> list[str]:
        with section.reading() as session:
            asked = {"section": section, "session": session, "reader": member(section, *(roles or ("member", "delegate")))}
            return [need.path for name, some in section.plugins.each("needs", **asked) if name == "statements" for need in some]

    assert needs(ic) == [f"/statements/{id}"]
    assert needs(ic, "member") == needs(fr) == []
    cosign(ic, id)
    assert needs(ic) == []
    revise(three, id)
    assert needs(ic) == [f"/statements/{id}"]


@pytest.fixture
def listened(three: Any, ic: Any, fr: Any, ar: Any) -> Any:
    """What was said in a whole story, and the rows that the home section has of it."""
    id = propose(three)
    for each in (ic, ar):
        cosign(each, id)
    withdraw(ar, id)
    carrying.hand_on(*three)
    issue(three, id)
    revise(three, id)
    cosign(ar, id, 2)
    cosign(ic, id, 2)
    carrying.hand_on(*three)
    issue(three, id, 2)
    return carrying.said(*three), oracle.rows(fr)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_the_order_of_arrival_does_not_matter(federation: Any, listened: Any, seed: int) -> None:
    deliveries, expected = listened
    silent = federation.fresh("silent")
    carrying.hear(silent, deliveries, seed)
    assert oracle.rows(silent) == expected
    oracle.replayed(silent)
