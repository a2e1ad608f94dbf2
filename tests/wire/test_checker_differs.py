"""Whatever is changed in a good document and signed again: the independent checker says the same of it as we do."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internationale.errors import Untrusted
from internationale.events import card, envelope, heads, keys, logs, names, roster
from internationale.events.envelope import Signed
from internationale.events.signed import SignedDocument

from .test_checker import chain, rules, verify
from .test_vectors import CARDS, HEADS, LOG, ROSTERS, document, keyring, read
from .vectors.documents import ROOTS
from .vectors.generate import KEY, NEXT_KEY, audience, longest_type

STRANGE = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 2, 3, 63, 64, 65, 10**9, 10**15 - 1, 10**15, 2**53 - 1, 2**53),
        *(
            "",
            " ",
            "x",
            "0",
            "01",
            "fr",
            "FR",
            "ar fr",
            "public",
            "international",
            "member",
            "expelled",
            "\n",
            "a\n",
            "\u202e",
            "٣",
        ),
        *(
            "0" * 64,
            "g" * 64,
            "fr:1:3",
            "fr:1:2:" + "a" * 16,
            "org.intl.sealed.v1",
            "org.intl.talk.said.v99999",
            "application/json",
        ),
        *("2026-11-22T13:00:00Z", "2026-02-29T13:00:00Z", "2026-11-22T13:00:60Z", "2026-11-22T24:00:00Z", "0000-01-01T00:00:00Z"),
        *(
            "https://x",
            "https://" + "x" * 500,
            longest_type(),
            longest_type(1),
            audience(128),
            audience(129),
            "x" * 200,
            "x" * 201,
            "x" * 32_768,
            "x" * 32_769,
            "zh-Hant",
            "abcd",
        ),
        *([], [1], ["fr"], ["fr", "fr"], {}, {"fr": [1, 1, "0" * 64]}),
        *({"epoch": 1, "sequence": number, "hash": "0" * 64} for number in (0, 1)),
        *(str(KEY.public), str(ROOTS[0].public), "U" + "A" * 55, "age1" + "q" * 58, [{"key": str(NEXT_KEY.public), "first": 1}]),
    ]
)

ADDED = ["later", "Name", "nkey", "recipients", "author", "refs", "parts", "hubs", "last", "asked", "to", "beside", "beside_hash"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside a document, itself left out."""
    inside = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    found = [(*path, name) for name, _inner in inside]
    for name, inner in inside:
        found += places(inner, (*path, name))
    return found


def changed(value: Any, choose: Any) -> Any:
    """The document with one to three things replaced, removed or added."""
    value = json.loads(json.dumps(value))
    for _ in range(choose(st.integers(1, 3))):
        *way, last = choose(st.sampled_from(places(value) or [("x",)]))
        place = value
        for step in way:
            place = place[step]
        deed = choose(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        if deed == "replace":
            place[last] = copy.deepcopy(choose(STRANGE))
        elif deed == "remove" and len(value) > 1:
            place.pop(last)
        elif isinstance(place, dict):
            place[choose(st.sampled_from(ADDED))] = copy.deepcopy(choose(STRANGE))
    return value


def ours(check: Any, *arguments: Any) -> str:
    try:
        check(*arguments)
    except Untrusted as error:
        return error.reason
    return "good"


def theirs(check: Any, *arguments: Any) -> str:
    try:
        check(*arguments)
    except verify.Wrong as error:
        return str(error)
    return "good"


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_events(data: Any) -> None:
    event = changed(json.loads(LOG["events"][data.draw(st.integers(0, 2))]["text"]), data.draw)
    body = dumped(event)
    signed = Signed(body, KEY.sign(keys.EVENT, body))
    subject = data.draw(st.sampled_from([f"intl.v1.log.fr.1.{number}" for number in (1, 2, 3)]))
    expected = ours(logs.verify, subject, signed, keyring(LOG["keyring"]))
    assert theirs(verify.check_event, subject, body, signed.signature, rules(LOG["keyring"])) == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_rosters(data: Any) -> None:
    number = data.draw(st.integers(0, 4))
    good = ROSTERS["good"]
    body = dumped(changed(json.loads(keys.decode(good[number]["body"])), data.draw))
    signatures = tuple(root.sign(keys.ROSTER, body) for root in ROOTS)
    before = roster.verify_chain([document(each) for each in good[:number]])[-1] if number else None
    expected = ours(roster.verify, before, SignedDocument(body, signatures))
    assert theirs(verify.next_roster, chain(number)[-1], body, signatures) == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_heads(data: Any) -> None:
    body = dumped(changed(json.loads(keys.decode(HEADS["good"][data.draw(st.sampled_from([0, 2]))]["body"])), data.draw))
    signatures = (NEXT_KEY.sign(keys.HEADS, body),)
    expected = ours(heads.verify, SignedDocument(body, signatures), keyring(HEADS["keyring"]))
    assert theirs(verify.check_heads, body, signatures, rules(HEADS["keyring"])) == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_cards(data: Any) -> None:
    body = dumped(changed(json.loads(keys.decode(CARDS["good"][1]["body"])), data.draw))
    signatures = (KEY.sign(keys.CARD, body),)
    expected = ours(card.verify, SignedDocument(body, signatures))
    assert theirs(verify.check_card, body, signatures) == expected


@pytest.mark.parametrize("case", read("sealed.json")["cases"], ids=lambda case: case["name"])
def test_what_is_outside_of_sealed_events(case: dict[str, Any]) -> None:
    """What is wrong inside only shows to whoever can open them; outside they are events like all."""
    body = case["body"].encode()
    assert theirs(verify.read_event, body) == ours(envelope.parse, body)


@pytest.mark.parametrize("size", [envelope.MAX_BODY, envelope.MAX_BODY + 1])
def test_the_largest_body_and_one_byte_more(size: int) -> None:
    """Of every kind; such vectors would be too long to publish."""
    body = b" " * size
    signature, by_roots = KEY.sign(keys.EVENT, body), tuple(root.sign(keys.ROSTER, body) for root in ROOTS)
    log, witnesses, subject = LOG["keyring"], HEADS["keyring"], "intl.v1.log.fr.1.3"
    reasons = [
        ours(logs.verify, subject, Signed(body, signature), keyring(log)),
        theirs(verify.check_event, subject, body, signature, rules(log)),
        ours(roster.verify, None, SignedDocument(body, by_roots)),
        theirs(verify.next_roster, None, body, by_roots),
        ours(card.verify, SignedDocument(body, ())),
        theirs(verify.check_card, body, ()),
        ours(heads.verify, SignedDocument(body, ()), keyring(witnesses)),
        theirs(verify.check_heads, body, (), rules(witnesses)),
    ]
    fitting = ["malformed_json"] * 6 + ["bad_signature"] * 2
    assert reasons == (fitting if size == envelope.MAX_BODY else ["oversize"] * 8)


@pytest.mark.parametrize(("count", "reason"), [(1000, "good"), (1001, "malformed_heads")])
def test_as_many_heads_as_there_may_be(count: int, reason: str) -> None:
    held = {"heads": {f"s{number}": [1, 1, "ab" * 32] for number in range(count)}}
    body = dumped(json.loads(keys.decode(HEADS["good"][0]["body"])) | held)
    signature = NEXT_KEY.sign(keys.HEADS, body)
    assert ours(heads.verify, SignedDocument(body, (signature,)), keyring(HEADS["keyring"])) == reason
    assert theirs(verify.check_heads, body, [signature], rules(HEADS["keyring"])) == reason


@given(st.text(max_size=8) | st.characters().map(lambda each: f"a{each}b"))
def test_a_name_is_fit_and_like_another_for_the_checker_as_for_us(name: str) -> None:
    assert verify.fits(verify.NAME, name) == (name != "" and names.fit(name))
    assert verify.alike(name) == names.alike(name)
    assert names.alike(names.alike(name)) == names.alike(name)
