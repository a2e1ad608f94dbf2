"""Files on their way in: the room is a bound for all of them together, and what does not come whole leaves nothing behind."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from internationale.errors import Conflict, Invalid
from internationale.kit.attachments import MIB, Limits
from internationale.rooms.attachments.forms import bodies
from internationale.rooms.attachments.port import attaching, keeping, taking, uploading
from internationale.rooms.attachments.rules.chunking import CHUNK, hash_of
from internationale.section import Section


@pytest.fixture
def narrow(three) -> Section:
    """Room for 5 MiB, of which one file may take 4."""
    fr = three[1]
    keeping.tidy(fr)
    fr.attachments.limits = Limits(file=4, all=5)
    return fr


@pytest.fixture
def begin(member) -> Any:
    """``at, incoming = begin(fr, document)``."""
    return lambda section, subject: uploading.begin(section, subject, "", member(section, "delegate"))


def on_disk(section: Section) -> set[str]:
    return {kept.name for kept in section.attachments.store.all()}


def taken(section: Section) -> int:
    with section.reading() as session:
        return keeping.taken(section, session).taken


def test_many_files_at_once_have_the_room_of_all_together(narrow, share, begin, member) -> None:
    document = share(narrow)
    gate = Barrier(8)

    def bring(_number: int) -> str:
        at, incoming = begin(narrow, document)
        content = os.urandom(4 * MIB)
        gate.wait()
        try:
            for start in range(0, len(content), 65_536):
                incoming.add(content[start : start + 65_536])
            return uploading.bring(narrow, incoming, at, name="a", media="", by=member(narrow, "delegate"))
        except Conflict:
            return ""

    with ThreadPoolExecutor(8) as pool:
        brought = [made for made in pool.map(bring, range(8)) if made]
    assert (len(brought), taken(narrow), len(on_disk(narrow))) == (1, 4 * MIB, 8)
    _at, incoming = begin(narrow, document)
    with pytest.raises(Invalid):
        incoming.add(bytes(MIB + 1))


def test_what_others_have_noted_meanwhile_counts(narrow, share, bring, begin, member) -> None:
    document = share(narrow)
    at, incoming = begin(narrow, document)
    incoming.add(b"a" * MIB)
    narrow.attachments.coming.files.clear()  # as another process would not know of it
    bring(narrow, document, os.urandom(4 * MIB))
    bring(narrow, document, b"b" * 10)
    with pytest.raises(Conflict):
        uploading.bring(narrow, incoming, at, name="a", media="", by=member(narrow, "delegate"))
    assert taken(narrow) == 4 * MIB + 10
    assert hash_of(b"a" * CHUNK) not in on_disk(narrow)


def test_a_file_that_is_cut_off_leaves_nothing(narrow, share, begin, member) -> None:
    document = share(narrow)

    async def cut(subject: str) -> None:
        async with bodies.coming(narrow, subject, "", member(narrow, "delegate")) as (_at, incoming):
            await asyncio.to_thread(incoming.add, os.urandom(2 * MIB))
            raise ConnectionError

    for _time in range(4):
        with pytest.raises(ConnectionError):
            asyncio.run(cut(document))
    assert (on_disk(narrow), narrow.attachments.coming.left) == (set(), 5 * MIB)
    _at, late = begin(narrow, document)
    late.over(kept=False)
    with pytest.raises(Conflict):
        late.add(b"a thread that was still at it")
    assert on_disk(narrow) == set()


def test_over_the_pages_a_file_that_is_too_large_leaves_nothing(narrow, share, browser, member) -> None:
    delegate = browser(narrow, member(narrow, "delegate", "member", language="en"))
    document = share(narrow)

    def pieces() -> Iterator[bytes]:
        for _piece in range(5):
            yield os.urandom(MIB)

    path = f"/api/v1/attachments/to/{document}/uploads?name=a"
    assert delegate.post(path, content=pieces()).status_code == 400
    assert delegate.post(f"/attachments/to/{document}", files={"file": ("a", os.urandom(5 * MIB))}).status_code == 400
    assert on_disk(narrow) == set()


def test_what_another_file_has_too_stays(narrow, share, begin, member) -> None:
    """One is cut off while another with the same pieces comes, and while one is already noted."""
    document = share(narrow)
    same = os.urandom(CHUNK)
    (_there, first), (at, second) = begin(narrow, document), begin(narrow, document)
    first.add(same)
    second.add(same)
    first.over(kept=False)
    made = uploading.bring(narrow, second, at, name="a", media="", by=member(narrow, "delegate"))
    _at, third = begin(narrow, document)
    third.add(same)
    third.over(kept=False)
    assert on_disk(narrow) == {hash_of(same)}
    with narrow.writing() as session:
        uploading.give_up(narrow, session, made, member(narrow, "delegate"))
    assert on_disk(narrow) == set()


def test_pieces_go_over_to_whoever_still_brings_them(narrow, share, begin) -> None:
    document = share(narrow)
    same = os.urandom(CHUNK)
    (_there, first), (_at, second) = begin(narrow, document), begin(narrow, document)
    first.add(same)
    second.add(same)
    first.over(kept=False)
    assert on_disk(narrow) == {hash_of(same)}
    second.over(kept=False)
    assert on_disk(narrow) == set()


def test_what_is_given_up_goes_at_once_unless_it_may_have_been_attached(narrow, share, bring, attach, taken, member) -> None:
    by, document = member(narrow, "delegate"), share(narrow)
    kept = attach(narrow, document, b"words")
    same, other = bring(narrow, document, b"words"), bring(narrow, document, b"others")
    for upload in (same, other):
        with narrow.writing() as session:
            uploading.give_up(narrow, session, upload, by)
    assert (taken(narrow, kept), on_disk(narrow)) == (b"words", {hash_of(b"words")})
    upload = bring(narrow, document, b"others")
    (narrow.attachments.store.folder / "watched").unlink()  # another folder, or another database
    with narrow.writing() as session:
        uploading.give_up(narrow, session, upload, by)
    assert on_disk(narrow) == {hash_of(b"words"), hash_of(b"others")}


@pytest.fixture
def taken_back(narrow, share, attach, member) -> Any:
    """``document = taken_back(content)``: it was attached to this, and taken back; tidying has not come by."""

    def withdrawn(content: bytes) -> str:
        document = share(narrow)
        attachment = attach(narrow, document, content)
        with narrow.writing() as session:
            attaching.withdraw(narrow, session, attachment, reason="wrong note", by=member(narrow, "delegate"))
        return document

    return withdrawn


@pytest.mark.parametrize("brought", [CHUNK - 1, 2 * CHUNK + 1, 3 * CHUNK + 1])
def test_what_was_taken_back_can_be_brought_again_while_tidying_comes_by(narrow, taken_back, begin, member, brought) -> None:
    content, by = os.urandom(3 * CHUNK + 1), member(narrow, "delegate")
    at, incoming = begin(narrow, taken_back(content))
    incoming.add(content[:brought])
    assert keeping.tidy(narrow).chunks == 4 - brought // CHUNK
    incoming.add(content[brought:])
    upload = uploading.bring(narrow, incoming, at, name="plan.pdf", media="", by=by)
    with narrow.writing() as session:
        attachment = attaching.attach(narrow, session, upload, name="plan.pdf", note="", by=by)
    assert keeping.tidy(narrow).chunks == 0
    assert b"".join(taking.take(narrow, attachment, by)[1]) == content


def test_what_has_come_whole_since_tidying_looked_stays(narrow, taken_back, begin, member, monkeypatch) -> None:
    content, by = os.urandom(CHUNK + 1), member(narrow, "delegate")
    at, incoming = begin(narrow, taken_back(content))
    incoming.add(content)
    looked = keeping._Plan.going

    def going(plan: Any, *, silent: bool) -> Any:
        uploading.bring(narrow, incoming, at, name="plan.pdf", media="", by=by)
        return looked(plan, silent=silent)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(keeping._Plan, "going", going)
        assert keeping.tidy(narrow).chunks == 0
    assert on_disk(narrow) == {hash_of(content[:CHUNK]), hash_of(content[CHUNK:])}


def test_what_is_not_brought_to_the_end_goes_with_what_was_taken_back(narrow, taken_back, begin) -> None:
    content = os.urandom(CHUNK + 1)
    _at, incoming = begin(narrow, taken_back(content))
    incoming.add(content)
    assert keeping.tidy(narrow).chunks == 1
    assert on_disk(narrow) == {hash_of(content[:CHUNK])}
    incoming.over(kept=False)
    assert on_disk(narrow) == set()
