"""What the room decides: who may attach what, how much is kept, what goes; and that a replay comes to the same."""

import errno
import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from internationale.errors import Conflict, Held, Misconfigured, Paused
from internationale.kit import Ref, Utterance
from internationale.kit.attachments import Limits
from internationale.rooms.attachments.checks import full, lost
from internationale.rooms.attachments.events import Attached, Manifest
from internationale.rooms.attachments.port import attaching, fetching, keeping, taking, watching
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rows.files import Files
from internationale.rooms.attachments.rules.chunking import CHUNK, hash_of
from internationale.rooms.exchange.port import release
from internationale.section import Section
from internationale.testing import oracle

MANIFEST = Manifest(digest=hash_of(b"words"), blob=hash_of(b"words"), chunks=(hash_of(b"words"),))


def card(section: Section, attachment: str) -> Any:
    with section.reading() as session:
        return section.attachments.card(files.find(session, attachment))


def said(section: Section, subject: str, **other: Any) -> Attached:
    values = {"attachment": f"{section.code}-0123456789ab", "subject": subject, "name": "a.txt", "media": "text/plain", "size": 5}
    return Attached(**values | {"chunk": CHUNK} | other)


@pytest.fixture
def judged(member: Any) -> Any:
    """``judged(fr, payload, refs, manifest, audience)``: why the event would be void, or ``""``."""

    def judge(section: Section, payload: Attached, refs: tuple[Ref, ...], part: bytes, audience: str = "international") -> str:
        utterance = Utterance(payload, refs=refs, parts=(part,), audience=audience)
        with section.writing() as session:
            try:
                section.publish(session, utterance, by=member(section, "delegate"))
            except Conflict as error:
                return str(error.message)
            finally:
                session.rollback()
        return ""

    return judge


def test_what_may_be_attached(three, share, judged, member) -> None:
    ic, fr, _ar = three
    inside, public = share(fr), share(fr, "public")
    with fr.reading() as session:
        ref, open = fr.documents.get(session, inside).ref, fr.documents.get(session, public).ref
    part = msgspec.json.encode(MANIFEST.model_dump(mode="json"))
    for audience in ("public", "international"):
        assert judged(fr, said(fr, public), (open,), part, audience) == ""
    assert judged(fr, said(fr, inside), (ref,), part) == ""
    cases = {
        "foreign_id": (said(fr, inside, attachment="ic-0123456789ab"), (ref,), part),
        "wrong_cause": (said(fr, public), (ref,), part),
        "wrong_audience": (said(fr, inside), (ref,), part, "public"),
        "wrong_key": (said(fr, inside, key="0" * 64), (ref,), part),
        "malformed_manifest": (said(fr, inside), (ref,), b"{}"),
    }
    for reason, case in cases.items():
        assert reason in judged(fr, *case)
    assert "wrong_cause" in judged(fr, said(fr, inside), (), part)
    for other in ({"size": 2 * CHUNK}, {"size": 0}, {"size": CHUNK, "chunk": 1}, {"size": 2**40}):
        assert "malformed_manifest" in judged(fr, said(fr, inside, **other), (ref,), part)
    twisted = msgspec.json.encode(MANIFEST.model_dump(mode="json") | {"blob": "0" * 64})
    for wrong in (twisted, b"", b"[]", b"{" * 1000, part.replace(b'"digest"', b'"digest":"' + b"0" * 64 + b'","digest"', 1)):
        assert "malformed_manifest" in judged(fr, said(fr, inside), (ref,), wrong)
    with ic.writing() as session:  # a text of its own that is called like another's
        named = ic.documents.open(
            session, kind="programme", language="en", title=public, text="x", audience="public", by=member(ic, "delegate")
        )
        ref = ic.documents.get(session, named).ref
    assert "wrong_audience" in judged(ic, said(ic, public), (ref,), part, "public")


def test_a_replay_and_another_order_come_to_the_same(three, share, attach, carry, member) -> None:
    ic, fr, ar = three
    document = share(fr)
    carry(ic, fr)
    attachments = [attach(section, document, bytes([number])) for number, section in enumerate((ic, fr, ic, fr))]
    with ic.writing() as session:
        attaching.withdraw(ic, session, attachments[0], reason="A mistake.", by=member(ic, "delegate"))
    carry(ic, fr)
    carry(ar, ic)
    carry(*three)
    oracle.agree(*three, said=6)
    assert [card(ar, each).presence for each in attachments] == ["withdrawn", "absent", "absent", "absent"]


def test_room_is_given_before_it_is_filled_and_refusals_are_in_words(
    three, share, attach, carry, carriages, member, browser
) -> None:
    _ic, fr, ar = three
    ar.attachments.limits = Limits(file=2, automatic=1, section=2, all=3)
    document = share(fr)
    small = [attach(fr, document, bytes([number]) * 2**20) for number in range(3)]
    large = attach(fr, document, os.urandom(2**21 + 1))
    carry(*three)
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert sorted(card(ar, each).presence for each in small) == ["absent", "here", "here"]
    refused = next(each for each in small if card(ar, each).presence == "absent")
    assert card(ar, refused).trouble == "quota_section"
    there = browser(ar, "member", language="en")
    assert "takes up all the room that is kept for it" in there.get(f"/attachments/{refused}").text
    assert "takes up all the room" in there.post(f"/attachments/{refused}/fetch").text
    assert "larger than this section takes" in there.post(f"/attachments/{large}/fetch").text
    assert full(ar) == []
    ar.attachments.limits = Limits(file=2, automatic=1, section=2, all=2)
    assert "2 of the 2 MiB" in str(full(ar)[0])
    ar.attachments.limits = Limits(section=9)
    with ar.writing() as session:
        fetching.request(ar, session, refused, member(ar))
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert card(ar, refused).presence == "here"


def test_copies_that_nobody_takes_go_and_can_be_fetched_again(
    three, share, attach, carry, carriages, taken, member, monkeypatch
) -> None:
    monkeypatch.setattr(watching, "STEP", 300 * keeping.DAY)
    _ic, fr, ar = three
    document = share(fr)
    kept, going, used = (attach(fr, document, bytes([number])) for number in range(3))
    carry(*three)
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    with ar.writing() as session:
        keeping.pin(ar, session, kept, pinned=True, by=member(ar, "host"))
    now = ar.now()
    keeping.tidy(ar)
    ar.now = lambda: now + timedelta(days=300)
    taken(ar, used)
    keeping.tidy(ar)
    ar.now = lambda: now + timedelta(days=370)
    assert (keeping.tidy(ar, dry=True).expired, keeping.tidy(ar, dry=True).bytes) == (1, 1)
    assert card(ar, going).presence == "here"
    assert keeping.tidy(ar).expired == 1
    assert [card(ar, each).presence for each in (kept, going, used)] == ["here", "absent", "here"]
    assert fetching.look(ar.attachments) == []
    assert keeping.tidy(ar).chunks == 0
    assert keeping.tidy(fr).chunks == 0
    with ar.writing() as session:
        fetching.request(ar, session, going, member(ar))
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert taken(ar, going) == bytes([1])


def test_a_bit_that_flips_on_our_disk_is_noticed_and_mended(three, share, attach, carry, carriages, taken) -> None:
    _ic, fr, ar = three
    content = os.urandom(2 * CHUNK)
    attachment = attach(fr, share(fr), content)
    carry(*three)
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    name = hash_of(content[CHUNK:])
    path = fr.attachments.store.folder / name[:2] / name
    path.write_bytes(bytes([content[CHUNK] ^ 1]) + content[CHUNK + 1 :])
    with pytest.raises(taking.Lost):
        taken(fr, attachment)
    with pytest.raises(Conflict):
        taken(fr, attachment)
    assert "plan.pdf" in str(lost(fr)[0])
    carriages(lambda at: at["fr"].fetch(), fr, ar)
    assert taken(fr, attachment) == content
    assert lost(fr) == []


def test_the_whole_must_be_what_was_announced(three, share, carry, carriages, member) -> None:
    """Every chunk is right, and they are not the file: the sender lied, so nothing is offered here."""
    _ic, fr, ar = three
    document = share(fr)
    with fr.writing() as session:
        ref = fr.documents.get(session, document).ref
        part = msgspec.json.encode(MANIFEST.model_dump(mode="json") | {"digest": "1" * 64, "blob": "1" * 64})
        utterance = Utterance(said(fr, document), refs=(ref,), parts=(part,))
        fr.publish(session, utterance, by=member(fr, "delegate"))
    fr.attachments.store.put(b"words")
    carry(*three)

    async def story(at: Any) -> None:
        await at["ar"].fetch()
        await at["ar"].fetch()

    carriages(story, fr, ar)
    assert (card(ar, "fr-0123456789ab").presence, card(ar, "fr-0123456789ab").trouble) == ("coming", "not_whole")


def test_a_full_disk_is_said_and_nothing_is_half_done(three, share, attach, bring, carry, carriages, monkeypatch, taken) -> None:
    _ic, fr, ar = three
    document = share(fr)
    attachment = attach(fr, document, b"words")
    carry(*three)
    put = Files.put

    def refuse(_files: Files, _body: bytes) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Files, "put", refuse)
    with pytest.raises(Paused):
        bring(fr, document, b"more")
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert card(ar, attachment).trouble == "no_room"
    monkeypatch.setattr(Files, "put", put)
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    assert taken(ar, attachment) == b"words"


def test_nothing_but_a_hash_becomes_a_path(tmp_path) -> None:
    store = Files(tmp_path)
    for name in ("", "..", "../x", "a" * 63, "A" * 64, "/etc/passwd", "0" * 64 + "\n"):
        for deed in (store.get, store.has, store.remove):
            with pytest.raises(ValueError, match=r".*"):
                deed(name)
    assert store.get("0" * 64) is None


@pytest.mark.parametrize("wrong", [{"most": 1}, {"days": 0}, {"file": "20"}, {"file": -1}, {"file": True}, [], "no", 3])
def test_settings_that_are_wrong(wrong: object) -> None:
    with pytest.raises(Misconfigured):
        Limits.read(wrong)


def test_a_file_waits_for_a_second_person(three, share, bring, taken, member) -> None:
    fr = three[1]
    upload = bring(fr, share(fr), b"words")
    fr.releasing.names = frozenset(["attachments.attached"])
    first, second = member(fr, "delegate"), member(fr, "delegate", "host", "secretary", handle="vera")
    for capability in ("attachments.attached", "documents.read"):
        with fr.writing() as session:
            fr.grants.give_capability(session, first.id, capability, by=None)
    with pytest.raises(Held) as held, fr.writing() as session:
        attaching.attach(fr, session, upload, name="a.txt", note="", by=first)
    with fr.reading() as session:
        assert files.newest(session, 9) == []
    release(fr, held.value.id, second)
    with fr.reading() as session:
        known = files.newest(session, 9)[0]
    assert taken(fr, known.file.id) == b"words"
    assert keeping.tidy(fr).chunks == 0


def test_what_is_all_here_needs_no_hub(three, share, attach, taken) -> None:
    fr = three[1]
    attachment = attach(fr, share(fr), b"words")
    with fr.writing() as session:
        session.delete(files.find(session, attachment).copy)
    assert card(fr, attachment).presence == "absent"
    assert fetching.settle_here(fr.attachments) == 1
    assert taken(fr, attachment) == b"words"


def test_files_that_were_lost_at_home_come_back(three, share, attach, carry, carriages, taken) -> None:
    """The folder of attachments was not in the backup: the others have what was ours."""
    _ic, fr, ar = three
    fr.attachments.limits = replace(fr.attachments.limits, automatic=0)
    attachment = attach(fr, share(fr), b"words")
    carry(*three)
    carriages(lambda at: at["ar"].fetch(), fr, ar)
    fr.attachments.store.remove(hash_of(b"words"))
    with pytest.raises(Conflict):
        taken(fr, attachment)
    carriages(lambda at: at["fr"].fetch(), fr, ar)
    assert taken(fr, attachment) == b"words"
