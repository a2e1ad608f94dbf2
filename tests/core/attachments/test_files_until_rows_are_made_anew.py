"""A text is taken back soon after all rows were made anew: they are not made anew at once, and its files go all the same."""

import hashlib
from typing import Any

import pytest

from internationale.cli.forgetting import Forgetting
from internationale.cli.provisioning import Operation
from internationale.errors import NotFound
from internationale.ledger import remaining, tables
from internationale.ledger.pacing import Pace
from internationale.ledger.records import CUT, State
from internationale.rooms.attachments.checks import lost
from internationale.rooms.attachments.port import fetching, keeping, overview, taking
from internationale.rooms.attachments.port.falling import let_go
from internationale.rooms.attachments.queries import files
from internationale.rooms.exchange.port import make_anew
from internationale.section import Section
from internationale.testing.carrying import exchange
from internationale.worker import attachments as worker

NAMES = b"names of comrades " * 1000
OTHER = b"another " * 1000


def hurried(*sections: Section) -> None:
    """All rows were just made anew, and that took long."""
    for section in sections:
        seconds = iter(range(0, 10_000, 10))
        section.ledger.pace = Pace(lambda seconds=seconds: float(next(seconds)))  # type: ignore[misc]
        with section.ledger.pace.measured():
            pass


def remain(section: Section) -> bool:
    """Whether rows are there of what does not count any more."""
    with section.reading() as session:
        return remaining.remain(session.connection())


def blob_of(section: Section, attachment: str) -> str:
    """What the content of a file is called."""
    with section.reading() as session:
        return files.find(session, attachment).file.blob


def given(section: Section, sender: str, blob: str) -> int:
    """How many pieces of a content another section is given."""
    return len(worker.answer(section, sender, blob, [0]))


def answers(page: Any, attachment: str) -> list[int]:
    """Of its page and its content, for people and for programs; at last for who says that they have it already."""
    places = [f"{root}/attachments/{attachment}{end}" for root in ("", "/api/v1") for end in ("", "/file")]
    has = {"If-None-Match": f'"{hashlib.sha256(NAMES).hexdigest()}"'}
    return [*(page.get(each).status_code for each in places), page.get(places[-1], headers=has).status_code]


async def offered(at: Any) -> None:
    for each in at.values():
        await each.offer()


@pytest.mark.parametrize("audience", ["public", "international", "ar fr ic"])
def test_nobody_is_given_the_file(
    three: Any, text: Any, attach: Any, back: Any, bring_over: Any, browser: Any, audience: str
) -> None:
    _ic, fr, ar = three
    document, message = text(fr, audience, "programme")
    other, _message = text(fr, audience, "programme")
    file, stays = attach(fr, document, NAMES, name="names.txt"), attach(fr, other, OTHER, name="stays.txt")
    exchange(*three)
    if audience != "ar fr ic":  # else it comes as it was encrypted
        bring_over(ar, NAMES)
        bring_over(ar, OTHER)
    blobs = [blob_of(fr, each) for each in (file, stays)]
    pages = [browser(fr, "delegate", language="en"), browser(ar, "delegate", language="en"), browser(fr)]
    hurried(fr, ar)
    back(fr, message)
    exchange(*three)
    for _made_anew in range(2):
        for page in pages:
            assert answers(page, file) == answers(page, "fr-000000000000")
        assert answers(pages[0], stays) == [200] * 5
        assert answers(pages[0], file) == [404] * 5
        assert pages[0].get(f"/attachments/{stays}/file").content == OTHER
        assert "names.txt" not in pages[0].get("/attachments").text
        assert "stays.txt" in pages[0].get("/attachments").text
        assert [given(fr, "fr", blob) for blob in blobs] == [0, 1]
        for section in (fr, ar):
            section.ledger.pace = Pace()
            make_anew(section)
            assert not remain(section)


def test_until_then_there_are_rows_of_it(three: Any, text: Any, attach: Any, back: Any, member: Any) -> None:
    _ic, fr, _ar = three
    document, message = text(fr)
    file = attach(fr, document, NAMES)
    hurried(fr)
    back(fr, message)
    with fr.reading() as session:
        assert (remaining.remain(session.connection()), files.find(session, file).file.id) == (True, file)
        assert fr.attachments.of(session, document, member(fr)) == []
        assert overview.page(fr, session, member(fr), 1).attachments == []
    with pytest.raises(NotFound):
        taking.take(fr, file, None)


def test_another_file_with_the_same_content_is_given(three: Any, text: Any, attach: Any, back: Any, taken: Any) -> None:
    _ic, fr, _ar = three
    texts = [text(fr) for _ in range(3)]
    same = sorted((attach(fr, document, NAMES), message) for document, message in texts)
    hurried(fr)
    for _file, message in same[:2]:  # whichever is found first
        back(fr, message)
    keeping.tidy(fr)
    assert (given(fr, "fr", blob_of(fr, same[2][0])), taken(fr, same[2][0])) == (1, NAMES)
    back(fr, same[2][1])
    assert given(fr, "fr", blob_of(fr, same[2][0])) == 0


def test_it_is_deleted_and_hubs_are_asked_to_forget_it(
    three: Any, hub: Any, text: Any, attach: Any, back: Any, carriages: Any, there: Any
) -> None:
    ic, fr, ar = three
    document, message = text(fr)
    attach(fr, document, NAMES)
    exchange(*three)
    carriages(offered, fr)
    assert there() == {"fr"}
    hurried(*three)
    back(fr, message)
    exchange(*three)
    assert [remain(each) for each in three] == [True] * 3
    assert lost(fr) == []
    assert [keeping.tidy(each).withdrawn for each in (fr, fr)] == [1, 0]
    assert (list(fr.attachments.store.all()), lost(fr), fetching.look(ar.attachments)) == ([], [], [])
    assert (Forgetting().run(ic, Operation(hub.url)), there()) == (1, set())


def test_what_was_cut_off_its_log_is_not_given_and_stays(three: Any, text: Any, attach: Any, taken: Any) -> None:
    """People may decide that it counts."""
    _ic, fr, _ar = three
    document, message = text(fr)
    file = attach(fr, document, NAMES)
    blob, event = blob_of(fr, file), tables.event
    first = event.c.sequence == int(message.split(":")[2])
    with fr.writing() as session:
        connection = session.connection()
        held = connection.execute(event.select().where(first)).one()
        connection.execute(event.update().where(first).values(state=State.WAITING.value, reason=CUT, position=None))
        remaining.note(connection)
    assert (given(fr, "fr", blob), keeping.tidy(fr).chunks, len(list(fr.attachments.store.all()))) == (0, 0, 1)
    with fr.reading() as session:
        assert files.gone(session) == []
    with fr.writing() as session:
        again = {"state": held.state, "reason": held.reason, "position": held.position}
        session.connection().execute(event.update().where(first).values(**again))
        remaining.clear(session.connection())
    assert (given(fr, "fr", blob), taken(fr, file)) == (1, NAMES)


def test_what_was_taken_back_by_a_word_that_was_cut_off_is_not_given_and_stays(
    three: Any, text: Any, attach: Any, back: Any, said_by: Any
) -> None:
    """Its text waits to be brought again, and the file with it."""
    _ic, fr, _ar = three
    document, message = text(fr)
    file = attach(fr, document, NAMES)
    blob, event = blob_of(fr, file), tables.event
    hurried(fr)
    back(fr, message)
    said = event.c.sequence == said_by(fr)
    with fr.reading() as session:
        assert let_go(fr, session) == {files.find(session, file).file.ref}
    with fr.writing() as session:
        cut = {"state": State.WAITING.value, "reason": CUT, "position": None}
        session.connection().execute(event.update().where(said).values(**cut))
    assert (given(fr, "fr", blob), keeping.tidy(fr).chunks, len(list(fr.attachments.store.all()))) == (0, 0, 1)
