"""Files beside a statement: whose they are and whether they came before or after it was signed is told, to everybody alike."""

import re
from typing import Any

import pytest

from internationale.kit import Conflict, Ref, Utterance
from internationale.rooms.attachments.events import Attached, Manifest
from internationale.rooms.attachments.port import attaching, uploading
from internationale.testing import carrying
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
