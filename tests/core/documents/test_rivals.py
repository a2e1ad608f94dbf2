"""Two revisions of one number, two amendments under one id: what was said of one is not shown, or said, of the other."""

import pytest

from internationale.errors import Conflict
from internationale.kit import Utterance
from internationale.rooms.documents.events import AmendmentDecided, AmendmentProposed
from internationale.rooms.documents.port import amending, revising
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.documents.queries import amendments, documents
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying, forking, oracle
from internationale.testing.people import speaker

ID = "fr-aaaaaaaaaaaa"


def say(section, payload, *refs, withheld=False, audience="international"):
    """Said by hand; ``withheld``: its changes are in a part, without which it waits."""
    parts = (payload.changes.model_dump_json().encode(),) if withheld else ()
    payload = payload.model_copy(update={"changes": None}) if withheld else payload
    with section.writing() as session:
        return section.publish(session, Utterance(payload, refs=refs, parts=parts, audience=audience), by=speaker(section))[0].ref


def text(section, document, number=None):
    with section.reading() as session:
        return documents.text(session, document, number)


def amended(section, document, block, words, *, withheld=False):
    base = text(section, document)
    written = writing.write(base.blocks, writing.rewritten(base.blocks, writing.replaced(base.blocks, block, words)))
    said = {"document": document, "amendment": ID, "language": "en", "title": words, "reason": "R"}
    payload = AmendmentProposed(**said, changes=written.changes, digest=written.digest)
    return say(section, payload, base.revision.ref, withheld=withheld, audience=base.revision.audience)


def revised(section, document, words, *, withheld=False):
    base = text(section, document, 1)
    operations = writing.rewritten(base.blocks, words)
    payload, _parts = writing.revision(document, 2, base.blocks, operations, title="Hours", note="")
    return say(section, payload, base.revision.ref, withheld=withheld)


@pytest.fixture
def rival_amendments(three, ic, fr, ar, draft):
    """``fr`` keeps the part of its first amendment back, and lets the others read the second under the same id."""
    found = amended(fr, *draft, "Sixty hours.", withheld=True), amended(fr, *draft, "Thirty hours.")
    for other in (ic, ar):
        other.accept(carrying.said(fr))
    return found


@pytest.fixture
def rival_texts(three, ic, fr, ar, draft):
    """The same with two second revisions by ``ic``."""
    document, _block = draft
    found = revised(ic, document, "Sixty hours.", withheld=True), revised(ic, document, "Thirty hours.")
    for other in (fr, ar):
        other.accept(carrying.said(ic))
    return found


def test_what_was_taken_in_is_that_amendment_and_no_other(three, ic, fr, draft, rival_amendments, browser):
    document, _block = draft
    say(ic, AmendmentDecided(document=document, amendment=ID, decision="accepted", reason="R"), rival_amendments[1])
    with ic.writing() as session:
        made = revising.draft(session, document, [ID])
        said = {"base": 1, "title": "Hours", "text": made.text, "note": "", "taking": [ID]}
        revising.revise(ic, session, document, **said, by=speaker(ic))
    carrying.hand_on(*three)
    for section in three:
        with section.reading() as session:
            card = amendments.one(session, document, ID)
            assert (card.title, card.state) == ("Sixty hours.", "open")
            assert documents.taken_in(session, document) == {rival_amendments[1].event_id}
            assert card.ref == rival_amendments[0]
        history = browser(section, "member", language="en").get(f"/documents/{document}/revisions").text
        assert ("Amendments taken in:" in history, f"<bdi>{ID}</bdi>" in history) == (True, True)
        assert "Sixty hours." not in history
        oracle.replayed(section)


def test_nothing_is_said_of_what_may_become_something_else(three, ic, fr, draft, rival_amendments, rival_texts, browser):
    """An earlier amendment under the same id, and an earlier text of the same number, are kept back."""
    document, _block = draft
    with ic.writing() as session, pytest.raises(Conflict, match=f"Message {rival_amendments[0].event_id} of the same"):
        amending.decide(ic, session, document, ID, decision="accepted", reason="R", by=speaker(ic))
    proposal = Proposal("", 2, "hint", "en", "T", "R", "Shorter.")
    with fr.writing() as session, pytest.raises(Conflict, match=f"Message {rival_texts[0].event_id} of the same"):
        amending.propose(fr, session, document, proposal, speaker(fr))
    assert rival_texts[0].event_id in browser(fr, "member", language="en").get(f"/documents/{document}").text
    carrying.hand_on(*three)
    with ic.writing() as session:
        amending.decide(ic, session, document, ID, decision="accepted", reason="R", by=speaker(ic))
    with fr.writing() as session:
        amending.propose(fr, session, document, proposal, speaker(fr))


def test_an_amendment_for_some_takes_no_open_ones_place(three, ic, fr, ar, draft):
    """Said before it under the same id, on another text."""
    document, block = draft
    with ic.writing() as session:
        said = {"kind": "draft", "language": "en", "title": "S", "text": "For some.", "audience": "fr ic"}
        sealed = ic.documents.open(session, **said, by=speaker(ic))
    for each in (fr, ar):
        each.accept(carrying.said(ic))
    amended(fr, sealed, text(fr, sealed).blocks[0].id, "Sealed.")
    amended(fr, document, block, "Open.")
    for each in three:
        each.accept(carrying.said(fr))
        with each.reading() as session:
            assert amendments.one(session, document, ID).title == "Open."
        oracle.replayed(each)


def test_a_decision_is_on_the_amendment_that_was_read(three, ic, draft, rival_amendments, browser):
    document, _block = draft
    committee = browser(ic, "delegate", language="en")
    path = f"/documents/{document}/amendments/{ID}"
    assert f'name="event" value="{rival_amendments[1]}"' in committee.get(path).text
    carrying.hand_on(*three)
    said = {"decision": "accepted", "reason": "R", "event": str(rival_amendments[1])}
    for form in (said, said | {"confirmed": "true"}):
        answer = committee.post(f"{path}/decide", data=form)
        assert (answer.status_code, "Something else stands here by now" in answer.text) == (409, True)
    assert committee.post(f"/api/v1{path}/decide", json=said).status_code == 409
    page = committee.post(f"{path}/decide", data=said | {"event": str(rival_amendments[0])}).text
    assert f'name="event" value="{rival_amendments[0]}"' in page


def test_an_amendment_is_made_on_the_text_that_was_read(three, ic, fr, draft, rival_texts, browser):
    document, _block = draft
    block = text(fr, document).blocks[0].id
    carrying.hand_on(*three)
    read = {
        "block": block,
        "revision": "2",
        "event": str(rival_texts[1]),
        "language": "en",
        "title": "T",
        "reason": "R",
        "text": "No.",
    }
    lyon = browser(fr, "delegate", language="en")
    for path in ("amend", "amendments", "motions"):
        answer = lyon.post(f"/documents/{document}/{path}", data=read)
        assert (answer.status_code, "Something else stands here by now" in answer.text) == (409, True), path
    page = lyon.get(f"/documents/{document}/amend").text
    assert f'name="event" value="{rival_texts[0]}"' in page
    proposal = Proposal("", 2, "hint", "en", "T", "R", "Shorter.", event=str(rival_texts[0]))
    with fr.writing() as session:
        card = amendments.one(session, document, amending.propose(fr, session, document, proposal, speaker(fr)))
    assert card.base == rival_texts[0].event_id


def test_a_translation_is_of_the_text_that_was_read(three, ic, fr, draft, rival_texts, browser):
    document, _block = draft
    read = text(fr, document)
    assert read.revision.ref == rival_texts[1]
    carrying.hand_on(*three)
    offer = {"revision": 2, "event": str(rival_texts[1]), "texts": {read.blocks[0].id: "Trente heures."}}
    assert browser(fr, "translator").post(f"/api/v1/documents/{document}/translations/fr", json=offer).status_code == 204
    with fr.reading() as session:
        states = [(unit.text, str(unit.state)) for unit in fr.documents.read(session, document, "fr").units]
        there = fr.documents.read(session, document, "fr", revision=rival_texts[1])
    assert "Trente heures." not in [text for text, state in states if state == "current"]
    assert "Trente heures." in [unit.text for unit in there.units if unit.state == "current"]


def test_the_ref_of_another_text_is_no_revision(three, ic, draft, rival_texts):
    document, _block = draft
    with ic.reading() as session:
        assert ic.documents.counting(session, [*rival_texts, text(ic, document, 1).revision.ref]) == {
            rival_texts[0],
            text(ic, document, 1).revision.ref,
        }
        assert ic.documents.counting(session, []) == frozenset()
    with ic.writing() as session, pytest.raises(Conflict):
        amending.same(rival_texts[0], str(rival_texts[1]))


@pytest.fixture
def taking(three, ic, ar, draft):
    """``ar``'s amendment, which ``ic`` has accepted, as the words to revise by: ``(document, amendment, said)``."""
    document, _block = draft
    taken = proposed(ar, draft, "We stand for thirty hours.")
    carrying.hand_on(*three)
    with ic.writing() as session:
        amending.decide(ic, session, document, taken, decision="accepted", reason="R", by=speaker(ic))
        made = revising.draft(session, document, [taken])
    return document, taken, {"base": 1, "title": "Hours", "text": made.text, "note": "", "by": speaker(ic)}


def proposed(section, draft, words):
    document, block = draft
    with section.writing() as session:
        number = documents.summary(session, document).revision
        proposal = Proposal(block, number, "replace", "en", "T", "R", words)
        return amending.propose(section, session, document, proposal, speaker(section))


def test_who_has_proposed_undoes_no_revision_by_forking_its_own_log(three, ic, fr, ar, draft, taking, browser):
    document, taken, said = taking
    with ic.writing() as session:
        revising.revise(ic, session, document, **said, taking=[taken])
    carrying.hand_on(*three)
    for section in (ic, fr):
        assert section.accept([forking.rival(ar)]) == ["forked"]
        assert "thirty" in "".join(block.raw for block in text(section, document, 2).blocks)
        proposed(section, draft, "We stand for twenty hours.")
        oracle.replayed(section)
        history = browser(section, "member", language="en").get(f"/documents/{document}/revisions").text
        assert ("Amendments taken in:" in history, f"<bdi>{taken}</bdi>" in history) == (True, True)


def test_whose_log_is_stopped_stops_no_text_of_others(three, ic, fr, ar, draft, taking):
    """A revision of earlier software stands on what it takes in. It is undone with that; the home says it anew, and all go on."""
    document, taken, said = taking
    with ic.reading() as session:
        base, card = documents.text(session, document), amendments.one(session, document, taken)
    operations = writing.rewritten(base.blocks, said["text"])
    payload, _parts = writing.revision(document, 2, base.blocks, operations, title="Hours", note="", amendments=(taken,))
    say(ic, payload, base.revision.ref, card.ref)
    carrying.hand_on(*three)
    for section in (ic, fr):
        assert text(section, document).revision.number == 2
        assert section.accept([forking.rival(ar)]) == ["forked"]
        assert text(section, document).revision.number == 1
    with ic.writing() as session:
        revising.revise(ic, session, document, **said)
    fr.accept(carrying.said(ic))
    for section in (ic, fr):
        assert text(section, document).revision.number == 2
        proposed(section, draft, "We stand for twenty hours.")
        oracle.replayed(section)
