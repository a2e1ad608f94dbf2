"""What a new roster makes of the logs that are here: stopped ones go on, false histories give way to the pinned one."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from internationale.bundle import packing
from internationale.bundle.form import Ending
from internationale.bundle.packing import Wanted
from internationale.bundle.reading import read
from internationale.errors import Paused
from internationale.events import envelope as envelopes
from internationale.events import keys
from internationale.events.roster import LastGood, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Utterance
from internationale.ledger.deliveries import Delivery
from internationale.ledger.following import unfinished
from internationale.rooms.roster import port
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.carrying import said
from internationale.testing.federations import Federation
from internationale.testing.founding import ROOT, key_of
from internationale.testing.people import speaker
from internationale.testing.rows import dump
from internationale.worker import claims

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Forked = tuple[Section, Section, Section, list[Delivery], list[Delivery]]


@pytest.fixture
def two(federation: Federation) -> list[Section]:
    """``ic`` and ``fr``, who write notes."""
    return federation("ic", "fr", plugins=today())


def decide(change: Callable[[Version], Roster], ic: Section, *others: Section) -> None:
    """A new version, followed by these sections."""
    with ic.reading() as session:
        document = SignedDocument.seal(keys.ROSTER, change(port.latest(session)), ROOT)
    for section in (ic, *others):
        with section.writing() as session:
            port.store_version(session, document, NOW)
        section.roster_changed()


def say(section: Section, *texts: str) -> None:
    for text in texts:
        with section.writing() as session:
            section.publish(session, Utterance(notes.Written(text=text)), by=speaker(section))


def words(section: Section) -> list[str]:
    with section.reading() as session:
        rows = session.exec(select(notes.NoteRow).where(notes.NoteRow.section == "fr")).all()
    return [row.text for row in sorted(rows, key=lambda row: (row.epoch, row.sequence))]


def replayed(section: Section) -> bool:
    with section.writing() as session:
        before = dump(session, section.ledger.projections)
        section.ledger.replay_all(session, NOW)
        return dump(session, section.ledger.projections) == before


def pin(deliveries: Sequence[Delivery]) -> LastGood:
    last = deliveries[-1]
    return LastGood(epoch=1, sequence=len(deliveries), hash=last.signed.hash)


def reopening(good: LastGood) -> Callable[[Version], Roster]:
    return lambda latest: changes.reopened(latest, "fr", key_of("fr").public, good, NOW)


@pytest.fixture
def forked(federation: Federation, two: list[Section]) -> Forked:
    """``fr`` and its twin have said different things from number 2 on; everybody has the proof and has stopped at 1."""
    ic, fr = two
    twin = federation.fresh("fr")
    say(fr, "common")
    twin.accept(said(fr))
    say(fr, "true 2", "true 3", "true 4")
    say(twin, "false 2", "false 3")
    true, false = said(fr), said(twin)
    ic.accept(false)
    assert "forked" in ic.accept(true)
    assert "forked" in fr.accept(false)
    assert words(ic) == words(fr) == ["common"]
    return ic, fr, twin, true, false


def test_a_bundle_that_is_being_made_stops_a_log_that_is_cut_meanwhile(
    two: list[Section], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read a page at a time: what the log goes on with is not put behind what was cut off it."""
    monkeypatch.setattr(packing, "PAGE", 2)
    ic, fr = two
    say(fr, "one", "two", "three", "four")
    ic.accept(said(fr))
    made = packing.lines(ic, Wanted(sections=["fr"]))
    begun = b""
    while b"subject" not in begun:
        begun += next(made)
    decide(reopening(pin(said(fr)[:1])), ic, fr)
    say(fr, "otherwise")
    ic.accept(said(fr))
    items = list(read(io.BytesIO(begun + b"".join(made)), ""))
    assert [each.subject for each in items if isinstance(each, Delivery)] == ["intl.v1.log.fr.1.1", "intl.v1.log.fr.1.2"]
    assert items[-1] == Ending(whole=True)


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_pin_at_or_after_the_fork_lets_that_history_count(federation: Federation, forked: Forked, number: int) -> None:
    ic, fr, twin, true, false = forked
    decide(reopening(pin(true[:number])), ic, fr, twin)
    for section in (ic, twin):
        for delivery in [*false, *true, *false]:
            section.accept([delivery])
    expected = ["common", "true 2", "true 3", "true 4"][:number]
    assert words(fr) == words(ic) == words(twin) == expected
    say(fr, "and on")
    assert ic.accept(said(fr)) == ["applied"]
    late = federation.fresh("ic")
    for delivery in [*reversed([*true, *false]), *said(fr), *true, *false]:
        late.accept([delivery])
    assert words(late) == words(ic) == [*expected, "and on"]
    assert replayed(late)
    assert replayed(ic)


def test_what_is_missing_of_the_pinned_history_is_asked_for(federation: Federation, forked: Forked) -> None:
    ic, _fr, _twin, true, false = forked
    late = federation.fresh("ic")
    late.accept(false)
    decide(reopening(pin(true[:3])), ic, late)
    assert words(late) == ["common", "false 2"]  # nothing speaks against number 2 yet
    with late.reading() as session:
        (gap,) = unfinished(late.ledger.all_heads(session), late.keyring(session))
    assert (gap.first, gap.last) == (3, 3)
    late.accept(true[2:3])
    late.accept(true[1:2])
    assert words(late) == ["common", "true 2", "true 3"]
    assert replayed(late)


def test_a_start_follows_a_list_that_was_only_stored(two: list[Section]) -> None:
    """The process ended in between. What is refused by that list too is not counted again, nor called new."""
    ic, fr = two
    say(fr, "common")
    ic.accept(said(fr))
    good = pin(said(fr))
    with ic.reading() as session:
        document = SignedDocument.seal(keys.ROSTER, reopening(good)(port.latest(session)), ROOT)
    with fr.writing() as session:
        port.store_version(session, document, NOW)
    fr.roster_changed()
    say(fr, "under the new list")
    stranger = replace(said(fr)[0], subject="intl.v1.log.xx.1.1")
    assert ic.accept([*said(fr), stranger]) == ["quarantined"] * 2
    with ic.writing() as session:
        port.store_version(session, document, NOW)
    refused, of_before = refusals(ic)
    ic.prepare()
    assert words(ic) == ["common", "under the new list"]
    assert refusals(ic) == [refused, {**of_before, "bytes": 0}]
    assert ic.roster_changed() == []


def refusals(section: Section) -> list[dict[str, object]]:
    with section.reading() as session:
        return [dict(each) for each in section.ledger.refusals(session)]


def test_what_a_suspended_section_says_waits_until_it_is_readmitted(two: list[Section]) -> None:
    ic, fr = two
    say(fr, "one")
    ic.accept(said(fr))
    say(fr, "two")
    good = pin(said(fr)[:1])
    late = said(fr)
    decide(lambda latest: changes.ended(latest, "fr", Status.SUSPENDED, good, NOW), ic, fr)
    with pytest.raises(Paused, match="suspended"):
        say(fr, "three")
    assert ic.accept(late)[1] == "quarantined"
    assert words(fr) == words(ic) == ["one"]
    decide(lambda latest: changes.readmitted(latest, "fr", NOW), ic, fr)
    assert words(fr) == words(ic) == ["one", "two"]
    say(fr, "three")
    assert ic.accept(said(fr))[-1] == "applied"
    assert words(ic) == ["one", "two", "three"]
    assert replayed(ic)


def test_what_a_stolen_key_has_signed_far_ahead_silences_nobody_once_another_key_signs(two: list[Section]) -> None:
    ic, fr = two
    say(fr, "one", "two")
    ic.accept(said(fr))
    body, forged = envelopes.write(replace(envelopes.parse(said(fr)[-1].body), sequence=8, prevhash="ab" * 32, refs=()))
    stolen = Delivery(forged.address.subject, body, key_of("fr").sign(keys.EVENT, body))
    assert ic.accept([stolen]) == fr.accept([stolen]) == ["parked"]
    assert claims.behind_a_hole(fr) == {1: 8}
    another = fr.log_keys.add()
    with fr.writing() as session:
        port.announce_key(fr, session, another, first=5, epoch=1, by=speaker(fr))
    decide(lambda latest: changes.rotated(latest, "fr", another.public, 5, NOW), ic, fr)
    assert claims.behind_a_hole(fr) == {}
    say(fr, *(f"after {number}" for number in range(4, 12)))
    assert set(ic.accept(said(fr))) == {"duplicate", "applied"}
    assert fr.accept([stolen]) == ic.accept([stolen]) == ["quarantined"]
    assert words(ic) == words(fr) == ["one", "two", *(f"after {number}" for number in range(4, 12))]
    assert replayed(ic)


@pytest.mark.parametrize("ending", ["suspended", "expelled", "reopened"])
def test_what_was_parked_beyond_the_end_of_a_log_counts_only_when_the_end_is_lifted(two: list[Section], ending: str) -> None:
    ic, fr = two
    say(fr, "one", "two", "three", "four")
    good, all_said = pin(said(fr)[:2]), said(fr)
    ic.accept([all_said[0], *all_said[2:]])
    if ending == "reopened":
        decide(reopening(good), ic, fr)
    else:
        decide(lambda latest: changes.ended(latest, "fr", Status(ending), good, NOW), ic, fr)
    assert ic.accept(all_said[1:2]) == ["applied"]
    assert words(ic) == words(fr) == ["one", "two"]
    if ending == "suspended":
        decide(lambda latest: changes.readmitted(latest, "fr", NOW), ic, fr)
        assert words(ic) == words(fr) == ["one", "two", "three", "four"]
    assert replayed(ic)
