"""What one section says too often, or wrongly, is no burden for the others' pages, nor for its own next key."""

import itertools
import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from sqlmodel import select

from internationale.errors import Paused
from internationale.events import keys
from internationale.events.keys import SigningKey
from internationale.events.roster import Root
from internationale.events.signed import SignedDocument
from internationale.kit import Utterance
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.rows import ProposalRow, SignatureRow
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.federations import Federation
from internationale.testing.founding import ROOT
from internationale.testing.people import speaker

from .conftest import announce_unasked

looking = import_module("internationale.rooms.roster.queries.proposals")  # a function there has its name
OTHER = SigningKey(b"o" * 32)


@pytest.fixture
def two(federation: Federation) -> list[Section]:
    return federation("ic", "fr", plugins=today())


def proposed(section: Section) -> tuple[str, bytes]:
    """A change for which both the old root key and a new one must sign."""
    roots = [Root(key=root.public, holder="x") for root in (ROOT, OTHER)]
    with section.writing() as session:
        draft = changes.governed(port.latest(session), roots, 2, section.now())
        return port.propose(section, session, draft, why="", by=speaker(section)), draft.serialize()


def said_to_sign(section: Section, code: str, hash: str, *signatures: str) -> None:
    """As the projection writes it down, without the work of saying it thousands of times."""
    with section.writing() as session:
        start = len(session.exec(select(SignatureRow).where(SignatureRow.section == code)).all())
        address = {"section": code, "epoch": 9, "ref": "x", "said": section.now(), "hash": hash}
        for number, signature in enumerate(signatures, start + 1):
            session.add(SignatureRow(**address, sequence=number, signature=signature))


def missing(section: Section, hash: str) -> int:
    with section.reading() as session:
        return queries.proposal(session, hash).missing


def test_of_each_section_as_many_signatures_are_checked_as_there_are_root_keys(
    two: list[Section], monkeypatch: pytest.MonkeyPatch
) -> None:
    ic = two[0]
    hash, body = proposed(ic)
    checked: list[Any] = []
    verify = keys.PublicKey.verify
    monkeypatch.setattr(keys.PublicKey, "verify", lambda key, *rest: (checked.append(key), verify(key, *rest))[1])
    junk = [f"{ROOT.public.id}.{keys.encode(bytes([n % 256, n // 256]) * 32)}" for n in range(1000)]
    said_to_sign(ic, "fr", hash, *junk)
    assert missing(ic, hash) == 2
    assert len(checked) <= 2 * 2 * 4
    said_to_sign(ic, "ic", hash, ROOT.sign(keys.ROSTER, body))
    assert missing(ic, hash) == 1
    said_to_sign(ic, "ic", hash, OTHER.sign(keys.ROSTER, body))
    assert missing(ic, hash) == 0


def test_a_key_that_was_announced_by_mistake_does_not_bar_the_one_that_the_roster_took(two: list[Section]) -> None:
    ic, fr = two

    def say(text: str) -> None:
        with fr.writing() as session:
            fr.publish(session, Utterance(notes.Written(text=text)), by=speaker(fr))

    announce_unasked(fr, fr.log_keys.add(), 6)
    announce_unasked(fr, fr.log_keys.add(), 4)
    say("number 3")
    with pytest.raises(Paused, match="confirm the key"):
        say("number 4, of nobody yet")
    with fr.reading() as session:
        draft = port.draft(session, "rotate", "fr", fr.now())
    for section in (ic, fr):
        with section.writing() as session:
            port.store_version(session, SignedDocument.seal(keys.ROSTER, draft, ROOT), section.now())
        section.roster_changed()
    for number in range(4, 9):
        say(f"number {number}")
    announce_unasked(fr, fr.log_keys.add(), 11)
    say("number 10")
    with pytest.raises(Paused, match="confirm the key"):
        say("what is announced after it counts again")


def proposed_too(section: Section, code: str, number: int, hash: str = "", **other: Any) -> None:
    """As the projection writes it down: what one section says to be the next version, an hour before anybody else said so."""
    with section.writing() as session:
        now = port.latest(session)
        start = len(session.exec(select(ProposalRow).where(ProposalRow.section == code)).all())
        values = {"section": code, "epoch": 9, "ref": "x", "said": section.now() - timedelta(hours=1), "why": "", "body": b"{}"}
        values |= {"version": now.roster.version + 1, "previous": now.hash} | other
        for sequence in range(start + 1, start + 1 + number):
            session.add(ProposalRow(**values, sequence=sequence, hash=hash or f"{sequence:064x}"))


def test_pages_look_into_few_proposals_of_each_section_and_name_the_rest(
    two: list[Section], monkeypatch: pytest.MonkeyPatch, browser: Any
) -> None:
    """Each is as large as the list of sections; and nobody buries another's by proposing it, too."""
    ic = two[0]
    hash, _body = proposed(ic)
    proposed_too(ic, "fr", 60)
    proposed_too(ic, "fr", 1, hash)
    read: list[bytes] = []
    draft = looking._draft
    monkeypatch.setattr(looking, "_draft", lambda body: (read.append(body), draft(body))[1])
    delegate = browser(ic, "delegate", language="en")
    pages = ["/federation/roster", "/federation/roster?page=2"]
    for paths, named, looked_into in ((["/"], queries.EXAMINED, 0), (pages, looking.SHOWN, 1 + queries.EXAMINED)):
        found = (re.findall("/federation/roster/proposals/([0-9a-f]{64})", delegate.get(path).text) for path in paths)
        links = set(itertools.chain.from_iterable(found))
        assert (hash in links, len(links)) == (True, 1 + named)
        assert len(read) == looked_into
        read.clear()
    answers = [delegate.get(f"/api/v1/federation/roster/proposals?page={page}").json() for page in (1, 2)]
    told = [sum(len(answer[name]) for answer in answers) for name in ("proposals", "unexamined")]
    assert told == [1 + queries.EXAMINED, looking.SHOWN - queries.EXAMINED]
    assert len(read) == 1 + queries.EXAMINED


def test_whoever_signs_looks_into_more(two: list[Section]) -> None:
    """Two versions of one number that are both signed would divide the International."""
    ic = two[0]
    hash, _body = proposed(ic)
    proposed_too(ic, "ic", queries.EXAMINED)
    with ic.reading() as session:
        assert hash in {each.hash for each in queries.pending(session)}
        assert hash not in {each.hash for each in queries.pending(session, queries.EXAMINED)}


def test_what_does_not_follow_the_version_in_force_waits_for_nobody(two: list[Section]) -> None:
    ic = two[0]
    hash, _body = proposed(ic)
    proposed_too(ic, "fr", 3, previous="0" * 64)
    proposed_too(ic, "fr", 3, version=9)
    with ic.reading() as session:
        assert [each.hash for each in queries.awaiting(session)] == [hash]
        assert len(queries.pending(session)) == 7
