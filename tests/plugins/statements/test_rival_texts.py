"""Two revisions of one number: a co-signature stays under the text that was signed, whichever of the two counts in the end."""

from typing import Any

import pytest

from internationale.kit import Conflict, Ref, Utterance
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying, oracle
from internationale.testing.people import member, speaker
from internationale_statements import port, queries
from internationale_statements.events import Cosigned, Issued
from internationale_statements.queries import showing

READ, WITHHELD = "Pas un sou.\n\nPas un homme.", "Des canons.\n\nDes hommes."


def revise(section: Any, id: str, text: str, *, number: int = 2, base: Ref | None = None, withheld: bool = False) -> Ref:
    """A revision written by hand, on the opening; ``withheld``: in a part, without which it waits."""
    with section.writing() as session:
        before = documents.text_pinned(session, id, base) if base else documents.text(session, id, 1)
        operations = writing.rewritten(before.blocks, text)
        said, _parts = writing.revision(id, number, before.blocks, operations, title="Contre la guerre", note="")
        parts = (said.changes.model_dump_json().encode(),) if withheld and said.changes else ()
        said = said.model_copy(update={"changes": None}) if parts else said
        utterance = Utterance(said, refs=(before.revision.ref,), parts=parts)
        found: Ref = section.publish(session, utterance, by=speaker(section))[0].ref
        return found


@pytest.fixture
def statement(three: Any, fr: Any) -> str:
    with fr.writing() as session:
        said = {"language": "fr", "title": "Contre la guerre", "text": "Non."}
        id = port.propose(fr, session, **said, by=member(fr, "delegate"))
    carrying.hand_on(*three)
    return id


@pytest.fixture
def rivals(three: Any, fr: Any, statement: str) -> tuple[Ref, Ref]:
    """The second revision of which the part is kept back, and the one that all others read meanwhile."""
    found = revise(fr, statement, WITHHELD, withheld=True), revise(fr, statement, READ)
    for other in three:
        other.accept(carrying.said(fr))
    return found


def released(three: Any) -> None:
    carrying.hand_on(*three)


def text(section: Any, id: str) -> str:
    with section.reading() as session:
        return "\n\n".join(unit.text or "" for unit in section.documents.read(session, id, "fr").units[1:])


def cosign(section: Any, id: str, ref: Ref) -> None:
    with section.writing() as session:
        port.cosign(section, session, id, ref=ref, by=member(section, "delegate"))


def said_by(section: Any, payload: Any, *refs: Ref, audience: str = "international") -> Ref:
    with section.writing() as session:
        utterance = Utterance(payload, refs=refs, audience=audience)
        found: Ref = section.publish(session, utterance, by=speaker(section))[0].ref
        return found


def signatures(section: Any, id: str) -> list[tuple[str, int, bool]]:
    with section.reading() as session:
        return [(each.section, each.revision, each.counts) for each in queries.signing(section, session, id).signatures]


def public(section: Any) -> list[tuple[str, int, list[str]]]:
    with section.reading() as session:
        return [(card.id, card.revision, list(card.signed_by)) for card in showing.public(section, session, "fr", 1).things]


def test_a_signature_is_not_moved_to_the_text_that_was_kept_back(
    three: Any, ic: Any, fr: Any, ar: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref]
) -> None:
    assert text(ic, statement) == READ
    cosign(ic, statement, rivals[1])
    released(three)
    for each in three:
        assert text(each, statement) == WITHHELD
        assert signatures(each, statement) == [("ic", 2, False)]
        with each.reading() as session:
            said = queries.signing(each, session, statement)
            assert said.holding(rivals[0]) == []
            assert [signature.section for signature in said.holding(rivals[1])] == ["ic"]
    page = browser(ar, "member", language="en").get(f"/statements/{statement}").text
    assert "co-signed this text" not in page
    assert "co-signed another text that was revision 2" in page
    cosign(ic, statement, rivals[0])
    assert signatures(ic, statement) == [("ic", 2, True)]


def test_what_is_signed_is_what_was_read(
    three: Any, ic: Any, fr: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref]
) -> None:
    """The page was open while the rival came: what is then confirmed is another text of the same number."""
    released(three)
    with pytest.raises(Conflict, match="revised meanwhile"):
        cosign(ic, statement, rivals[1])
    answer = browser(ic, "delegate", language="en").post(f"/statements/{statement}/cosign", data={"event": str(rivals[1])})
    assert answer.status_code == 409
    with fr.writing() as session, pytest.raises(Conflict, match="revised meanwhile"):
        port.issue(fr, session, statement, ref=rivals[1], by=member(fr, "delegate"))


def test_an_issue_stands_under_its_own_text_only(three: Any, ic: Any, fr: Any, ar: Any, browser: Any, statement: str) -> None:
    """The home section issues what the others signed, and then lets go of the text that takes its number."""
    first = revise(fr, statement, WITHHELD, withheld=True), revise(fr, statement, READ)
    for other in (ic, ar):
        other.accept(carrying.said(fr))
    signed = said_by(ic, Cosigned(document=statement, revision=2), first[1])
    fr.accept(carrying.said(ic))
    issued = Issued(document=statement, revision=2, counted={"ic": signed.sequence})
    said_by(fr, issued, first[1], signed, audience="public")
    for other in (ic, ar):
        other.accept(carrying.said(fr, ic))
        assert public(other) == [(statement, 2, ["fr", "ic"])]
    released(three)
    for each in three:
        assert public(each) == []
        assert browser(each).get(f"/statements/{statement}", follow_redirects=False).status_code != 200
        assert [card.id for card in proposed(each)] == [statement]
        page = browser(each, "member", language="en").get(f"/statements/{statement}").text
        assert "another text was issued as revision 2. It does not count." in page
        oracle.replayed(each)
    with fr.writing() as session:
        port.issue(fr, session, statement, ref=first[0], by=member(fr, "delegate"))
    carrying.hand_on(*three)
    for each in three:
        assert public(each) == [(statement, 2, ["fr"])]
        for person, told in ((browser(each, language="en"), False), (browser(each, "member", language="en"), True)):
            assert ("another text was issued" in person.get(f"/statements/{statement}").text) is told


def proposed(section: Any) -> list[showing.Card]:
    with section.reading() as session:
        return showing.proposed(section, session, "fr")


def test_an_issue_of_what_never_counts_takes_nothing_down(
    three: Any, ic: Any, fr: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref]
) -> None:
    """A third revision on a second one that does not count: there is no third in the text's history."""
    third = revise(fr, statement, "Trois.", number=3, base=rivals[1])
    said_by(fr, Issued(document=statement, revision=3, counted={}), third, audience="public")
    released(three)
    for each in three:
        assert public(each) == []
        for person in (browser(each, language="en"), browser(each, "delegate", language="en")):
            assert person.get("/statements").status_code == 200
            assert person.get("/").status_code == 200
            assert person.get("/api/v1/statements").status_code == 200


def test_the_order_of_arrival_decides_nothing(
    three: Any, ic: Any, fr: Any, ar: Any, federation: Any, statement: str, rivals: tuple[Ref, Ref]
) -> None:
    cosign(ic, statement, rivals[1])
    released(three)
    cosign(ar, statement, rivals[0])
    released(three)
    for seed in range(5):
        silent = federation.fresh("silent")
        carrying.hear(silent, carrying.said(*three), seed)
        silent.add_parts(carrying.parts(fr))
        assert oracle.rows(silent) == oracle.rows(fr)
        assert signatures(silent, statement) == signatures(fr, statement) == [("ar", 2, True), ("ic", 2, False)]
        oracle.replayed(silent)


def test_one_who_took_the_signature_back_is_in_no_public_list(three: Any, ic: Any, fr: Any, ar: Any, statement: str) -> None:
    with ic.reading() as session:
        ref = ic.documents.get(session, statement).ref
    cosign(ic, statement, ref)
    cosign(ar, statement, ref)
    carrying.hand_on(*three)
    with fr.writing() as session:
        port.issue(fr, session, statement, ref=ref, by=member(fr, "delegate"))
    with ic.writing() as session:
        port.withdraw(ic, session, statement, language="en", reason="No", by=member(ic, "delegate"))
    carrying.hand_on(*three)
    assert [public(each) for each in three] == [[(statement, 1, ["fr", "ar"])]] * 3
