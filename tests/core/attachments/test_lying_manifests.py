"""What one section says of a content changes nothing for another's file: what it costs, whether it is here, comes, and stays."""

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from internationale.errors import Conflict
from internationale.kit import Utterance
from internationale.rooms.attachments.events import Attached, Manifest
from internationale.rooms.attachments.port import attaching, fetching, keeping, watching
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rules.chunking import CHUNK, hash_of
from internationale.section import Section
from internationale.testing import oracle

WORDS = b"words " * 500
BLOB = hash_of(WORDS)
LARGEST = 3_400
"""Chunks of the largest file that would be taken."""
MANY = 60
"""More files than are fetched at once."""


def presence(section: Section, attachment: str) -> str:
    with section.reading() as session:
        return str(section.attachments.card(files.find(session, attachment)).presence.value)


def charged(section: Section) -> dict[str, int]:
    with section.reading() as session:
        return keeping.taken(section, session).by_section


def want(section: Section, attachment: str) -> None:
    with section.writing() as session:
        fetching.request(section, session, attachment, None)


@pytest.fixture
def lie(member: Any) -> Any:
    """``lie(ar, document, blob, size, chunks)``: a signed manifest of whatever one likes; returns the attachment's id."""

    def say(section: Section, document: str, blob: str, size: int, *chunks: str, chunk: int = CHUNK) -> str:
        id = f"{section.code}-{secrets.token_hex(6)}"
        said = Attached(attachment=id, subject=document, name="a.txt", media="text/plain", size=size, chunk=chunk)
        part = msgspec.json.encode(Manifest(digest=blob, blob=blob, chunks=chunks).model_dump(mode="json"))
        with section.writing() as session:
            ref = section.documents.get(session, document).ref
            section.publish(session, Utterance(said, refs=(ref,), parts=(part,)), by=member(section, "delegate"))
        return id

    return say


@pytest.fixture
def withdraw(member: Any) -> Any:
    """``withdraw(ar, attachment)``: takes it back."""

    def say(section: Section, attachment: str) -> None:
        with section.writing() as session:
            attaching.withdraw(section, session, attachment, reason="No.", by=member(section, "delegate"))

    return say


@dataclass(frozen=True)
class Scene:
    """``fr`` has attached a file to its ``document``, which ``reader`` has; ``liar`` comes before ``fr`` by code, or
    after it.
    """

    reader: Section
    fr: Section
    liar: Section
    document: str
    true: str

    @property
    def all(self) -> tuple[Section, ...]:
        return (self.reader, self.fr, self.liar)


@pytest.fixture(params=["ar", "it"])
def scene(request: Any, federation: Any, share: Any, attach: Any, carry: Any, carriages: Any) -> Scene:
    reader, fr, liar = federation("nw", "fr", request.param)
    document = share(fr)
    true = attach(fr, document, WORDS)
    carry(reader, fr, liar)
    carriages(lambda at: at["nw"].fetch(), reader, fr)
    assert presence(reader, true) == "here"
    return Scene(reader, fr, liar, document, true)


def test_a_lie_costs_whoever_signed_it(scene: Scene, lie: Any, carry: Any) -> None:
    chunks = [hash_of(bytes([number % 256])) for number in range(LARGEST)]
    false = lie(scene.liar, scene.document, BLOB, LARGEST * CHUNK, *chunks)
    carry(*scene.all)
    for section in (scene.reader, scene.fr):
        assert (charged(section), presence(section, false)) == ({"fr": len(WORDS)}, "absent")
    scene.reader.attachments.limits = replace(scene.reader.attachments.limits, file=2_000)
    want(scene.reader, false)
    assert charged(scene.reader) == {"fr": len(WORDS), scene.liar.code: LARGEST * CHUNK}
    oracle.agree(*scene.all, said=3)


def test_who_takes_a_lie_has_nothing_and_keeps_what_is_true(scene: Scene, lie: Any, carry: Any, taken: Any) -> None:
    false = lie(scene.liar, scene.document, BLOB, 5, hash_of(b"other"))
    carry(*scene.all)
    for section in (scene.reader, scene.fr):
        with pytest.raises(Conflict):
            taken(section, false)
        assert presence(section, scene.true) == "here"
        assert taken(section, scene.true) == WORDS


def test_what_is_lost_comes_back_whatever_another_says_of_it(
    scene: Scene, lie: Any, carry: Any, carriages: Any, taken: Any
) -> None:
    """And who is asked for it answers with what its sender means."""
    false = lie(scene.liar, scene.document, BLOB, 5, hash_of(b"other"))
    scene.liar.attachments.store.put(b"other")
    carry(*scene.all)
    fr, reader = scene.fr, scene.reader
    for had, lost in ((fr, reader), (reader, fr)):
        lost.attachments.store.remove(BLOB)
        with pytest.raises(Conflict):
            taken(lost, scene.true)

        async def story(at: Any, lost: Section = lost) -> None:
            await at[lost.code].fetch()

        carriages(story, had, lost)
        assert taken(lost, scene.true) == WORDS
    assert presence(reader, false) != "here"


def test_another_cut_of_the_same_bytes_is_a_content_of_its_own(
    scene: Scene, attach: Any, lie: Any, carry: Any, carriages: Any, taken: Any
) -> None:
    """Nothing of it is wrong, and its chunks are not given for those of the first, nor the other way round."""
    content = WORDS * 50
    pieces = [content[start : start + CHUNK // 8] for start in range(0, len(content), CHUNK // 8)]
    true = attach(scene.fr, scene.document, content)
    carry(*scene.all)
    for piece in pieces:
        scene.liar.attachments.store.put(piece)
    other = lie(scene.liar, scene.document, hash_of(content), len(content), *map(hash_of, pieces), chunk=CHUNK // 8)
    carry(*scene.all)
    fetching.settle_here(scene.liar.attachments)
    carriages(lambda at: at["nw"].fetch(), *scene.all)
    for section, attachment, names in (
        (scene.fr, true, [hash_of(content)]),
        (scene.liar, other, [hash_of(piece) for piece in pieces]),
    ):
        assert taken(scene.reader, attachment) == taken(section, attachment) == content
        for name in names:
            section.attachments.store.remove(name)
        with pytest.raises(Conflict):
            taken(section, attachment)

        async def story(at: Any, section: Section = section) -> None:
            await at[section.code].fetch()

        carriages(story, scene.reader, section)
        assert taken(section, attachment) == content


def test_the_same_file_of_two_sections_is_kept_for_each(
    scene: Scene, attach: Any, carry: Any, taken: Any, withdraw: Any, member: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes of one of them, by its section or by the host, is nothing to the other; the chunks lie here once."""
    reader, fr, liar = scene.all
    same = attach(liar, scene.document, WORDS)
    carry(*scene.all)
    fetching.settle_here(reader.attachments)
    assert charged(reader) == {"fr": len(WORDS), liar.code: len(WORDS)}
    assert len(list(reader.attachments.store.all())) == 1
    with reader.writing() as session:
        keeping.pin(reader, session, scene.true, pinned=True, by=member(reader, "host"))
    for section in (reader, fr):
        with section.writing() as session:
            keeping.pin(section, session, same, pinned=False, by=member(section, "host"))
    monkeypatch.setattr(watching, "STEP", 400 * keeping.DAY)
    later = reader.now() + timedelta(days=400)
    for section in (reader, fr):
        keeping.tidy(section)
        section.now = lambda: later
        keeping.tidy(section)
        assert (presence(section, scene.true), presence(section, same)) == ("here", "absent")
    withdraw(liar, same)
    carry(*scene.all)
    for section in (reader, fr):
        keeping.tidy(section)
        assert taken(section, scene.true) == WORDS
    assert charged(reader) == {"fr": len(WORDS)}


@pytest.mark.parametrize("before", ["withdrawn", "refused"])
def test_what_became_of_the_same_file_of_another_is_forgotten(
    scene: Scene, attach: Any, carry: Any, carriages: Any, taken: Any, withdraw: Any, before: str
) -> None:
    """Somebody attached it first, and it was taken back, or there was no room for more of theirs."""
    reader, fr, liar = scene.all
    content = b"minutes " * 10
    limits = reader.attachments.limits
    reader.attachments.limits = replace(limits, section=0) if before == "refused" else limits
    first = attach(liar, scene.document, content)
    carry(*scene.all)
    carriages(lambda at: at["nw"].fetch(), reader, liar)
    if before == "withdrawn":
        withdraw(liar, first)
        carry(*scene.all)
        keeping.tidy(reader)
    reader.attachments.limits = limits
    second = attach(fr, scene.document, content)
    carry(*scene.all)
    carriages(lambda at: at["nw"].fetch(), reader, fr)
    assert taken(reader, second) == content
    assert presence(reader, first) == {"withdrawn": "withdrawn", "refused": "absent"}[before]


def test_files_that_nobody_has_do_not_hold_up_anothers(scene: Scene, lie: Any, attach: Any, carry: Any) -> None:
    for number in range(MANY):
        nothing = hash_of(number.to_bytes(2, "big"))
        lie(scene.liar, scene.document, nothing, 2, nothing)
    carry(*scene.all)
    for _round in range(2):
        fetching.look(scene.reader.attachments)
    attach(scene.fr, scene.document, b"more words")
    carry(*scene.all)
    wanted = fetching.look(scene.reader.attachments)
    assert sorted({each.section for each in wanted}) == sorted(["fr", scene.liar.code])
