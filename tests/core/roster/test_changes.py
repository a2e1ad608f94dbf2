"""Each change of the roster by an example, and all of them in any order: none makes a version that would be refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internationale.bus import users
from internationale.errors import Conflict, Untrusted
from internationale.events import keys, roster
from internationale.events.card import Card
from internationale.events.keys import SigningKey
from internationale.events.nkey import Nkey
from internationale.events.roster import Hub, LastGood, Root, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries
from internationale.rooms.roster.rules import changes, holding, require_dated, told

from .conftest import LOGS, NOW, ROOT

ROOTS = [ROOT, *(SigningKey(bytes([n]) * 32) for n in (201, 202))]
NEW = SigningKey(b"n" * 32)


def card(code: str, key: SigningKey | None = None) -> Card:
    return Card(code=code, name=f"Section {code}", languages=("en",), key=(key or LOGS[code]).public)


def good(sequence: int, epoch: int = 1) -> LastGood:
    return LastGood(epoch=epoch, sequence=sequence, hash="a" * 64)


def signed(draft: Roster, *roots: SigningKey) -> SignedDocument:
    return SignedDocument.seal(keys.ROSTER, draft, *roots)


def founded(threshold: int = 2, roots: int = 3) -> Version:
    held = [Root(key=root.public, holder=f"holder {n}") for n, root in enumerate(ROOTS[:roots])]
    draft = changes.founded([card("ic"), card("fr")], held, threshold, ["nats://a nats://b"], NOW)
    return roster.verify(None, signed(draft, *ROOTS[:threshold]))


def follow(latest: Version, draft: Roster | None, *roots: SigningKey) -> Version:
    assert draft is not None
    return roster.verify(latest, signed(draft, *(roots or ROOTS[:2])))


def words(before: Version, after: Version) -> str:
    return " ".join(map(str, told(before.roster, after.roster)))


def refusal(latest: Version, candidate: SignedDocument) -> str:
    with pytest.raises(Untrusted) as caught:
        roster.verify(latest, candidate)
    return caught.value.reason


def test_several_found_together() -> None:
    begun = founded().roster
    assert [(entry.code, entry.mandates, entry.opened) for entry in begun.sections] == [("fr", (), 1), ("ic", ("committee",), 1)]
    assert (begun.threshold, [root.holder for root in begun.roots]) == (2, ["holder 0", "holder 1", "holder 2"])
    assert [hub.urls for hub in begun.hubs] == [("nats://a", "nats://b")]


def test_a_section_is_suspended_and_readmitted() -> None:
    begun = founded()
    suspended = follow(begun, changes.ended(begun, "fr", Status.SUSPENDED, good(7), NOW))
    assert "suspended. Its log counts up to number 7" in words(begun, suspended)
    back = follow(suspended, changes.readmitted(suspended, "fr", NOW))
    entry = back.roster.entry("fr")
    assert entry is not None
    assert (entry.status, entry.last_good, entry.epoch) == (Status.MEMBER, None, 1)
    with pytest.raises(Conflict):
        changes.readmitted(back, "fr", NOW)


def test_an_expelled_section_comes_back_in_a_new_epoch_and_its_past_stays_pinned() -> None:
    begun = founded()
    out = follow(begun, changes.ended(begun, "fr", Status.EXPELLED, good(7), NOW))
    back = follow(out, changes.admitted(out, card("fr", NEW), NOW))
    entry = back.roster.entry("fr")
    assert entry is not None
    assert (entry.status, entry.epoch, entry.opened, entry.last_good) == (Status.MEMBER, 2, 3, good(7))
    rules = roster.keyring_of([begun, out, back])["fr"]
    assert rules.closed[1].keys[0].last == 7
    assert [each.key for each in rules.keys] == [NEW.public]


def test_a_key_is_rotated_at_a_number() -> None:
    begun = founded()
    turned = follow(begun, changes.rotated(begun, "fr", NEW.public, 100, NOW))
    entry = turned.roster.entry("fr")
    assert entry is not None
    assert [(each.key, each.first, each.last) for each in entry.keys] == [(LOGS["fr"].public, 1, 99), (NEW.public, 100, None)]
    assert "From number 100 on" in words(begun, turned)
    with pytest.raises(Conflict):
        changes.rotated(turned, "fr", SigningKey(b"m" * 32).public, 100, NOW)


def test_a_stolen_key_is_revoked_by_a_new_epoch() -> None:
    begun = founded()
    anew = follow(begun, changes.reopened(begun, "fr", NEW.public, good(12), NOW))
    rules = roster.keyring_of([begun, anew])["fr"]
    assert (rules.epoch, rules.keys[0].key, rules.closed[1].keys[0].last) == (2, NEW.public, 12)
    assert "goes on in a new epoch, number 2" in words(begun, anew)


def test_the_roots_and_their_number_change_with_the_consent_of_the_old() -> None:
    begun = founded()
    fresh = Root(key=NEW.public, holder="new holder")
    draft = changes.governed(begun, [*begun.roster.roots[:1], fresh], 2, NOW)
    assert refusal(begun, signed(draft, ROOTS[0], ROOTS[1])) == "roster_threshold"
    assert refusal(begun, signed(draft, ROOTS[0], NEW)) == "roster_threshold"
    changed = follow(begun, draft, *ROOTS[:2], NEW)
    assert "“new holder” gets a root key" in words(begun, changed)
    assert "“holder 1”" in words(begun, changed)
    assert refusal(changed, signed(changes.renewed(changed, NOW), ROOTS[0], ROOTS[1])) == "roster_threshold"


def test_one_key_counts_once_and_versions_neither_skip_nor_go_back() -> None:
    begun = founded()
    second = changes.renewed(begun, NOW)
    assert refusal(begun, signed(second, ROOTS[0], ROOTS[0])) == "roster_threshold"
    assert refusal(begun, signed(second, ROOTS[0], LOGS["ar"])) == "roster_threshold"
    grown = follow(begun, second)
    third = signed(changes.renewed(grown, NOW), *ROOTS[:2])
    assert refusal(begun, third) == "roster_gap"
    assert refusal(roster.verify(grown, third), signed(second, *ROOTS[:2])) == "roster_rollback"
    other = signed(changes.moved(begun, [Hub(id="hub-x", urls=("nats://x",))], NOW), *ROOTS[:2])
    assert refusal(grown, other) == "roster_rollback"


def test_what_makes_no_sense_is_refused_in_words() -> None:
    begun = founded()
    with pytest.raises(Conflict, match=r"More root keys would have to sign \(4\) than there are \(3\)"):
        changes.governed(begun, begun.roster.roots, 4, NOW)
    with pytest.raises(Conflict, match="also a log key"):
        changes.governed(begun, [Root(key=LOGS["fr"].public, holder="x")], 1, NOW)
    with pytest.raises(Conflict, match="another section"):
        changes.admitted(begun, card("ar", LOGS["fr"]), NOW)
    with pytest.raises(Conflict, match="no section"):
        changes.ended(begun, "xx", Status.EXPELLED, good(0), NOW)
    with pytest.raises(Conflict, match="two logs"):
        changes.rotated(begun, "fr", LOGS["ic"].public, 9, NOW)


@pytest.mark.parametrize("name", ["Section fr", "SECTION  FR", "Ｓection fr", "Section \u200efr"])
def test_nobody_is_called_as_another_section_is(name: str) -> None:
    begun = founded()
    with pytest.raises(Conflict, match=r"Another section is already called “.*”: choose another name\."):
        changes.admitted(begun, card("ar").model_copy(update={"name": name}), NOW)
    with pytest.raises(Conflict, match="already called"):
        changes.admitted(begun, card("ic").model_copy(update={"name": name}), NOW)


def test_nobody_signs_in_at_the_hubs_with_anothers_name() -> None:
    """An nkey is public. With one of them for two users the server does not start; the administrator's is no section's."""
    mine, others, administrator = (Nkey.generate().public for _each in range(3))
    begun = founded()
    known = follow(begun, changes.admitted(begun, card("ic").model_copy(update={"nkey": mine}), NOW))
    borrowed = card("ar").model_copy(update={"nkey": mine})
    with pytest.raises(Conflict, match="signs in at the hubs"):
        changes.admitted(known, borrowed, NOW)
    with pytest.raises(Conflict, match="signs in at the hubs"):
        changes.admitted(known, card("fr").model_copy(update={"nkey": mine}), NOW)
    named = follow(known, changes.admitted(known, card("fr").model_copy(update={"nkey": others}), NOW)).roster
    assert [user.section for user in users.members(named)] == ["fr", "ic"]
    entries = [entry.model_copy(update={"nkey": mine}) for entry in named.sections]  # as a hostile proposal could have it
    assert users.members(named.model_copy(update={"sections": tuple(entries)})) == ()
    assert others not in users.text(others, users.members(named)).partition("SECTIONS")[2]
    assert others in users.text(administrator, users.members(named)).partition("SECTIONS")[2]


def test_what_is_not_written_as_it_is_read_is_not_signed() -> None:
    """Nobody would see the space; and no version after it could be made."""
    begun = founded()
    draft = changes.renewed(begun, NOW)
    body = draft.serialize()
    assert queries.examined(body, (), begun).draft == draft
    for other in (body + b" ", body[:-1] + b',"later":1}'):
        with pytest.raises(Untrusted) as caught:
            queries.examined(other, (), begun)
        assert caught.value.reason == "malformed_roster"


def test_a_wrong_date_is_not_handed_on_to_the_next_version() -> None:
    begun = founded()
    far = begun.roster.model_copy(update={"issued": NOW.replace(year=9998), "expires": NOW.replace(year=9999)})
    latest = Version(signed(far, *ROOTS), far)
    assert changes.renewed(latest, NOW).issued == NOW
    a_little = begun.roster.model_copy(update={"issued": NOW + timedelta(hours=3)})
    assert changes.renewed(Version(signed(a_little), a_little), NOW).issued == NOW + timedelta(hours=3)


def test_a_version_of_a_time_to_come_is_not_signed() -> None:
    begun = founded()
    require_dated(changes.renewed(begun, NOW + timedelta(days=1)), NOW)
    with pytest.raises(Conflict, match=r"says that it is of 2026-11-24, and by this machine's clock today is 2026-11-22\."):
        require_dated(changes.renewed(begun, NOW + timedelta(days=2)), NOW)


CODES = st.sampled_from(["ar", "de", "fr", "ic"])
NUMBERS = st.integers(0, 50)
KEYS = st.integers(1, 60).map(lambda n: SigningKey(bytes([n]) * 32).public)
HOLDERS = st.lists(st.sampled_from(ROOTS), min_size=1, max_size=3, unique=True)
CALLED = st.sampled_from(["h", "Section fr", "fr", "Section ic (ic)", "x"])


def _ended(status: Status) -> Callable[..., Any]:
    return lambda latest, code, number, _key: changes.ended(latest, code, status, good(number, _epoch(latest, code)), NOW)


def _epoch(latest: Version, code: str) -> int:
    return changes.entry_of(latest, code).epoch


DEEDS: dict[str, Callable[..., Roster | None]] = {
    "renew": lambda latest, *_: changes.renewed(latest, NOW),
    "move": lambda latest, *_: changes.moved(latest, [], NOW),
    "admit": lambda latest, code, _number, key: changes.admitted(
        latest, Card(code=code, name="x", languages=("en",), key=key), NOW
    ),
    "suspend": _ended(Status.SUSPENDED),
    "expel": _ended(Status.EXPELLED),
    "resign": _ended(Status.RESIGNED),
    "readmit": lambda latest, code, *_: changes.readmitted(latest, code, NOW),
    "rotate": lambda latest, code, number, key: changes.rotated(latest, code, key, number, NOW),
    "reopen": lambda latest, code, number, key: changes.reopened(latest, code, key, good(number, _epoch(latest, code)), NOW),
    "charge": lambda latest, code, *_: changes.mandated(latest, code, ["committee"], NOW),
}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), CODES, NUMBERS, KEYS), max_size=12),
    HOLDERS.flatmap(lambda held: st.tuples(st.just(held), st.integers(1, len(held)))),
    st.lists(CALLED, min_size=3, max_size=3),
)
def test_no_sequence_of_changes_makes_a_version_that_is_refused(
    deeds: list[tuple[str, str, int, Any]], rule: tuple[list[SigningKey], int], called: list[str]
) -> None:
    versions = [founded()]
    held, threshold = rule
    steps = [
        lambda latest: changes.governed(
            latest, [Root(key=k.public, holder=h) for k, h in zip(held, called, strict=False)], threshold, NOW
        )
    ]
    steps += [lambda latest, deed=deed: DEEDS[deed[0]](latest, *deed[1:]) for deed in deeds]
    for step in steps:
        try:
            draft = step(versions[-1])
        except Conflict:
            continue
        if draft is not None:
            versions.append(roster.verify(versions[-1], signed(draft, *ROOTS)))
            assert told(versions[-2].roster, draft)
            assert holding.others(draft) >= draft.threshold
    rules = roster.keyring_of(versions)
    assert set(rules) == {entry.code for entry in versions[-1].roster.sections}
    assert roster.verify_chain([version.document for version in versions]) == tuple(versions)
    assert versions[-1].roster.issued <= NOW + timedelta(days=1)


def test_the_only_committee_and_the_only_root_key_are_not_lost() -> None:
    begun = founded()
    for status in (Status.SUSPENDED, Status.EXPELLED, Status.RESIGNED):
        with pytest.raises(Conflict, match="only international committee"):
            changes.ended(begun, "ic", status, good(0), NOW)
    with pytest.raises(Conflict, match="only international committee"):
        changes.mandated(begun, "ic", [], NOW)
    shared = follow(begun, changes.mandated(begun, "fr", ["committee"], NOW))
    assert follow(shared, changes.mandated(shared, "ic", [], NOW)).roster.entry("ic").mandates == ()
    governed = changes.governed(shared, [Root(key=ROOT.public, holder=shared.roster.entry("ic").name)], 1, NOW)
    with pytest.raises(Conflict, match=r"without Section ic \(ic\): of the root keys, 0 would be in other hands, and 1 must"):
        changes.ended(follow(shared, governed, *ROOTS[:2]), "ic", Status.EXPELLED, good(0), NOW)
    assert changes.ended(shared, "ic", Status.EXPELLED, good(0), NOW).entry("ic").status is Status.EXPELLED


def _held(latest: Version, threshold: int, *holders: str) -> Version:
    roots = [Root(key=root.public, holder=holder) for root, holder in zip(ROOTS, holders, strict=False)]
    return follow(latest, changes.governed(latest, roots, threshold, NOW), *ROOTS)


LEAVING = (Status.SUSPENDED, Status.EXPELLED, Status.RESIGNED)


@pytest.mark.parametrize("status", LEAVING)
@pytest.mark.parametrize(
    ("threshold", "holders"),
    [
        (2, ("Section fr", "section  FR", "Section ic")),
        (2, ("Section fr", "Section ic")),
        (1, ("fr",)),
        (2, ("Section fr (fr)", "Office")),
    ],
)
def test_as_many_root_keys_as_must_sign_stay_in_other_hands(status: Status, threshold: int, holders: tuple[str, ...]) -> None:
    """However many one section holds, and by whatever of its names."""
    held = _held(founded(), threshold, *holders)
    with pytest.raises(Conflict, match=r"without Section fr \(fr\): of the root keys, .* Give others root keys first"):
        changes.ended(held, "fr", status, good(0), NOW)
    entries = [entry.model_copy(update={"status": status, "last_good": good(0)}) for entry in held.roster.sections[:1]]
    forced = changes.succeeding(held, NOW, sections=(*entries, *held.roster.sections[1:]))  # as another's software could have it
    assert "Afterwards nobody can change the list of sections any more without Section fr (fr)" in words(
        held, follow(held, forced, *ROOTS)
    )


def test_a_section_that_is_not_needed_goes_with_its_root_key() -> None:
    held = _held(founded(), 2, "Section fr", "Section ic", "Office")
    gone = follow(held, changes.ended(held, "fr", Status.EXPELLED, good(0), NOW), *ROOTS)
    assert "nobody can change" not in words(held, gone)
    roots = [root for root in gone.roster.roots if root.holder != "Office"]
    with pytest.raises(Conflict, match=r"without Section fr \(fr\)"):  # the others may not give up theirs either
        changes.governed(gone, roots, 2, NOW)


def test_the_root_keys_of_a_section_follow_its_name() -> None:
    held = _held(founded(), 1, "Section fr")
    other = card("fr").model_copy(update={"name": "Section française"})
    renamed = follow(held, changes.admitted(held, other, NOW), *ROOTS)
    assert [root.holder for root in renamed.roster.roots] == ["Section française"]
    assert "is now held by “Section française”" in words(held, renamed)
    with pytest.raises(Conflict, match="without Section française"):
        changes.ended(renamed, "fr", Status.EXPELLED, good(0), NOW)


def test_a_mandate_that_there_is_not() -> None:
    begun = founded()
    with pytest.raises(Conflict, match="no such mandate"):
        changes.mandated(begun, "fr", ["committee", "zzz"], NOW)
