"""What would be void is not said; what somebody says all the same is void, with this reason, for everyone."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from internationale.errors import Conflict
from internationale.events.refs import Ref
from internationale.kit import INTERNATIONAL, PUBLIC, Utterance
from internationale.rooms.documents.events import (
    AmendmentDecided,
    AmendmentProposed,
    AmendmentWithdrawn,
    Changes,
    OfferedUnit,
    Opened,
    Revised,
    TranslationOffered,
)
from internationale.rooms.documents.queries import amendments, documents
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying
from internationale.testing.people import speaker
from internationale.text.blocks import source_hash
from internationale.text.operations import Replace


@dataclass
class Stage:
    """A document of ``ic``, known to ``fr``, with an amendment by ``fr``."""

    document: str
    ref: Ref
    text: documents.Text
    amendment: amendments.AmendmentCard

    @property
    def block(self):
        return next(block for block in self.text.blocks if "thirty-five" in block.raw)

    def written(self):
        after = writing.replaced(self.text.blocks, self.block.id, "We stand for thirty hours.")
        return writing.write(self.text.blocks, writing.rewritten(self.text.blocks, after))

    def revised(self, **changed):
        written = self.written()
        said = {"document": self.document, "number": 2, "title": "T", "changes": written.changes, "numbering": 1}
        return Revised(**(said | {"digest": written.digest} | changed))

    def taking(self, amendments, *refs):
        return self.revised(amendments=amendments, taken=tuple(map(str, refs)))

    def proposed(self, **changed):
        written = self.written()
        said = {"document": self.document, "amendment": "fr-aaaaaaaaaaaa", "language": "en", "title": "T", "reason": "R"}
        return AmendmentProposed(**(said | {"changes": written.changes, "digest": written.digest} | changed))

    def unnumbered(self):
        return self.revised(changes=Changes(operations=self.written().changes.operations))

    def silent(self):
        return self.proposed(changes=Changes(operations=()), digest=writing.write(self.text.blocks, ()).digest)

    def offered(self, **changed):
        source = self.block.source
        unit = {"block": self.block.id, "source_hash": source_hash(source), "quote": source, "text": "x"}
        language = changed.pop("language", "fr")
        return TranslationOffered(document=self.document, language=language, units=(OfferedUnit(**(unit | changed)),))

    def decided(self, payload=AmendmentDecided, **changed):
        said = {"document": self.document, "amendment": self.amendment.id, "reason": "R"}
        return payload(**(said | ({"decision": "accepted"} if payload is AmendmentDecided else {}) | changed))


@pytest.fixture
def stage(three, ic, fr, text):
    with ic.writing() as session:
        document = ic.documents.open(
            session, kind="draft", language="en", title="T", text=text.first, audience=INTERNATIONAL, by=speaker(ic)
        )
        other = ic.documents.open(session, kind="draft", language="en", title="O", text="Other.", audience=PUBLIC, by=speaker(ic))
    carrying.hand_on(*three)
    with fr.writing() as session:
        now = documents.text(session, document)
        made = Stage(document, now.revision.ref, now, None)
        envelope = fr.publish(session, Utterance(made.proposed(amendment="fr-bbbbbbbbbbbb"), refs=(made.ref,)), by=speaker(fr))[0]
        made.amendment = amendments.one(session, document, envelope.data["amendment"])
        made.other = documents.text(session, other).revision.ref
    carrying.hand_on(*three)
    return made


def verdict(section, said):
    with pytest.raises(Conflict) as refused, section.writing() as session:
        section.publish(session, said, by=speaker(section))
    return refused.value.message.parameters["reason"]


def broken(stage: Stage) -> Changes:
    return Changes(
        operations=({"op": "replace", "block": stage.block.id, "start": 0, "end": 3, "quote": "You", "text": "I"},),
        numbers=stage.text.numbers,
    )


def opening(operations=None):
    changes = None if operations is None else Changes(operations=operations)
    said = {"document": "ic-aaaaaaaaaaaa", "kind": "draft", "language": "en", "title": "T"}
    return Opened(**said, changes=changes, numbering=1, digest="0" * 64)


CASES: list[tuple[str, str, Callable[[Stage], Utterance]]] = [
    ("fr", "foreign_id", lambda s: Utterance(opening(()))),
    ("ic", "digest_mismatch", lambda s: Utterance(opening(()))),
    ("ic", "malformed_changes", lambda s: Utterance(opening())),
    ("ic", "malformed_changes", lambda s: Utterance(opening(), parts=(b'{"operations": 1.5}',))),
    ("ic", "bad_block_id", lambda s: Utterance(opening(({"op": "insert", "after": "", "id": "title", "raw": "x"},)))),
    ("fr", "not_home", lambda s: Utterance(s.revised(), refs=(s.ref,))),
    ("ic", "no_base", lambda s: Utterance(s.revised())),
    ("ic", "wrong_base", lambda s: Utterance(s.revised(), refs=(s.other,))),
    ("ic", "wrong_base", lambda s: Utterance(s.revised(), refs=(s.amendment.ref,))),
    ("ic", "wrong_number", lambda s: Utterance(s.revised(number=3), refs=(s.ref,))),
    ("ic", "wrong_audience", lambda s: Utterance(s.revised(), refs=(s.ref,), audience=PUBLIC)),
    ("ic", "digest_mismatch", lambda s: Utterance(s.revised(digest="0" * 64), refs=(s.ref,))),
    ("ic", "does_not_apply", lambda s: Utterance(s.revised(changes=broken(s)), refs=(s.ref,))),
    ("ic", "malformed_changes", lambda s: Utterance(s.revised(changes=Changes(operations=({"op": "burn"},))), refs=(s.ref,))),
    (
        "ic",
        "wrong_numbers",
        lambda s: Utterance(s.unnumbered(), refs=(s.ref,)),
    ),
    ("ic", "unpinned_amendment", lambda s: Utterance(s.revised(amendments=(s.amendment.id,)), refs=(s.ref,))),
    ("ic", "unpinned_amendment", lambda s: Utterance(s.taking((), s.amendment.ref), refs=(s.ref,))),
    ("ic", "unpinned_amendment", lambda s: Utterance(s.taking((s.amendment.id,), s.ref), refs=(s.ref,))),
    ("ic", "unpinned_amendment", lambda s: Utterance(s.taking((s.amendment.id,) * 2, *[s.amendment.ref] * 2), refs=(s.ref,))),
    ("fr", "foreign_id", lambda s: Utterance(s.proposed(amendment="ic-aaaaaaaaaaaa"), refs=(s.ref,))),
    ("fr", "wrong_audience", lambda s: Utterance(s.proposed(), refs=(s.ref,), audience=PUBLIC)),
    ("fr", "does_not_apply", lambda s: Utterance(s.proposed(changes=broken(s)), refs=(s.ref,))),
    ("fr", "digest_mismatch", lambda s: Utterance(s.proposed(digest="0" * 64), refs=(s.ref,))),
    (
        "fr",
        "empty",
        lambda s: Utterance(
            s.proposed(changes=Changes(operations=()), digest=writing.write(s.text.blocks, ()).digest), refs=(s.ref,)
        ),
    ),
    ("ic", "not_proposer", lambda s: Utterance(s.decided(AmendmentWithdrawn), refs=(s.amendment.ref,))),
    ("fr", "not_home", lambda s: Utterance(s.decided(), refs=(s.amendment.ref,))),
    ("ic", "wrong_cause", lambda s: Utterance(s.decided(), refs=(s.ref,))),
    ("ic", "wrong_cause", lambda s: Utterance(s.decided(amendment="fr-cccccccccccc"), refs=(s.amendment.ref,))),
    ("fr", "own_language", lambda s: Utterance(s.offered(language="en"), refs=(s.ref,))),
    ("fr", "wrong_audience", lambda s: Utterance(s.offered(), refs=(s.ref,), audience=PUBLIC)),
    ("fr", "no_such_block", lambda s: Utterance(s.offered(block="nowhere"), refs=(s.ref,))),
    ("fr", "quote_mismatch", lambda s: Utterance(s.offered(quote="Another."), refs=(s.ref,))),
    ("fr", "quote_mismatch", lambda s: Utterance(s.offered(source_hash="0" * 64), refs=(s.ref,))),
    ("fr", "empty", lambda s: Utterance(TranslationOffered(document=s.document, language="fr", units=()), refs=(s.ref,))),
]


def test_reasons(ic, fr, stage):
    sections = {"ic": ic, "fr": fr}
    given = [(code, verdict(sections[code], make(stage))) for code, _reason, make in CASES]
    assert given == [(code, reason) for code, reason, _make in CASES]


def test_what_is_well_said_is_applied(three, ic, fr, ar, stage):
    for section, said in (
        (ic, Utterance(stage.decided(), refs=(stage.amendment.ref,))),
        (ic, Utterance(stage.revised(amendments=(stage.amendment.id,)), refs=(stage.ref, stage.amendment.ref))),
        (fr, Utterance(stage.offered(), refs=(stage.ref,))),
        (fr, Utterance(stage.decided(AmendmentWithdrawn), refs=(stage.amendment.ref,))),
        (fr, Utterance(stage.proposed(hint="Mend it."), refs=(stage.ref,))),
    ):
        with section.writing() as session:
            section.publish(session, said, by=speaker(section))
    carrying.hand_on(*three)
    with ar.reading() as session:
        assert amendments.one(session, stage.document, stage.amendment.id).state == "accepted"


def test_of_two_revisions_with_one_number_the_first_in_the_log_counts(federation, three, ic, stage):
    """Two hands of one section at once: everybody takes the same one, whatever came first, and what stands on it."""
    block = stage.block
    with ic.writing() as session:
        for words in ("thirty", "twenty"):
            operation = Replace(block.id, 13, 24, "thirty-five", words)
            written = writing.write(stage.text.blocks, (operation,))
            said = stage.revised(changes=written.changes, digest=written.digest, title=words)
            envelope = ic.publish(session, Utterance(said, refs=(stage.ref,)), by=speaker(ic))[0]
        third = stage.revised(number=3, changes=written.changes, digest=written.digest, title="on the second")
        third = third.model_copy(update={"changes": Changes(operations=(), numbers=stage.text.numbers)})
        ic.publish(session, Utterance(third, refs=(envelope.ref,)), by=speaker(ic))
    late = federation.fresh("late")
    late.accept(carrying.said(*three)[::-1])
    carrying.hand_on(*three)
    for section in (*three, late):
        with section.reading() as session:
            assert [(card.number, card.title) for card in documents.revisions(session, stage.document)] == [
                (1, "T"),
                (2, "thirty"),
            ]
            assert documents.summary(session, stage.document).title == "thirty"
