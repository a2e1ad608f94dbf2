"""The signed word on what a section holds, and a section's card."""

from datetime import UTC, datetime
from typing import Any

import pytest

from internationale.errors import Untrusted
from internationale.events import card, heads, keys
from internationale.events.card import Card
from internationale.events.heads import Head, Heads
from internationale.events.keys import SigningKey
from internationale.events.logs import KeyRange, LogRules
from internationale.events.signed import SignedDocument

KEYS = {code: SigningKey(bytes([n]) * 32) for n, code in enumerate(["ar", "fr", "old"], 1)}
KEYRING = {
    "ar": LogRules("ar", 1, "0" * 64, (KeyRange(KEYS["ar"].public, 1),)),
    "fr": LogRules("fr", 1, "0" * 64, (KeyRange(KEYS["old"].public, 1, 9), KeyRange(KEYS["fr"].public, 10))),
}


def head(sequence: int, letter: str = "a", epoch: int = 1) -> Head:
    return Head(epoch=epoch, sequence=sequence, hash=letter * 64)


def said(**changed: Any) -> Heads:
    values: dict[str, Any] = {
        "section": "fr",
        "time": datetime(2026, 11, 22, tzinfo=UTC),
        "roster": 1,
        "heads": {"fr": head(12), "ar": head(3, "b")},
    }
    return Heads(**(values | changed))


def refusal(candidate: SignedDocument) -> str:
    with pytest.raises(Untrusted) as caught:
        heads.verify(candidate, KEYRING)
    return caught.value.reason


def test_heads_travel_as_rows_of_three() -> None:
    candidate = heads.seal(said(), KEYS["fr"])
    assert b'"fr":[1,12,"' + b"a" * 64 + b'"]' in candidate.body
    assert heads.verify(candidate, KEYRING) == said()


def test_only_the_section_itself_speaks_and_only_with_its_current_key() -> None:
    assert refusal(heads.seal(said(), KEYS["ar"])) == "section_mismatch"
    assert refusal(heads.seal(said(), KEYS["old"])) == "bad_signature"
    assert refusal(heads.seal(said(), SigningKey(b"x" * 32))) == "bad_signature"
    candidate = heads.seal(said(), KEYS["fr"])
    assert refusal(SignedDocument(candidate.body + b" ", candidate.signatures)) == "bad_signature"
    assert refusal(SignedDocument.seal(keys.CARD, said(), KEYS["fr"])) == "bad_signature"
    assert refusal(SignedDocument(b" " * 300_000, ())) == "oversize"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"[1,12]", "malformed_heads"),
        (b'[1,12,"x"]', "malformed_heads"),
        (b'[1,"12","' + b"a" * 64 + b'"]', "malformed_heads"),
        (b'[0,12,"' + b"a" * 64 + b'"]', "malformed_heads"),
        (b'[1,0,"' + b"a" * 64 + b'"]', "malformed_heads"),
        (b'[1,1e3,"' + b"a" * 64 + b'"]', "bad_number"),
        (b"null", "malformed_heads"),
        (b"{}", "malformed_heads"),
        (b'{"epoch":1,"sequence":12,"hash":"' + b"a" * 64 + b'"}', "malformed_heads"),
    ],
)
def test_signed_nonsense_is_refused(row: bytes, reason: str) -> None:
    body = said(heads={"fr": head(12)}).serialize().replace(b'[1,12,"' + b"a" * 64 + b'"]', row)
    assert refusal(SignedDocument(body, (KEYS["fr"].sign(keys.HEADS, body),))) == reason


def test_who_holds_what() -> None:
    assert [head(12).covers(1, n) for n in (11, 12, 13)] == [True, True, False]
    assert (head(1, epoch=2).covers(1, 500), head(500).covers(2, 1)) == (True, False)


def test_the_same_number_with_two_hashes_is_a_contradiction() -> None:
    mine = {"fr": head(12, "a"), "ar": head(3, "b"), "ic": head(5, "c")}
    theirs = {"fr": head(12, "d"), "ar": head(4, "e"), "ic": head(5, "c"), "de": head(1)}
    assert heads.contradictions(mine, theirs) == ("fr",)
    assert heads.behind(mine, theirs) == ("ar", "de")
    assert heads.behind(theirs, mine) == ()


def test_a_card_is_signed_by_its_own_key() -> None:
    mine = Card(code="fr", name="Section française", languages=("fr",), key=KEYS["fr"].public, address="https://fr.example")
    candidate = card.seal(mine, KEYS["fr"])
    assert card.verify(SignedDocument.from_plain(candidate.plain())) == mine
    with pytest.raises(Untrusted, match="bad_signature"):
        card.verify(card.seal(mine, KEYS["ar"]))
    with pytest.raises(Untrusted, match="malformed_card"):
        card.verify(SignedDocument(b"{}", ()))


def test_a_fingerprint_can_be_read_aloud() -> None:
    printed = card.fingerprint(KEYS["fr"].public)
    assert [len(group) for group in printed.split(" ")] == [4] * 8
    assert printed.replace(" ", "").startswith(KEYS["fr"].public.id)


@pytest.mark.parametrize(
    "plain", [None, [], {}, {"body": 1, "signatures": []}, {"body": "=", "signatures": []}, {"body": "", "signatures": [1]}]
)
def test_files_are_read_strictly(plain: object) -> None:
    with pytest.raises(Untrusted, match="malformed_document"):
        SignedDocument.from_plain(plain)
