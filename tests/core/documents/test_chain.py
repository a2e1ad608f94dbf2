"""Which revisions count, in whatever order their texts come; and that what the rows keep is what would be derived."""

import random
import re

import pytest
from sqlmodel import select

from internationale.errors import Conflict
from internationale.kit import Utterance
from internationale.rooms.documents.events import Opened
from internationale.rooms.documents.queries import documents
from internationale.rooms.documents.rows.recalling import Kept
from internationale.rooms.documents.rows.shared import Document, Revision
from internationale.rooms.documents.rules import state, writing
from internationale.testing import carrying, oracle
from internationale.testing.people import speaker

TREE = [0, 0, 1, 2, 2, 3, 0, 4, 8, 6]
"""Of the revisions of a text, each on which of those before it: several with one number on one base."""


def publish(section, payload, *refs, withheld=True, audience="international"):
    parts = (payload.changes.model_dump_json().encode(),) if withheld else ()
    payload = payload.model_copy(update={"changes": None}) if parts else payload
    with section.writing() as session:
        utterance = Utterance(payload, refs=refs, parts=parts, audience=audience)
        return section.publish(session, utterance, by=speaker(section))[0].ref


def revised(section, document, base, words, **said):
    with section.reading() as session:
        before = documents.text_pinned(session, document, base)
    operations = writing.rewritten(before.blocks, words)
    number = before.revision.number + 1
    payload, _parts = writing.revision(document, number, before.blocks, operations, title="Hours", note="", **said)
    return publish(section, payload, base)


@pytest.fixture
def tree(three, ic, draft):
    """A text of which all hold the opening, and the texts of all other revisions are still kept back."""
    document, _block = draft
    with ic.reading() as session:
        refs = [documents.text(session, document).revision.ref]
    for number, base in enumerate(TREE):
        refs.append(revised(ic, document, refs[base], f"Text {number}."))
    return document, refs


def rows(section, document):
    """Each revision with its base, where it stands, and whether it counts; and which is the latest."""
    with section.reading() as session:
        found = session.exec(select(Revision).where(Revision.document == document)).all()
        latest = session.get_one(Document, document)
        return {row.event: (row.number, row.sequence, row.base, row.counts) for row in found}, latest.event


def judged(revisions):
    """Those that count, by the rule's words: of several with one number on one base the first, and what stands on it."""
    chain = [""]
    for event, (number, _sequence, base, _counts) in sorted(revisions.items(), key=lambda item: item[1][:2]):
        if number == len(chain) and base == chain[-1]:
            chain.append(event)
    return chain[1:]


def test_what_counts_is_the_same_in_any_order_at_every_step(three, ic, fr, ar, federation, tree):
    document, _refs = tree
    for seed in range(6):
        late = federation.fresh("late")
        chance = random.Random(seed)
        carrying.hear(late, carrying.said(*three), seed)
        contents = carrying.parts(*three)
        for part in chance.sample(contents, len(contents)):
            late.add_parts([part])
            revisions, latest = rows(late, document)
            counting = judged(revisions)
            assert {event for event, row in revisions.items() if row[-1]} == set(counting)
            assert latest == counting[-1]
            with late.reading() as session:
                assert [card.event for card in documents.revisions(session, document)] == counting
                assert {card.event for card in documents.rivals(session, document, public=False)} == revisions.keys() - set(
                    counting
                )
        assert oracle.rows(late) == oracle.rows(ic)
        oracle.replayed(late)


def test_what_is_kept_is_what_would_be_derived(three, ic, tree, monkeypatch):
    _document, refs = tree
    kept, derived = [], []
    with ic.reading() as session:
        events = [ic.event(session, ref) for ref in refs]
        for event in events:
            monkeypatch.setattr(state, "_memory", state._Memory())
            kept.append(state.standing(event))
        monkeypatch.setattr(Kept, "state", lambda _kept: None)
        for event in events:
            monkeypatch.setattr(state, "_memory", state._Memory())
            derived.append(state.standing(event))
            assert event.recall().kind == derived[-1].kind
    assert kept == derived
    assert len({each.blocks for each in derived}) == len(refs)


def test_a_revision_that_changes_nothing_is_void(ic, draft):
    document, _block = draft
    with ic.reading() as session:
        before = documents.text(session, document)
    payload, _parts = writing.revision(document, 2, before.blocks, (), title=before.revision.title, note="Again")
    with pytest.raises(Conflict) as refused:
        publish(ic, payload, before.revision.ref, withheld=False)
    assert refused.value.message.parameters["reason"] == "changes_nothing"
    publish(ic, payload.model_copy(update={"title": "More hours"}), before.revision.ref, withheld=False)


def test_a_text_for_some_takes_no_open_texts_place(three, ic, fr, ar):
    """Said before it under the same id: whoever can open that would have another text than all others."""
    sealed, _parts = writing.opening("ic-aaaaaaaaaaaa", kind="draft", language="en", title="S", text="For some.")
    opened, _parts = writing.opening("ic-aaaaaaaaaaaa", kind="draft", language="en", title="O", text="For all.")
    publish(ic, sealed, withheld=False, audience="fr ic")
    publish(ic, opened, withheld=False)
    for each in three:
        each.accept(carrying.said(ic))
        each.add_parts(carrying.parts(ic))
        with each.reading() as session:
            assert documents.text(session, "ic-aaaaaaaaaaaa").revision.title == "O"
            assert len(documents.rivals(session, "ic-aaaaaaaaaaaa", public=False)) == (each is not ar)
            assert documents.rivals(session, "ic-aaaaaaaaaaaa", public=True) == []
        oracle.replayed(each)


def test_the_opening_may_have_a_rival_too(three, ic, federation):
    """The first opening of an id is kept back, and the second is revised meanwhile."""
    first, second = (
        writing.opening("ic-aaaaaaaaaaaa", kind="draft", language="en", title=title, text=title)[0] for title in ("A", "B")
    )
    assert isinstance(first, Opened)
    publish(ic, first)
    revised(ic, "ic-aaaaaaaaaaaa", publish(ic, second), "C")
    for seed in range(4):
        late = federation.fresh("late")
        carrying.hear(late, carrying.said(ic), seed)
        contents = carrying.parts(ic)
        for part in random.Random(seed).sample(contents, len(contents)):
            late.add_parts([part])
        with late.reading() as session:
            assert [card.title for card in documents.revisions(session, "ic-aaaaaaaaaaaa")] == ["A"]
        assert oracle.rows(late) == oracle.rows(ic)
        oracle.replayed(late)


def test_a_long_history_comes_in_pages(ic, draft, browser, monkeypatch):
    document, _block = draft
    for number in range(2, 6):
        with ic.writing() as session:
            said = {"base": number - 1, "title": f"T{number}", "text": f"Text {number}.", "note": ""}
            ic.documents.revise(session, document, **said, by=speaker(ic))
    monkeypatch.setattr(documents, "PAGE", 2)
    person, path, seen = browser(ic, "member", language="en"), f"/documents/{document}/revisions", []
    while path:
        page = person.get(path).text
        seen.append(re.findall(r"Revision (\d)</a>", page))
        following = re.search(r'href="([^"]*before=\d)"', page)
        path = following[1] if following else ""
    assert seen == [["5", "4"], ["3", "2"], ["1"]]
    assert person.get(f"/documents/{document}/revisions?before=-1").status_code == 200
    assert person.get(f"/documents/{document}/revisions?before={2**70}").status_code == 200
