"""What nobody here can open is tried once: not at each look, each start, or each word about it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from internationale.events import keys, sealed, sealing
from internationale.events.envelope import Envelope, parse, write
from internationale.events.refs import Ref
from internationale.events.sealed import Reshared
from internationale.events.sealing import Identity
from internationale.kit import Utterance
from internationale.ledger import tables
from internationale.ledger.deliveries import Delivery
from internationale.ledger.identities import SUFFIX
from internationale.ledger.opening import Seals
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import carrying, notes
from internationale.testing.people import speaker

Tries = Callable[[], int]
KINDS = ["notes.written", "notes.answered"]


@pytest.fixture
def two(federation: Any) -> list[Section]:
    return list(federation("aa", "bb", plugins=Plugins([("notes", notes)])))


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> Tries:
    """``tries()``: how often somebody has tried to decrypt something since it was last asked."""
    count, decrypt = 0, sealing.decrypt

    def counted(*arguments: Any) -> bytes:
        nonlocal count
        count += 1
        return decrypt(*arguments)

    def since() -> int:
        nonlocal count
        found, count = count, 0
        return found

    monkeypatch.setattr(sealing, "decrypt", counted)
    return since


def say(section: Section, payload: Any, *refs: Ref, parts: tuple[bytes, ...] = (), audience: str = "aa bb") -> Ref:
    with section.writing() as session:
        utterance = Utterance(payload, refs=refs, parts=parts, audience=audience)
        return section.publish(session, utterance, by=speaker(section))[0].ref


def closed(section: Section, sequence: int, prevhash: str, identity: Identity) -> tuple[Delivery, bytes]:
    """What a section seals for ``bb``, it says, with an identity that is not known there; and what is inside."""
    draft = Envelope(
        section=section.code,
        epoch=1,
        sequence=sequence,
        type="org.intl.notes.written.v1",
        time=section.now(),
        dataschema="urn:intl:schema:notes.written:1",
        prevhash=prevhash,
        audience="aa bb",
        data={"text": "it"},
    )
    data, _parts = sealed.write(draft, (), [identity.recipient])
    outer = replace(draft, type="org.intl.sealed.v1", dataschema=sealed.DATASCHEMA, data=data.model_dump(exclude_none=True))
    body, said = write(outer)
    inside = sealing.decrypt(keys.decode(str(data.content)), [identity])
    assert hashlib.sha256(inside).hexdigest() == data.digest
    return Delivery(said.address.subject, body, section.key.sign(keys.EVENT, body), "test"), inside


def riddles(aa: Section, identity: Identity, count: int = 3) -> tuple[list[Delivery], list[bytes]]:
    """As many events of ``aa`` that ``bb`` cannot open, and their insides."""
    with aa.reading() as session:
        last = aa.keyring(session)["aa"].genesis
    said, insides = [], []
    for number in range(1, count + 1):
        delivery, inside = closed(aa, number, last, identity)
        last = parse(delivery.body).hash
        said.append(delivery)
        insides.append(inside)
    aa.accept(said)
    return said, insides


def asked(section: Section, ref: Ref) -> list[tuple[str, str]]:
    with section.reading() as session:
        return [(each.event, each.reason) for each in section.undecided(session, ref, KINDS, "it")]


def states(section: Section) -> set[str]:
    with section.reading() as session:
        return {each.state.value for each in section.ledger.every_event(session) if each.address.sequence <= 3}


def restart(section: Section) -> None:
    """As in a new process: nothing that was in memory is there."""
    section.ledger.seals = Seals(section.code, section.sealing.all)
    section.prepare()


def test_what_cannot_be_opened_is_not_tried_at_each_look_or_start(two: list[Section], tries: Tries) -> None:
    aa, bb = two
    said, _insides = riddles(aa, Identity.generate())
    read = say(aa, notes.Written(text="it"))
    tries()
    bb.accept(carrying.said(aa))
    assert tries() == 4
    found = [(f"aa:1:{number}", "no_key") for number in (1, 2, 3)]
    assert (asked(bb, read), asked(bb, read), tries()) == (found, found, 0)
    restart(bb)
    assert (asked(bb, read), tries()) == (found, 0)
    assert len(said) == 3


@pytest.mark.parametrize("started_anew", [False, True])
def test_who_claims_to_show_what_is_inside_has_nothing_tried(two: list[Section], tries: Tries, *, started_anew: bool) -> None:
    aa, bb = two
    said, insides = riddles(aa, Identity.generate())
    refs = tuple(str(parse(each.body).ref) for each in said)
    bb.accept(said)
    if started_anew:
        restart(bb)
    for number in range(2):
        say(aa, Reshared(subject="notes", events=refs), parts=tuple(b"%d%d" % (number, place) for place in range(3)))
        tries()
        bb.accept(carrying.said(aa)[-1:])
        assert tries() == 1  # that word itself
    assert states(bb) == {"sealed"}
    say(aa, Reshared(subject="notes", events=refs), parts=tuple(insides))
    bb.accept(carrying.said(aa)[-1:])
    assert states(bb) == {"applied"}


@pytest.mark.parametrize("way", ["new key", "key that was away"])
def test_a_start_with_another_key_tries_it(two: list[Section], tries: Tries, way: str) -> None:
    """Also with one that had been tried before, and was away while it came."""
    aa, bb = two
    identity = Identity.generate()
    said, _insides = riddles(aa, identity)
    path = bb.sealing.folder / f"0007{SUFFIX}"

    def put() -> None:
        path.touch(mode=0o600)
        path.write_text(identity.secret, encoding="ascii")

    if way == "key that was away":
        put()
        restart(bb)
        path.unlink()
    bb.accept(said)
    assert states(bb) == {"sealed"}
    put()
    tries()
    restart(bb)
    assert (states(bb), tries() > 0) == ({"applied"}, True)
    restart(bb)
    assert tries() == 0


def test_what_waits_is_opened_once_to_know_what_it_is_about(two: list[Section], tries: Tries) -> None:
    aa, bb = two
    first = say(aa, notes.Written(text="it"), parts=(b"part" * 40_000,), audience="international")
    answers = [say(aa, notes.Answered(text=text), first) for text in ("it", "another", "it")]
    read = say(aa, notes.Written(text="it"))
    tries()
    bb.accept(carrying.said(aa))
    assert tries() == 4
    expected = [(first.event_id, "missing_part"), *((each.event_id, "missing_cause") for each in (answers[0], answers[2]))]
    assert (asked(bb, read), asked(bb, read), tries()) == (expected, expected, 0)
    bb.ledger.seals = Seals(bb.code, bb.sealing.all)
    assert (asked(bb, read), asked(bb, read), tries()) == (expected, expected, 3)


def test_what_is_remembered_is_bounded(two: list[Section], tries: Tries, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what was forgotten is tried again, with the same result."""
    aa, bb = two
    monkeypatch.setattr("internationale.ledger.tried.MOST", 1)
    monkeypatch.setattr("internationale.ledger.tried.MOST_WORDS", 1)
    said, _insides = riddles(aa, Identity.generate())
    first = say(aa, notes.Written(text="it"), parts=(b"part" * 40_000,), audience="international")
    answers = [say(aa, notes.Answered(text="it"), first) for _ in range(2)]
    read = say(aa, notes.Written(text="it"))
    bb.accept(carrying.said(aa))
    tries()
    found = asked(bb, read)
    assert [event for event, _reason in found] == [*(f"aa:1:{n}" for n in (1, 2, 3, 4)), *(each.event_id for each in answers)]
    assert tries() == len(answers)
    assert len(said) == 3
    with bb.reading() as session:
        assert len(session.connection().execute(tables.identity.select()).all()) == 1
