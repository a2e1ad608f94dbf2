"""Two revisions of one number: what was signed and issued stays that text, whichever of the two counts in the end."""

import hashlib
import random
import re
from typing import Any

import pytest

from internationale.kit import Conflict, Ref, Utterance
from internationale.rooms.attachments.events import Attached, Manifest
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying, oracle
from internationale.testing.people import member, speaker
from internationale_statements import port, queries
from internationale_statements.events import Cosigned, Issued
from internationale_statements.queries import showing

FILE = {"attachment": "fr-0123456789ab", "name": "a.txt", "media": "text/plain", "size": 1, "chunk": 1}
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


def cosign_unasked(section: Any, id: str, ref: Ref) -> Ref:
    """As a section does whose software asks for nothing."""
    with section.reading() as session:
        number = documents.text_pinned(session, id, ref).revision.number
    return said_by(section, Cosigned(document=id, revision=number), ref)


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
    cosign_unasked(ic, statement, rivals[1])
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
    page = browser(ic, "delegate", language="en").get(f"/statements/{statement}/withdraw").text
    assert ("Pas un homme." in page, "Des canons." in page) == (True, False)
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


def read_public(section: Any, browser: Any, id: str) -> tuple[int, str]:
    """What a visitor gets of a statement: the answer's number, and the page in words."""
    answer = browser(section, language="en").get(f"/statements/{id}", follow_redirects=False)
    return answer.status_code, words(answer.text)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def issued(three: Any, ic: Any, fr: Any, ar: Any, statement: str, rivals: tuple[Ref, Ref]) -> Ref:
    """``ic`` has co-signed the text that all read, and ``fr`` issued it; the other one is still kept back."""
    signed = cosign_unasked(ic, statement, rivals[1])
    fr.accept(carrying.said(ic))
    said = Issued(document=statement, revision=2, counted={"ic": signed.sequence})
    found = said_by(fr, said, rivals[1], signed, audience="public")
    for each in (ic, ar):
        each.accept(carrying.said(fr, ic))
    return found


def test_no_text_takes_the_place_of_one_that_was_signed_and_issued(
    three: Any, ic: Any, fr: Any, ar: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref], issued: Ref
) -> None:
    """The home section lets go of the earlier text that takes its number, once the others have signed."""
    for each in (ic, ar):
        assert "Pas un homme." in read_public(each, browser, statement)[1]
    released(three)
    for each in three:
        assert text(each, statement) == WITHHELD
        assert public(each) == [(statement, 2, ["fr", "ic"])]
        status, page = read_public(each, browser, statement)
        assert (status, "Pas un homme." in page, "Des canons." in page) == (200, True, False)
        assert "Section française (fr) wrote two texts as revision 2. This is the one that was signed and issued" in page
        answer = browser(each, language="en").get(f"/api/v1/statements/{statement}").json()
        assert (answer["text"], answer["event"]) == (READ, str(rivals[1]))
        assert [one["section"] for one in answer["signatories"]] == ["fr", "ic"]
        inside = browser(each, "member", language="en")
        assert "A corrected text waits for co-signatures." in inside.get(f"/statements/{statement}").text
        assert "another text of number 2 than the one" in words(inside.get(f"/documents/{statement}").text)
        assert "Other texts under the same numbers" in inside.get(f"/documents/{statement}/revisions").text
        oracle.replayed(each)


def test_nothing_takes_the_place_of_a_statement_that_was_issued(three: Any, ic: Any, fr: Any, ar: Any, browser: Any) -> None:
    """The rival of its opening is no statement, and in another language."""
    id, issued = "fr-0123456789ab", {}
    for kind, language, words in (("action", "en", "Cannons."), ("statement", "fr", "Pas un sou.")):
        opened, _parts = writing.opening(id, kind=kind, language=language, title=words, text=words)
        part = (opened.changes.model_dump_json().encode(),) if kind == "action" and opened.changes else ()
        opened = opened.model_copy(update={"changes": None}) if part else opened
        with fr.writing() as session:
            issued[kind] = fr.publish(session, Utterance(opened, parts=part), by=speaker(fr))[0].ref
    for each in (ic, ar):
        each.accept(carrying.said(fr))
    signed = cosign_unasked(ic, id, issued["statement"])
    fr.accept(carrying.said(ic))
    said = Issued(document=id, revision=1, counted={"ic": signed.sequence})
    said_by(fr, said, issued["statement"], signed, audience="public")
    released(three)
    for each in three:
        with each.reading() as session:
            assert each.documents.get(session, id).kind == "action"
        assert public(each) == [(id, 1, ["fr", "ic"])]
        for person, inside in ((browser(each, language="en"), False), (browser(each, "delegate", language="en"), True)):
            page = person.get(f"/statements/{id}").text
            assert ('lang="fr"' in page, "Pas un sou." in page, "Cannons." in page) == (True, True, False)
            assert person.get("/statements").status_code == 200
            answer = person.get(f"/api/v1/statements/{id}").json()
            assert (answer["language"], answer["text"]) == ("fr", "Pas un sou.")
            assert answer["offers"] == (["withdraw"] if inside and each is ic else [])
            assert person.get(f"/statements/{id}/cosign").status_code != 200
    page = browser(ic, "delegate", language="en").get(f"/statements/{id}/withdraw").text
    assert ("Pas un sou." in page, "Cannons." in page) == (True, False)
    with ic.writing() as session:
        port.withdraw(ic, session, id, language="en", reason="No", by=member(ic, "delegate"))
    carrying.hand_on(*three)
    assert [public(each) for each in three] == [[(id, 1, ["fr"])]] * 3


def test_what_is_issued_later_is_told_with_what_was_issued_before(
    three: Any, fr: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref], issued: Ref
) -> None:
    released(three)
    with fr.writing() as session:
        port.issue(fr, session, statement, ref=rivals[0], by=member(fr, "delegate"))
    carrying.hand_on(*three)
    for each in three:
        assert public(each) == [(statement, 2, ["fr"])]
        _status, page = read_public(each, browser, statement)
        assert ("Des canons." in page, "wrote two texts" in page) == (True, False)
        assert page.count("revision 2") == 2
        assert page.count("another text of this number") == 1


def test_what_is_issued_of_a_text_that_never_counts_is_shown(
    three: Any, ic: Any, fr: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref]
) -> None:
    """A third revision on a second one that does not count: there is no third in the text's history."""
    third = revise(fr, statement, "Trois.", number=3, base=rivals[1])
    said_by(fr, Issued(document=statement, revision=3, counted={}), third, audience="public")
    released(three)
    for each in three:
        assert public(each) == [(statement, 3, ["fr"])]
        for person in (browser(each, language="en"), browser(each, "delegate", language="en")):
            assert "Trois." in person.get(f"/statements/{statement}").text
            for path in ("/statements", "/", "/api/v1/statements", f"/api/v1/statements/{statement}"):
                assert person.get(path).status_code == 200, path


def test_nobody_is_asked_to_sign_what_may_become_another_text(
    three: Any, ic: Any, fr: Any, ar: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref]
) -> None:
    why = f"Message {rivals[0].event_id} of the same section is earlier than this one and not decided here: a part of its text"
    delegate = browser(ic, "delegate", language="en")
    for path in (f"/statements/{statement}", f"/documents/{statement}"):
        page = words(delegate.get(path).text)
        assert why in page, path
        assert "/cosign" not in page
    assert why not in words(browser(fr, "delegate", language="en").get(f"/statements/{statement}").text)
    assert why in words(delegate.get(f"/statements/{statement}/cosign").text)
    for form in ({"data": {"event": str(rivals[1])}}, {"json": {"event": str(rivals[1])}}):
        path = f"/statements/{statement}/cosign" if "data" in form else f"/api/v1/statements/{statement}/cosignature"
        answer = delegate.post(path, **form)
        assert (answer.status_code, rivals[0].event_id in answer.text) == (409, True)
    assert "waits for your section" not in words(delegate.get("/").text)
    answer = delegate.get(f"/api/v1/statements/{statement}").json()
    assert (answer["offers"], answer["signing"]["undecided"]) == (
        [],
        [{"event": rivals[0].event_id, "reason": "missing_part"}],
    )
    released(three)
    assert "waits for your section" in words(delegate.get("/").text)
    cosign(ic, statement, rivals[0])


def test_a_file_that_is_kept_back_is_waited_for(three: Any, ic: Any, fr: Any, statement: str) -> None:
    """It would stand beside the text as if it had been there when the text was signed."""
    with fr.reading() as session:
        first = documents.text(session, statement, 1).revision.ref
    digest = hashlib.sha256(b"x").hexdigest()
    listed = Manifest(digest=digest, blob=digest, chunks=(digest,))
    with fr.writing() as session:
        attached = Utterance(Attached(**FILE, subject=statement), refs=(first,), parts=(listed.model_dump_json().encode(),))
        fr.publish(session, attached, by=speaker(fr))
    revised = revise(fr, statement, READ)
    for other in three:
        other.accept(carrying.said(fr))
    with ic.writing() as session, pytest.raises(Conflict, match="not decided here"):
        port.cosign(ic, session, statement, ref=revised, by=member(ic, "delegate"))


def test_the_order_of_arrival_decides_nothing(
    three: Any, ic: Any, fr: Any, ar: Any, federation: Any, browser: Any, statement: str, rivals: tuple[Ref, Ref], issued: Ref
) -> None:
    """The text that was kept back comes before, between or after the co-signatures and the issue: rows and pages are the same."""
    contents = carrying.parts(fr)
    released(three)
    cosign(ar, statement, rivals[0])
    released(three)
    expected = oracle.rows(fr)
    pages = set()
    for seed in range(8):
        chance = random.Random(seed)
        silent, said = federation.fresh("silent"), carrying.said(*three)
        mixed = chance.sample(said, len(said))
        cut = chance.randint(0, len(mixed))
        carrying.hear(silent, mixed[:cut], seed)
        silent.add_parts(contents)
        carrying.hear(silent, mixed[cut:], seed)
        silent.add_parts(contents)
        assert oracle.rows(silent) == expected
        assert signatures(silent, statement) == signatures(fr, statement) == [("ar", 2, True), ("ic", 2, False)]
        person = browser(silent, "member", language="en")
        found = [person.get(path).text for path in (f"/statements/{statement}", f"/documents/{statement}/revisions")]
        pages.add((read_public(silent, browser, statement), *map(words, found)))
        oracle.replayed(silent)
    assert len(pages) == 1


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
