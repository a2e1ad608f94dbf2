"""Two versions of the roster with one number: what proves it, and settling which of them counts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from internationale.bundle import taking
from internationale.errors import Conflict, NotFound
from internationale.events import keys
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.roster import Root, Roster, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Reader, Utterance
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.port.rivals import KEPT
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.databases import place
from internationale.testing.founding import begin, open_section, unite

NOW = datetime(2101, 5, 1, 12, tzinfo=UTC)
"""No version may be issued before the one that it follows."""
ROOT = SigningKey(b"r" * 32)
Change = Callable[[Version], Roster | None]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Section]]:
    """``ic`` and ``fr``, at version 3."""
    with ExitStack() as stack:
        sections = []
        for code in ("ic", "fr"):
            (tmp_path / code).mkdir()
            settings = begin(tmp_path / code, code, stack.enter_context(place(tmp_path / code)))
            sections.append(open_section(settings, Plugins([("notes", notes)])))
            stack.callback(sections[-1].close)
        unite(sections, ROOT)
        take(after(latest(sections[0]), renewed(0)), *sections)
        yield sections


def latest(section: Section) -> Version:
    with section.reading() as session:
        return port.latest(session)


def renewed(days: int) -> Change:
    return lambda version: changes.renewed(version, NOW + timedelta(days=days))


def after(version: Version, change: Change, root: SigningKey = ROOT) -> Version:
    draft = change(version)
    assert draft is not None
    return Version(SignedDocument.seal(keys.ROSTER, draft, root), draft)


def take(version: Version, *sections: Section) -> None:
    for section in sections:
        taking.follow(section, [version.document])


def against(section: Section) -> tuple[list[str], bool]:
    """The hashes of the versions that stand against ours, and whether that is still to be decided."""
    with section.reading() as session:
        return [version.hash for version in queries.rivals(session)], queries.division(session) is not None


def decide(section: Section, version: Version) -> bool:
    with section.writing() as session:
        changed = port.decide(section, session, version.hash)
    section.roster_changed()
    return changed


def test_what_too_few_root_keys_have_signed_proves_nothing(pair: list[Section]) -> None:
    _ic, fr = pair
    third = latest(fr)
    take(after(third, renewed(1)), fr)
    stranger = SigningKey.generate()
    take(after(third, renewed(2), stranger), fr)
    with fr.reading() as session:
        first = queries.versions(session)[0]
    other = after(first, renewed(3), stranger)
    take(other, fr)
    take(after(other, renewed(4)), fr)  # signed, but it follows what is not
    assert against(fr) == ([], False)


NEW = [SigningKey(bytes([number]) * 32) for number in (211, 212)]


def governed(*sections: Section) -> Version:
    """Two new root keys, which both must sign from now on; the old one signs no longer."""
    roots = [Root(key=key.public, holder="Another office") for key in NEW]
    draft = changes.governed(latest(sections[0]), roots, 2, NOW)
    version = Version(SignedDocument.seal(keys.ROSTER, draft, ROOT, *NEW), draft)
    take(version, *sections)
    return version


def test_root_keys_of_before_divide_nobody(pair: list[Section]) -> None:
    """Whoever finds or keeps one that signs no longer could stop all signing again and again."""
    ic, fr = pair
    third = latest(fr)
    fourth = governed(ic, fr)
    rival = after(third, renewed(1))
    take(rival, fr)
    assert against(fr) == ([rival.hash], False)
    take(after(rival, renewed(1)), fr)  # of a number that we do not have yet: no version of ours is contradicted
    assert against(fr) == ([rival.hash], False)
    ours, theirs = (SignedDocument.seal(keys.ROSTER, changes.renewed(fourth, NOW + timedelta(days=day)), *NEW) for day in (1, 2))
    taking.follow(fr, [ours, theirs])
    assert against(fr)[1] is True


def test_of_each_number_a_few_are_kept_and_none_of_them_hides_one_that_divides(pair: list[Section]) -> None:
    ic, fr = pair
    third = latest(fr)
    governed(ic, fr)
    for day in range(KEPT + 3):
        take(after(third, renewed(day + 1)), fr)
    assert (len(against(fr)[0]), against(fr)[1]) == (KEPT, False)
    draft = changes.renewed(third, NOW + timedelta(days=100))
    taking.follow(fr, [SignedDocument.seal(keys.ROSTER, draft, ROOT, *NEW)])
    assert (len(against(fr)[0]), against(fr)[1]) == (KEPT + 1, True)


def test_another_first_version_proves_nothing(pair: list[Section]) -> None:
    """Anybody can found an International."""
    _ic, fr = pair
    with fr.reading() as session:
        first = queries.versions(session)[0].roster
    draft = first.model_copy(update={"issued": first.issued + timedelta(days=1)})
    take(Version(SignedDocument.seal(keys.ROSTER, draft, ROOT), draft), fr)
    assert against(fr) == ([], False)


def test_a_version_against_ours_is_kept_and_those_that_follow_it(pair: list[Section]) -> None:
    _ic, fr = pair
    third = latest(fr)
    ours, theirs = after(third, renewed(1)), after(third, renewed(2))
    later = after(theirs, renewed(3))
    for version in (ours, theirs, theirs, later):
        take(version, fr)
    assert latest(fr).hash == ours.hash
    assert against(fr) == ([theirs.hash, later.hash], True)
    with fr.reading() as session:
        assert queries.division(session) == queries.Division(4, ours.hash, theirs.hash)
        told = queries.contradicting(session)
    assert [(each.version, each.hash, each.signed) for each in told] == [
        (4, theirs.hash, ("International Committee",)),
        (5, later.hash, ("International Committee",)),
    ]


def test_whoever_changes_over_takes_all_that_follows_and_hears_no_more_of_the_old_ones(pair: list[Section]) -> None:
    ic, fr = pair
    third = latest(fr)
    ours, theirs = after(third, renewed(1)), after(third, renewed(2))
    later = after(theirs, renewed(3))
    for version in (ours, after(ours, renewed(1)), theirs, later):
        take(version, fr)
    for version in (theirs, later, ours):
        take(version, ic)
    assert decide(fr, theirs) is True
    assert decide(ic, theirs) is False
    assert latest(fr).hash == latest(ic).hash == later.hash
    take(ours, fr)
    assert not against(fr)[1]
    assert not against(ic)[1]
    take(after(later, renewed(4)), ic, fr)
    assert latest(fr).roster.version == latest(ic).roster.version == 6


def test_only_versions_of_which_there_are_two_can_be_decided_about(pair: list[Section]) -> None:
    _ic, fr = pair
    third = latest(fr)
    with pytest.raises(NotFound):
        decide(fr, third)
    take(after(third, renewed(1)), fr)
    take(after(third, renewed(2)), fr)
    with pytest.raises(NotFound):
        decide(fr, third)


def test_a_log_that_began_with_a_version_that_would_go_forbids_to_change_over(pair: list[Section]) -> None:
    ic, fr = pair
    third, new = latest(fr), SigningKey.generate()
    rotated = after(third, lambda version: changes.rotated(version, "fr", new.public, 5, NOW))
    theirs = after(third, renewed(2))
    for version in (rotated, theirs):
        take(version, fr, ic)
    with pytest.raises(Conflict, match=r"log of section “Section française \(fr\)” begins otherwise or has other keys"):
        decide(fr, theirs)
    assert decide(ic, theirs) is True  # nothing of that log is here


def test_what_was_said_meanwhile_stays(pair: list[Section]) -> None:
    _ic, fr = pair
    me = Reader(id="x", capabilities={each.name: frozenset({None}) for each in fr.capabilities})
    third = latest(fr)
    card = Card(code="de", name="Sektion", languages=("de",), key=SigningKey.generate().public)
    ours, theirs = after(third, lambda version: changes.admitted(version, card, NOW)), after(third, renewed(2))
    take(ours, fr)
    for text in ("one", "two"):
        with fr.writing() as session:
            fr.publish(session, Utterance(notes.Written(text=text)), by=me)
        take(theirs, fr)
    assert decide(fr, theirs) is True
    assert latest(fr).roster.entry("de") is None
    with fr.writing() as session:
        fr.publish(session, Utterance(notes.Written(text="three")), by=me)
        assert fr.ledger.head(session, "fr").sequence == 3
