"""Files beside a statement: whose they are and whether they came before or after it was signed is told, to everybody alike."""

import hashlib
import random
import re
from typing import Any

import pytest

from internationale.kit import Conflict, Reader, Ref, Utterance
from internationale.rooms.attachments.events import Attached, Manifest
from internationale.rooms.attachments.port import attaching, uploading
from internationale.rooms.documents.rules import writing
from internationale.testing import carrying, oracle
from internationale.testing.people import member, speaker
from internationale_statements import port, queries


def attach(section: Any, subject: str, name: str, on: str = "") -> None:
    by = member(section, "delegate")
    with section.reading() as session:
        at = uploading.place(section, session, subject, on, by)
        incoming = uploading.incoming(section, session, at)
    incoming.add(name.encode())
    upload = uploading.bring(section, incoming, at, name=name, media="text/plain", by=by)
    with section.writing() as session:
        attaching.attach(section, session, upload, name=name, note="", by=by)


def ref(section: Any, id: str) -> Ref:
    with section.reading() as session:
        found: Ref = section.documents.get(session, id).ref
        return found


def issue(section: Any, id: str) -> str:
    with section.writing() as session:
        port.issue(section, session, id, ref=ref(section, id), by=member(section, "delegate"))
    with section.reading() as session:
        found = queries.signing(section, session, id).issued
        assert found is not None
        return found.ref


def beside(person: Any, path: str) -> list[str]:
    """The headings of the panel of files and the files, in their order."""
    panel = re.search(r"<h2>Attached files</h2>.*?</section>", person.get(path).text, re.DOTALL)
    return ["".join(found) for found in re.findall(r"<h3>(.*?)</h3>|<bdi>(.*?)</bdi>", panel[0] if panel else "")]


@pytest.fixture
def statement(three: Any, fr: Any, ic: Any, ar: Any) -> str:
    """Files by ``fr`` before and after it was signed and issued, and one by ``ar`` in between."""
    with fr.writing() as session:
        said = {"language": "fr", "title": "Contre la guerre", "text": "Non."}
        id = port.propose(fr, session, **said, by=member(fr, "delegate"))
    attach(fr, id, "before.txt")
    carrying.hand_on(*three)
    attach(ar, id, "foreign.txt")
    with ic.writing() as session:
        port.cosign(ic, session, id, ref=ref(ic, id), by=member(ic, "delegate"))
    carrying.hand_on(*three)
    attach(fr, id, "after.txt", issue(fr, id))
    carrying.hand_on(*three)
    return id


LATER, OTHERS = "Added after it was signed", "Attached by other sections"


def test_what_came_after_signing_stands_apart(three: Any, browser: Any, statement: str) -> None:
    path = f"/statements/{statement}"
    for each in three:
        inside, outside = browser(each, "member", language="en"), browser(each, language="en")
        assert beside(inside, path) == ["before.txt", LATER, "after.txt", OTHERS, "foreign.txt"]
        assert beside(outside, path) == [LATER, "after.txt"]
        for person in (inside, outside):
            page = person.get(path).text
            assert "Sections sign the text, not the files beside it." in page
            assert "Section française (fr) added these later." in re.sub(r"<[^>]+>", "", page)
        *own, others, foreign = beside(inside, f"/documents/{statement}")
        assert (set(own), others, foreign) == ({"before.txt", "after.txt"}, OTHERS, "foreign.txt")


def test_no_other_section_puts_a_file_before_the_public(three: Any, ar: Any, statement: str) -> None:
    """Not on the issue, which is public, nor on anything of its own that names the statement."""
    listed = Manifest(digest="0" * 64, blob="0" * 64, chunks=("0" * 64,))
    said = Attached(attachment="ar-0123456789ab", subject=statement, name="a.txt", media="text/plain", size=1, chunk=1)
    with ar.reading() as session:
        issued = queries.signing(ar, session, statement).issued
    assert issued is not None
    utterance = Utterance(said, refs=(Ref.parse(issued.ref),), parts=(listed.model_dump_json().encode(),), audience="public")
    with pytest.raises(Conflict) as refused, ar.writing() as session:
        ar.publish(session, utterance, by=speaker(ar))
    assert refused.value.message.parameters["reason"] == "wrong_audience"


ID = "fr-0123456789ab"


def said_by_hand(fr: Any, subject: str, name: str, on: Ref, audience: str, key: str | None = None) -> None:
    """All under one id."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    blob = digest if key is None else "1" * 64
    listed = Manifest(digest=digest, blob=blob, chunks=(blob,))
    said = Attached(attachment=ID, subject=subject, name=name, media="text/plain", size=9, chunk=9, key=key)
    with fr.writing() as session:
        part = listed.model_dump_json().encode()
        fr.publish(session, Utterance(said, refs=(on,), parts=(part,), audience=audience), by=speaker(fr))


@pytest.mark.parametrize("seed", range(4))
def test_a_file_for_some_takes_no_open_ones_place(three: Any, fr: Any, browser: Any, federation: Any, seed: int) -> None:
    """Said before it under the same id, on another text that names the statement: the world would have no file where some are."""
    with fr.writing() as session:
        id = port.propose(fr, session, language="fr", title="Contre la guerre", text="Non.", by=member(fr, "delegate"))
        opened, _parts = writing.opening("fr-bbbbbbbbbbbb", kind="statement", language="fr", title=id, text="x")
        sealed = fr.publish(session, Utterance(opened, audience="ar fr"), by=speaker(fr))[0].ref
    said_by_hand(fr, id, "for-some.txt", sealed, "ar fr", "a" * 64)
    said_by_hand(fr, id, "for-the-world.txt", Ref.parse(issue(fr, id)), "public")
    said_by_hand(fr, id, "for-some-again.txt", sealed, "ar fr", "a" * 64)
    said = carrying.said(fr)
    random.Random(seed).shuffle(said)
    for each in three:
        for delivery in said:
            each.accept([delivery])
        each.add_parts(carrying.parts(fr))
        for person in (browser(each, "member", language="en"), browser(each, language="en")):
            assert beside(person, f"/statements/{id}") == [LATER, "for-the-world.txt"]
            assert "for-the-world.txt" in person.get(f"/attachments/{ID}").text
        oracle.replayed(each)
    assert len({tuple(oracle.rows(each)["attachments_file"]) for each in three}) == 1


def test_a_file_for_the_world_tells_no_title_that_is_not(three: Any, fr: Any, browser: Any, statement: str) -> None:
    """The statement has been revised, and that is not issued."""
    with fr.writing() as session:
        said = {"base": 1, "title": "Pas encore", "text": "Non.", "note": ""}
        fr.documents.revise(session, statement, **said, by=member(fr, "delegate"))
        (file,) = fr.attachments.of(session, statement, Reader())
    carrying.hand_on(*three)
    for each in three:
        for person, inside in ((browser(each, "member", language="en"), True), (browser(each, language="en"), False)):
            page = person.get(f"/attachments/{file.id}").text
            assert ("after.txt" in page, "Pas encore" in page) == (True, inside)
