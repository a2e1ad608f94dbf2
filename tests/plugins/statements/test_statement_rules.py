"""Who may sign and issue a statement."""

from dataclasses import replace
from typing import Any

import pytest

from internationale_statements import rules
from internationale_statements.events import CosignatureWithdrawn, Cosigned, Issued


@pytest.fixture
def proposed(sayings: Any) -> Any:
    return sayings.open("fr", "fr-word", "statement")


def cosign(sayings: Any, section: str, revision: Any, number: int = 1) -> Any:
    return sayings.say(section, "statements.cosigned", Cosigned(document="fr-word", revision=number), revision)


def issue(sayings: Any, section: str, *causes: Any, number: int = 1, **counted: int) -> Any:
    return sayings.say(section, "statements.issued", Issued(document="fr-word", revision=number, counted=counted), *causes)


def test_other_sections_cosign_the_revision_they_read(sayings: Any, proposed: Any) -> None:
    assert rules.may_cosign(cosign(sayings, "ic", proposed)) is None
    assert rules.may_cosign(cosign(sayings, "ic", sayings.revise(proposed, 2), 2)) is None
    assert rules.may_cosign(cosign(sayings, "ic", proposed, 2)) == "revision_missing"
    assert rules.may_cosign(cosign(sayings, "fr", proposed)) == "home_does_not_cosign"


def test_only_statements_are_signed(sayings: Any) -> None:
    programme = sayings.open("fr", "fr-word", "programme")
    assert rules.may_cosign(cosign(sayings, "ic", programme)) == "revision_missing"
    assert rules.may_issue(issue(sayings, "fr", programme)) == "revision_missing"


def test_a_section_takes_back_its_own_signature(sayings: Any, proposed: Any) -> None:
    cosigned = cosign(sayings, "ic", proposed)
    withdrawn = CosignatureWithdrawn(document="fr-word", language="en", reason="The third sentence is wrong")
    assert rules.may_withdraw(sayings.say("ic", "statements.cosignature_withdrawn", withdrawn, cosigned)) is None
    assert rules.may_withdraw(sayings.say("ar", "statements.cosignature_withdrawn", withdrawn, cosigned)) == "cosignature_missing"


def test_only_the_home_section_issues(sayings: Any, proposed: Any) -> None:
    assert rules.may_issue(issue(sayings, "fr", proposed)) is None
    assert rules.may_issue(issue(sayings, "ic", proposed)) == "only_the_home_issues"
    assert rules.may_issue(issue(sayings, "fr")) == "revision_missing"


def test_an_issue_counts_signatures_under_its_own_text(sayings: Any, proposed: Any) -> None:
    first = cosign(sayings, "ic", proposed)
    second = sayings.revise(proposed, 2)
    renewed = cosign(sayings, "ic", second, 2)
    assert rules.may_issue(issue(sayings, "fr", second, first, number=2, ic=2)) == "cosignature_of_another_revision"
    assert rules.may_issue(issue(sayings, "fr", second, renewed, number=2, ic=1)) == "count_incomplete"
    assert rules.may_issue(issue(sayings, "fr", second, renewed, number=2, ic=2)) is None


def test_a_signature_does_not_move_under_another_text_of_the_same_number(sayings: Any, proposed: Any) -> None:
    """The home section writes two second revisions; which of them counts may change while one of them waits for its parts."""
    read, other = sayings.revise(proposed, 2), sayings.revise(proposed, 2)
    signed = cosign(sayings, "ic", read, 2)
    assert rules.may_issue(issue(sayings, "fr", other, signed, number=2, ic=1)) == "cosignature_of_another_revision"
    assert rules.may_issue(issue(sayings, "fr", read, signed, number=2, ic=1)) is None


def test_a_revision_is_found_by_its_bases_alone(sayings: Any, proposed: Any) -> None:
    """However much a revision counts beside its base, nobody has to read it to know what the document is."""
    amended = [sayings.say("ic", "documents.amended", proposed.payload, proposed) for _number in range(3)]
    revised = sayings.say("fr", "documents.revised", sayings.revise(proposed, 2).payload, proposed, *amended)
    del sayings.said[amended[0].envelope.ref]
    assert rules.may_cosign(cosign(sayings, "ic", revised, 2)) is None


def test_what_all_see_is_signed_before_all(sayings: Any, proposed: Any) -> None:
    """Else some would see a signature, or that it was taken back, and the others not; and each would have it signed."""
    signed = cosign(sayings, "ic", proposed)
    assert rules.may_cosign(sayings.sealed(signed, "fr ic")) == "wrong_audience"
    words = CosignatureWithdrawn(document="fr-word", language="en", reason="It was not read")
    withdrawn = sayings.say("ic", "statements.cosignature_withdrawn", words, signed)
    assert rules.may_withdraw(sayings.sealed(withdrawn, "fr ic")) == "wrong_audience"
    for_some = cosign(sayings, "ic", sayings.sealed(proposed, "fr ic"))
    assert rules.may_cosign(replace(sayings.sealed(for_some, "fr ic"), causes=[sayings.sealed(proposed, "fr ic")])) is None
