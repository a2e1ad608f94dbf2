"""Who takes a text back is shown which files go with it: that costs as much as there are of them."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from internationale.events.refs import Ref
from internationale.kit.vocabulary import Utterance
from internationale.ledger.falling import earliest
from internationale.ledger.judging import address
from internationale.rooms.attachments.events import Attached, Manifest
from internationale.rooms.attachments.port import keeping, sent
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rules.chunking import CHUNK, hash_of
from internationale.rooms.exchange import queries
from internationale.testing.carrying import exchange

NAMES = b"names of comrades " * 40_000
OTHER = b"another " * 1000


def test_the_page_says_which_files_go(three: Any, text: Any, attach: Any, browser: Any, said_by: Any) -> None:
    _ic, fr, ar = three
    document, message = text(fr)
    exchange(*three)
    attach(fr, document, NAMES, name="names.txt")
    file = f"fr:1:{said_by(fr)}"
    attach(ar, document, OTHER, name="other.txt")
    exchange(*three)
    other, _message = text(fr)
    attach(fr, other, OTHER, name="elsewhere.txt")
    page = browser(fr, "delegate", language="en")
    shown = page.get(f"/federation/sent/{message}/withdraw").text
    assert [name in shown for name in ("names.txt", "other.txt", "elsewhere.txt")] == [True, True, False]
    assert "These 2 files stand on this message, and go with its text:" in shown
    shown = page.get(f"/federation/sent/{file}/withdraw").text
    assert ("Take the file back" in shown, "go with its text" in shown) == (True, False)
    assert "go with its text" not in page.get(f"/federation/sent/{message}").text


def test_of_very_many_files_the_oldest_are_named(three: Any, text: Any, browser: Any, member: Any) -> None:
    _ic, fr, _ar = three
    document, message = text(fr)
    by = member(fr, "delegate")
    with fr.writing() as session:
        on = fr.documents.get(session, document).ref
        for number in range(sent.LISTED + 2):
            digest = hash_of(f"{number}".encode())
            listed = Manifest(digest=digest, blob=digest, chunks=(digest,)).model_dump(mode="json")
            file = f"fr-{number:012x}"
            about = {"attachment": file, "subject": document, "name": f"{file}.txt", "media": "text/plain", "note": ""}
            parts = (msgspec.json.encode(listed),)
            said = Utterance(Attached(**about, size=1, chunk=CHUNK), refs=(on,), parts=parts, audience="international")
            fr.publish(session, said, by=by)
    with fr.reading() as session:
        ref = queries.whole(fr.ledger, session, message).sent.ref
        going = sent.files_with(fr, session, ref, by)
    assert ([each.id for each in going.first], going.count) == ([f"fr-{n:012x}" for n in range(sent.LISTED)], sent.LISTED + 2)
    shown = browser(fr, "delegate", language="en").get(f"/federation/sent/{message}/withdraw").text
    assert [f"fr-{number:012x}.txt" in shown for number in (0, sent.LISTED - 1, sent.LISTED)] == [True, True, False]
    assert ("These 102 files stand on this message" in shown, "And 2 more." in shown) == (True, True)


def test_what_was_decided_before_a_message_is_not_looked_at(three: Any, text: Any, attach: Any, member: Any) -> None:
    """Nothing of it can stand on the message, and there may be very much."""
    _ic, fr, _ar = three
    document, earlier = text(fr)
    attach(fr, document, NAMES)
    other, later = text(fr)
    attach(fr, document, OTHER, name="old.txt")
    attach(fr, other, OTHER, name="new.txt")
    found = {}
    with fr.reading() as session:
        for message in (earlier, later):
            ref = queries.whole(fr.ledger, session, message).sent.ref
            looked_at = files.standing(session, earliest(session, {address(Ref.parse(ref))}))
            going = sent.files_with(fr, session, ref, member(fr, "delegate"))
            found[message] = len(looked_at), [each.name for each in going.first]
    assert found == {earlier: (3, ["plan.pdf", "old.txt"]), later: (2, ["new.txt"])}


@pytest.mark.parametrize("number", [1, 4])
def test_tidying_asks_for_many_files_at_once(three: Any, text: Any, attach: Any, back: Any, number: int) -> None:
    """It holds the one writing transaction meanwhile."""
    _ic, fr, _ar = three
    document, message = text(fr)
    for each in range(number):
        attach(fr, document, OTHER * (each + 1))
    back(fr, message)
    asked = list[str]()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    listen(Engine, "before_cursor_execute", note)
    try:
        done = keeping.tidy(fr)
    finally:
        remove(Engine, "before_cursor_execute", note)
    traced = [each for each in asked if "attachments_trace.chunks" in each]
    assert (done.withdrawn, done.chunks, len(traced)) == (number, number, 1)
