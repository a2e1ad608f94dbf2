"""JSON with one meaning: the same by whichever way it is read, quickly as we write it or slowly as others may."""

import json
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Untrusted
from internationale.events import strict

HIDING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LETTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r", exclude_characters=HIDING)
SCALARS = st.none() | st.booleans() | st.integers(-strict.MAX_INTEGER, strict.MAX_INTEGER) | st.text(LETTERS)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text('abcé\n"\\/'), inner))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@given(VALUES)
def test_every_spelling_is_read_alike(value: Any) -> None:
    spellings = [msgspec.json.encode(value), json.dumps(value).encode(), json.dumps(value, indent=1, ensure_ascii=False).encode()]
    assert [strict.read(each) for each in spellings] == [value] * 3


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'[{"a":{"b":1,"b":2}}]', "duplicate_key"),
        (b'{"a":1.0}', "bad_number"),
        (b"[1e3]", "bad_number"),
        (b"[NaN]", "bad_number"),
        (b"[9007199254740992]", "bad_number"),
        (b"[-9007199254740992]", "bad_number"),
        (b"[123456789012345678901234567890]", "bad_number"),
        (rb'["\u0000"]', "bad_text"),
        (rb'{"\ud800":1}', "bad_text"),
        (b'["\xed\xa0\x80"]', "malformed_json"),
        (b'["\xff"]', "malformed_json"),
        (b"[1] ]", "malformed_json"),
        (b"", "malformed_json"),
        (nested(33), "too_deep"),
        (nested(100_000), "malformed_json"),
    ],
)
def test_what_has_no_meaning_or_two_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Untrusted) as caught:
        strict.read(body)
    assert caught.value.reason == reason


@given(st.characters() | st.sampled_from(HIDING))
def test_what_hides_or_moves_what_stands_beside_it_is_refused_however_it_is_written(letter: str) -> None:
    allowed = letter in "\t\n\r" or (unicodedata.category(letter) not in ("Cc", "Cs") and letter not in HIDING)
    spellings = [json.dumps([f"x{letter}"])]
    if unicodedata.category(letter) != "Cs":
        spellings += [json.dumps({f"x{letter}": 1}, ensure_ascii=False), msgspec.json.encode([f"x{letter}"]).decode()]
    for each in spellings:
        if allowed:
            assert strict.read(each.encode()) == json.loads(each)
            continue
        with pytest.raises(Untrusted) as caught:
            strict.read(each.encode())
        assert caught.value.reason == "bad_text"


def test_what_we_never_write_so_deep_is_read_all_the_same() -> None:
    assert strict.read(nested(32)) == json.loads(nested(32))
