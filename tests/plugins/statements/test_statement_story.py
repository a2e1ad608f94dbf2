"""A statement from the proposal to the public page, as every section sees it."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from internationale.kit import Conflict, NotFound, Reader, Refused
from internationale_statements import port, queries
from internationale_statements.queries import showing


def propose(world: Any, code: str = "fr") -> str:
    section = world.sections[code]
    with section.writing() as session:
        id = port.propose(
            section, session, language="fr", title="Contre la guerre", text="Pas un sou.\n\nPas un homme.", by=world.reader(code)
        )
    world.carry()
    return id


def cosign(world: Any, code: str, id: str, revision: int = 1) -> None:
    section = world.sections[code]
    with section.writing() as session:
        port.cosign(section, session, id, revision=revision, by=world.reader(code))


def withdraw(world: Any, code: str, id: str) -> None:
    section = world.sections[code]
    with section.writing() as session:
        port.withdraw(section, session, id, language="en", reason="The second sentence", by=world.reader(code))


def revise(world: Any, id: str, text: str = "Pas un sou.\n\nPas une femme, pas un homme.") -> None:
    section = world.sections["fr"]
    with section.writing() as session:
        base = section.documents.get(session, id).revision
        section.documents.revise(
            session, id, base=base, title="Contre la guerre", text=text, note="Complété", by=world.reader("fr")
        )
    world.carry()


def issue(world: Any, id: str, revision: int = 1) -> None:
    section = world.sections["fr"]
    with section.writing() as session:
        port.issue(section, session, id, revision=revision, by=world.reader("fr"))
    world.carry()


def translate(world: Any, code: str, id: str, language: str, *, whole: bool = True) -> None:
    section = world.sections[code]
    with section.writing() as session:
        reading = section.documents.read(session, id, language)
        units = list(reading.units) if whole else reading.units[:1]
        texts = {unit.block.id: f"{language}: {unit.block.source}" for unit in units}
        reader = world.reader(code, "member", "translator", "delegate")
        section.documents.offer(session, id, language, texts, revision=reading.document.revision, by=reader)
    world.carry()


def signing(world: Any, code: str, id: str) -> queries.Signing:
    with world.sections[code].reading() as session:
        return queries.signing(session, id)


def public(world: Any, code: str, language: str) -> list[tuple[str, str]]:
    section = world.sections[code]
    with section.reading() as session:
        return [(card.title, card.language) for card in showing.public(section, session, language)]


def standing(world: Any, code: str, id: str) -> list[tuple[str, str]]:
    said = signing(world, code, id)
    assert said.issued is not None
    return [(signatory.section, signatory.standing) for signatory in showing.signatories(said, said.issued)]


def test_the_story(world: Any) -> None:
    id = propose(world)
    cosign(world, "ic", id)
    cosign(world, "ar", id)
    world.carry()
    assert public(world, "ic", "fr") == []
    issue(world, id)
    for code in world.sections:
        assert public(world, code, "fr") == [("Contre la guerre", "fr")]
        assert standing(world, code, id) == [("fr", "home"), ("ar", "counted"), ("ic", "counted")]


def test_a_language_is_offered_when_it_is_complete(world: Any) -> None:
    id = propose(world)
    issue(world, id)
    section = world.sections["ic"]

    def complete(revision: int = 1) -> list[str]:
        with section.reading() as session:
            return showing.complete_languages(section, session, id, revision)

    translate(world, "ar", id, "ar", whole=False)
    assert complete() == ["fr"]
    assert public(world, "ic", "ar") == [("Contre la guerre", "fr")]
    translate(world, "ar", id, "ar")
    translate(world, "ic", id, "en")
    assert complete() == ["ar", "en", "fr"]
    assert public(world, "ic", "ar") == [("ar: Contre la guerre", "ar")]


def test_the_public_reads_the_issued_revision_until_the_next_is_issued(world: Any) -> None:
    id = propose(world)
    translate(world, "ic", id, "en")
    issue(world, id)
    revise(world, id)
    section = world.sections["ic"]

    def text(language: str) -> str:
        with section.reading() as session:
            known = queries.signing(session, id).issued
            assert known is not None
            return showing.shown(section, session, id, language, known.revision).units[-1].text or ""

    assert text("en") == "en: Pas un homme."
    issue(world, id, 2)
    assert text("en") == "Pas une femme, pas un homme."
    assert [each.revision for each in signing(world, "ic", id).issues] == [1, 2]


def test_a_signature_holds_for_the_revision_it_names(world: Any) -> None:
    id = propose(world)
    cosign(world, "ic", id)
    world.carry()
    revise(world, id)
    with pytest.raises(Conflict, match="revised meanwhile"):
        cosign(world, "ar", id, 1)
    assert [each.revision for each in signing(world, "fr", id).signatures] == [1]
    issue(world, id, 2)
    assert standing(world, "fr", id) == [("fr", "home")]
    cosign(world, "ic", id, 2)
    world.carry()
    assert standing(world, "fr", id) == [("fr", "home"), ("ic", "later")]


def test_a_signature_taken_back_stays_visible(world: Any) -> None:
    id = propose(world)
    cosign(world, "ic", id)
    cosign(world, "ar", id)
    withdraw(world, "ar", id)
    world.carry()
    issue(world, id)
    assert standing(world, "ar", id) == [("fr", "home"), ("ic", "counted")]
    withdraw(world, "ic", id)
    world.carry()
    assert standing(world, "ar", id) == [("fr", "home"), ("ic", "withdrawn")]
    assert [each.reason for each in signing(world, "fr", id).signatures] == ["The second sentence"] * 2


def test_what_is_refused_before_signing(world: Any) -> None:
    id = propose(world)
    said = len(world.said())
    section = world.sections["ic"]
    with section.writing() as session:
        for forbidden in ("member", "translator", "host"):
            with pytest.raises(Refused):
                port.cosign(section, session, id, revision=1, by=world.reader("ic", forbidden))
        with pytest.raises(Conflict, match="Only the section that proposed"):
            port.issue(section, session, id, revision=1, by=world.reader("ic"))
        with pytest.raises(NotFound):
            port.cosign(section, session, "fr-nothing", revision=1, by=world.reader("ic"))
    with pytest.raises(Conflict, match="own statement"):
        cosign(world, "fr", id)
    with pytest.raises(Conflict, match="has not co-signed"):
        withdraw(world, "ic", id)
    cosign(world, "ic", id)
    with pytest.raises(Conflict, match="already"):
        cosign(world, "ic", id)
    issue(world, id)
    with pytest.raises(Conflict, match="issued already"):
        issue(world, id)
    assert len(world.said()) == said + 2


def test_what_is_not_issued_is_not_for_passers_by(world: Any) -> None:
    id = propose(world)
    section = world.sections["ic"]
    with section.reading() as session:
        for unseen in (id, "fr-nothing"):
            with pytest.raises(Refused):
                port.statement(section, session, unseen, Reader())
        assert port.statement(section, session, id, world.reader("ic", "member")).document.title == "Contre la guerre"
    issue(world, id)
    with section.reading() as session:
        assert port.statement(section, session, id, Reader()).document.title == "Contre la guerre"


def test_what_waits_for_a_delegate(world: Any) -> None:
    id = propose(world)

    def needs(code: str, *roles: str) -> list[str]:
        section = world.sections[code]
        with section.reading() as session:
            asked = {"section": section, "session": session, "reader": world.reader(code, *roles)}
            return [need.path for name, some in section.plugins.each("needs", **asked) if name == "statements" for need in some]

    assert needs("ic") == [f"/statements/{id}"]
    assert needs("ic", "member") == needs("fr") == []
    cosign(world, "ic", id)
    assert needs("ic") == []
    revise(world, id)
    assert needs("ic") == [f"/statements/{id}"]


@pytest.fixture
def listened(world: Any) -> Any:
    """A whole story, what was said in it, and the rows that the home section has of it."""
    id = propose(world)
    for code in ("ic", "ar"):
        cosign(world, code, id)
    withdraw(world, "ar", id)
    world.carry()
    issue(world, id)
    revise(world, id)
    cosign(world, "ar", id, 2)
    cosign(world, "ic", id, 2)
    world.carry()
    issue(world, id, 2)
    return world, world.said(), world.rows("fr", "statements")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_the_order_of_arrival_does_not_matter(listened: Any, seed: int) -> None:
    world, deliveries, expected = listened
    silent = world.fresh("silent")
    mixed = list(deliveries)
    chance = Random(seed)
    chance.shuffle(mixed)
    while mixed:
        batch, mixed = mixed[: (size := chance.randint(1, 5))], mixed[size:]
        silent.accept(batch)
    assert world.rows("silent", "statements") == expected
    assert world.replayed("silent", "statements") == expected
