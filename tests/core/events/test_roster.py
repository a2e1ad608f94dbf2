"""The roster's rules, each attack of The Update Framework against it, and the keyring that comes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from internationale.errors import Untrusted
from internationale.events import keys, roster
from internationale.events.envelope import genesis
from internationale.events.keys import SigningKey
from internationale.events.logs import KeyRange, Keyring, LogRules
from internationale.events.roster import BEGINNING, Entry, LastGood, LogKey, Root, Roster, Status, Version
from internationale.events.signed import SignedDocument

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOTS = [SigningKey(bytes([n]) * 32) for n in range(1, 6)]
LOGS = {code: SigningKey(bytes([100 + n]) * 32) for n, code in enumerate(["ar", "fr", "ic"])}


def entry(code: str, /, **changed: Any) -> Entry:
    values: dict[str, Any] = {
        "code": code,
        "name": f"Section {code}",
        "languages": (code,),
        "status": Status.MEMBER,
        "epoch": 1,
        "opened": 1,
        "keys": (LogKey(key=LOGS[code].public, first=1),),
    }
    return Entry(**(values | changed))


def first(**changed: Any) -> Roster:
    values: dict[str, Any] = {
        "version": 1,
        "prevhash": BEGINNING,
        "issued": NOW,
        "expires": NOW + timedelta(days=365),
        "threshold": 1,
        "roots": (Root(key=ROOTS[0].public, holder="ic"),),
        "sections": (entry("fr"), entry("ic", mandates=("committee",))),
    }
    return Roster(**(values | changed))


def after(previous: Version, **changed: Any) -> Roster:
    return Roster(
        **(
            {name: getattr(previous.roster, name) for name in Roster.model_fields}
            | {"version": previous.roster.version + 1, "prevhash": previous.hash}
            | changed
        )
    )


def sealed(document: Roster, *signers: SigningKey) -> SignedDocument:
    return SignedDocument.seal(keys.ROSTER, document, *(signers or ROOTS[:1]))


PIN = LastGood(epoch=1, sequence=5, hash="a" * 64)
TWO = (LogKey(key=LOGS["ar"].public, first=1, last=7), LogKey(key=ROOTS[4].public, first=8))


def newcomer(**changed: Any) -> tuple[Entry, ...]:
    return entry("ar", opened=2, **changed), entry("fr")


def refusal(function: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(Untrusted) as caught:
        function(*arguments)
    return caught.value.reason


def founded(**changed: Any) -> Version:
    return roster.verify(None, sealed(first(**changed)))


def ring(*chain: Version) -> Keyring:
    return roster.keyring_of(chain)


def test_a_threshold_of_one_is_a_beginning_and_the_bytes_come_back() -> None:
    begun = founded()
    assert begun.roster == first()
    assert begun.hash == keys.digest(keys.ROSTER, first().serialize()).hex()
    assert [root.holder for root in begun.roster.roots] == ["ic"]


def test_the_next_version_follows() -> None:
    begun = founded()
    admitted = roster.verify(begun, sealed(after(begun, sections=(entry("ar", opened=2), *begun.roster.sections))))
    assert [section.code for section in admitted.roster.sections] == ["ar", "fr", "ic"]
    assert roster.verify_chain([begun.document, admitted.document]) == (begun, admitted)


@pytest.mark.parametrize(
    ("signers", "accepted"),
    [
        ([0, 1, 2, 3], True),
        ([0, 1, 2], False),
        ([1, 2, 3], True),
        ([0, 1], False),
        ([2, 3], False),
        ([0, 0, 2, 3], False),
        ([0, 1, 3], True),
    ],
)
def test_a_rotation_needs_the_threshold_of_the_old_roots_and_of_the_new(signers: list[int], accepted: bool) -> None:
    """Old: two of 0, 1. New: two of 1, 3 (2 is a stranger)."""
    old = (Root(key=ROOTS[0].public, holder="a"), Root(key=ROOTS[1].public, holder="b"))
    begun = roster.verify(None, sealed(first(threshold=1, roots=old), ROOTS[0]))
    strict = roster.verify(begun, sealed(after(begun, threshold=2), ROOTS[0], ROOTS[1]))
    rotated = after(strict, roots=(old[1], Root(key=ROOTS[3].public, holder="c")))
    candidate = sealed(rotated, *(ROOTS[n] for n in signers))
    wanted = len({0, 1} & set(signers)) >= 2 and len({1, 3} & set(signers)) >= 2
    if wanted:
        assert roster.verify(strict, candidate).roster == rotated
    else:
        assert refusal(roster.verify, strict, candidate) == "roster_threshold"


def test_one_key_counts_once_however_often_it_signs() -> None:
    roots = tuple(Root(key=key.public, holder="x") for key in ROOTS[:2])
    begun = first(threshold=2, roots=roots)
    assert refusal(roster.verify, None, sealed(begun, ROOTS[0], ROOTS[0])) == "roster_threshold"
    with pytest.raises(ValidationError, match="stands twice"):
        first(threshold=2, roots=(roots[0], roots[0]))


def test_a_stranger_cannot_begin_or_go_on() -> None:
    assert refusal(roster.verify, None, sealed(first(), ROOTS[4])) == "roster_threshold"
    begun = founded()
    taken_over = after(begun, roots=(Root(key=ROOTS[4].public, holder="thief"),))
    assert refusal(roster.verify, begun, sealed(taken_over, ROOTS[4])) == "roster_threshold"


def test_a_log_key_signs_no_roster_and_another_kind_of_signature_is_worth_nothing() -> None:
    begun = founded()
    assert refusal(roster.verify, begun, sealed(after(begun), LOGS["ic"])) == "roster_threshold"
    wrong_kind = SignedDocument.seal(keys.CARD, after(begun), ROOTS[0])
    assert refusal(roster.verify, begun, wrong_kind) == "roster_threshold"
    with pytest.raises(ValidationError, match="also a log key"):
        first(roots=(Root(key=LOGS["ic"].public, holder="ic"),))


def test_an_older_version_is_a_rollback_and_so_is_another_of_the_same_number() -> None:
    begun = founded()
    second = roster.verify(begun, sealed(after(begun)))
    assert refusal(roster.verify, second, begun.document) == "roster_rollback"
    other = sealed(after(begun, expires=NOW + timedelta(days=30)))
    assert refusal(roster.verify, second, other) == "roster_rollback"


def test_versions_are_never_skipped() -> None:
    begun = founded()
    second = roster.verify(begun, sealed(after(begun)))
    third = sealed(after(second))
    assert refusal(roster.verify, begun, third) == "roster_gap"
    assert refusal(roster.verify, None, second.document) == "roster_gap"
    assert refusal(roster.verify_chain, []) == "roster_gap"
    assert refusal(roster.verify_chain, [begun.document, third]) == "roster_gap"


def test_a_fast_forward_is_refused_even_with_the_right_keys() -> None:
    begun = founded()
    assert refusal(roster.verify, begun, sealed(after(begun, version=999_999))) == "roster_gap"


def test_a_version_must_name_the_one_before() -> None:
    begun = founded()
    assert refusal(roster.verify, begun, sealed(after(begun, prevhash="1" * 64))) == "roster_fork"
    assert refusal(roster.verify, None, sealed(first(prevhash="1" * 64))) == "roster_fork"


def test_a_changed_byte_breaks_the_signature() -> None:
    begun = founded()
    body = begun.document.body.replace(b"Section fr", b"Section xx")
    assert refusal(roster.verify, None, SignedDocument(body, begun.document.signatures)) == "roster_threshold"


def test_it_is_valid_for_a_week_at_least_and_for_thirteen_months_at_most() -> None:
    with pytest.raises(ValidationError, match="less than a week"):
        first(expires=NOW + timedelta(seconds=1))
    assert first(expires=NOW + timedelta(days=7)).expires == NOW + timedelta(days=7)
    with pytest.raises(ValidationError, match="thirteen months"):
        first(expires=NOW + timedelta(days=398))
    with pytest.raises(ValidationError, match="less than a week"):
        first(expires=NOW)
    begun = first()
    assert [begun.expired(NOW + timedelta(days=days)) for days in (0, 364, 365)] == [False, False, True]


@pytest.mark.parametrize(
    ("sections", "place"),
    [
        ((entry("ic", mandates=("committee",)),), "fr"),
        ((entry("fr", opened=2), entry("ic")), "fr"),
        ((entry("fr", epoch=2, opened=1), entry("ic")), "fr"),
        ((entry("ar", opened=1), entry("fr"), entry("ic")), "ar"),
        ((*newcomer(epoch=2, last_good=PIN), entry("ic")), "ar"),
        ((*newcomer(status=Status.EXPELLED, last_good=PIN), entry("ic")), "ar"),
        ((*newcomer(keys=(LogKey(key=LOGS["ar"].public, first=2),)), entry("ic")), "ar"),
        ((*newcomer(keys=(LogKey(key=LOGS["ar"].public, first=1, last=9),)), entry("ic")), "ar"),
        ((*newcomer(keys=TWO), entry("ic")), "ar"),
        ((entry("fr", epoch=2, opened=2), entry("ic")), "fr"),
        ((entry("fr", epoch=3, opened=2, last_good=LastGood(epoch=2, sequence=5, hash="a" * 64)), entry("ic")), "fr"),
        ((entry("fr", epoch=2, opened=2, last_good=PIN, keys=TWO), entry("ic")), "fr"),
    ],
)
def test_history_stays_whole(sections: tuple[Entry, ...], place: str) -> None:
    begun = founded()
    with pytest.raises(Untrusted) as caught:
        roster.verify(begun, sealed(after(begun, sections=sections)))
    assert (caught.value.reason, caught.value.place) == ("roster_history", place)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epoch": 2, "last_good": PIN},
        {"status": Status.SUSPENDED, "last_good": PIN},
        {"keys": (LogKey(key=LOGS["fr"].public, first=2),)},
        {"keys": TWO},
    ],
)
def test_a_founder_begins_like_everybody(wrong: dict[str, Any]) -> None:
    begun = first(sections=(entry("fr", **wrong), entry("ic")))
    assert refusal(roster.verify, None, sealed(begun)) == "roster_history"


def test_whoever_comes_back_says_where_the_epoch_before_ended() -> None:
    """Otherwise a stolen key would go on signing in it."""
    begun = founded()
    ended = entry("fr", status=Status.EXPELLED, last_good=PIN)
    second = roster.verify(begun, sealed(after(begun, sections=(ended, entry("ic")))))
    back = after(second, sections=(entry("fr", epoch=2, opened=3, last_good=PIN), entry("ic")))
    assert roster.verify(second, sealed(back)).roster == back
    forgetful = after(second, sections=(entry("fr", epoch=2, opened=3), entry("ic")))
    assert refusal(roster.verify, second, sealed(forgetful)) == "roster_history"


def test_an_epoch_never_goes_back() -> None:
    begun = founded()
    second = roster.verify(begun, sealed(after(begun, sections=(entry("fr", epoch=2, opened=2, last_good=PIN), entry("ic")))))
    assert refusal(roster.verify, second, sealed(after(second, sections=(entry("fr"), entry("ic"))))) == "roster_history"


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": 2},
        {"threshold": 0},
        {"sections": (entry("ic"), entry("fr"))},
        {"sections": (entry("fr"), entry("fr"))},
        {"sections": (entry("fr"), entry("ic", keys=(LogKey(key=LOGS["fr"].public, first=1),)))},
        {"sections": (entry("fr", opened=2),)},
        {"roots": ()},
        {"version": 0},
        {"version": 2**53},
        {"prevhash": "x" * 64},
        {"issued": datetime(2026, 11, 22, 12)},  # noqa: DTZ001  # on purpose without a zone
    ],
)
def test_what_makes_no_sense_cannot_even_be_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        first(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "F"},
        {"name": "a\x00b"},
        {"name": "right\u202eleft"},
        {"languages": ()},
        {"languages": ("fr", "fr")},
        {"status": Status.EXPELLED},
        {"status": Status.EXPELLED, "last_good": LastGood(epoch=2, sequence=5, hash="a" * 64)},
        {"epoch": 2, "status": Status.EXPELLED, "last_good": PIN},
        {"last_good": PIN},
        {"epoch": 3, "last_good": PIN},
        {"keys": ()},
        {"keys": (LogKey(key=LOGS["fr"].public, first=1), LogKey(key=LOGS["ar"].public, first=2))},
        {"keys": (LogKey(key=LOGS["fr"].public, first=3, last=2),)},
        {"address": "no address"},
    ],
)
def test_what_makes_no_sense_of_a_section_cannot_be_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        entry("fr", **wrong)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "malformed_json"),
        (b"\xff", "malformed_json"),
        (b"[]", "malformed_roster"),
        (b"{}", "malformed_roster"),
        (b'{"version":1,"version":2}', "duplicate_key"),
        (b'{"version":1.0}', "bad_number"),
        (b'{"version":99999999999999999999}', "bad_number"),
        (b'{"version":' + b"[" * 40 + b"]" * 40 + b"}", "too_deep"),
        (b" " * 300_000, "oversize"),
        (first().serialize().replace(b'"version":1', b'"version":"1"'), "malformed_roster"),
        (first().serialize().replace(b'"version":1', b'"version":true'), "malformed_roster"),
        (first().serialize().replace(b"2026-11-22T12:00:00.000Z", b"2026-11-22T13:00:00.000+01:00"), "malformed_roster"),
        (first().serialize().replace(str(ROOTS[0].public).encode(), b"AAAA"), "malformed_roster"),
    ],
)
def test_bytes_are_read_strictly(body: bytes, reason: str) -> None:
    assert refusal(roster.verify, None, SignedDocument(body, ())) == reason


def test_a_field_of_a_later_build_is_ignored_and_stays_in_the_bytes() -> None:
    body = first().serialize()[:-1] + b',"later":{"x":1}}'
    begun = roster.verify(None, SignedDocument(body, (ROOTS[0].sign(keys.ROSTER, body),)))
    assert (begun.roster, begun.document.body) == (first(), body)


def test_the_keyring_pins_each_log_to_the_version_that_opened_it() -> None:
    begun = founded()
    rotated = entry("fr", keys=(LogKey(key=LOGS["fr"].public, first=1, last=7), LogKey(key=ROOTS[4].public, first=8)))
    reopened = entry("ic", epoch=2, opened=2, last_good=PIN)
    second = roster.verify(begun, sealed(after(begun, sections=(entry("ar", opened=2), rotated, reopened))))
    before = LogRules("ic", 1, genesis("ic", 1, begun.hash), (KeyRange(LOGS["ic"].public, 1, 5),), pin=(5, "a" * 64))
    assert ring(begun, second) == {
        "ar": LogRules("ar", 1, genesis("ar", 1, second.hash), (KeyRange(LOGS["ar"].public, 1),)),
        "fr": LogRules("fr", 1, genesis("fr", 1, begun.hash), (KeyRange(LOGS["fr"].public, 1, 7), KeyRange(ROOTS[4].public, 8))),
        "ic": LogRules("ic", 2, genesis("ic", 2, second.hash), (KeyRange(LOGS["ic"].public, 1),), closed={1: before}),
    }


def test_after_an_expulsion_the_log_counts_up_to_its_last_good_number() -> None:
    begun = founded()
    expelled = entry("fr", status=Status.EXPELLED, last_good=LastGood(epoch=1, sequence=12, hash="a" * 64))
    second = roster.verify(begun, sealed(after(begun, sections=(expelled, entry("ic")))))
    assert ring(begun, second)["fr"].keys == (KeyRange(LOGS["fr"].public, 1, 12),)
    never = entry("fr", status=Status.RESIGNED, last_good=LastGood(epoch=1, sequence=0, hash="a" * 64))
    third = roster.verify(second, sealed(after(second, sections=(never, entry("ic")))))
    assert ring(begun, second, third)["fr"].keys == ()


@given(signing=st.lists(st.integers(0, 4), max_size=8), count=st.integers(1, 5), data=st.data())
def test_the_threshold_is_of_distinct_roots_whoever_else_signs(signing: list[int], count: int, data: st.DataObject) -> None:
    threshold = data.draw(st.integers(1, count))
    begun = first(threshold=threshold, roots=tuple(Root(key=key.public, holder="x") for key in ROOTS[:count]))
    candidate = SignedDocument.seal(keys.ROSTER, begun, *(ROOTS[n] for n in signing))
    if len({n for n in signing if n < count}) >= threshold:
        assert roster.verify(None, candidate).roster == begun
    else:
        assert refusal(roster.verify, None, candidate) == "roster_threshold"


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(body: bytes) -> None:
    with pytest.raises(Untrusted):
        roster.verify(None, SignedDocument(body, ("x", "a.b", "é.ü")))


def test_closed_epochs_stay_checkable_up_to_their_last_good_number() -> None:
    begun = founded()
    reopened = entry(
        "fr",
        epoch=2,
        opened=2,
        keys=(LogKey(key=ROOTS[4].public, first=1),),
        last_good=LastGood(epoch=1, sequence=5, hash="a" * 64),
    )
    second = roster.verify(begun, sealed(after(begun, sections=(reopened, entry("ic")))))
    assert roster.histories([begun, second]) == {
        ("fr", 1): LogRules("fr", 1, genesis("fr", 1, begun.hash), (KeyRange(LOGS["fr"].public, 1, 5),), pin=(5, "a" * 64)),
        ("fr", 2): LogRules("fr", 2, genesis("fr", 2, second.hash), (KeyRange(ROOTS[4].public, 1),)),
        ("ic", 1): LogRules("ic", 1, genesis("ic", 1, begun.hash), (KeyRange(LOGS["ic"].public, 1),)),
    }
