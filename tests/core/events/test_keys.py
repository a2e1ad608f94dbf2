"""Keys: one spelling for everything, and a signature that is worth something for one thing, of one kind, by one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Untrusted
from internationale.events import keys
from internationale.events.keys import PublicKey, SigningKey

KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
KINDS = [keys.EVENT, keys.ROSTER, keys.HEADS, keys.CARD]


@given(st.binary(max_size=100))
def test_base64url_is_its_own_inverse(raw: bytes):
    assert keys.decode(keys.encode(raw)) == raw


@given(st.text(max_size=40))
def test_a_value_has_one_spelling(text: str):
    try:
        raw = keys.decode(text)
    except ValueError:
        return
    assert keys.encode(raw) == text


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "Q Q", "QQ\n", "+/+/", "é"])
def test_other_spellings_are_refused(text: str):
    with pytest.raises(ValueError, match="base64url"):
        keys.decode(text)


@given(st.binary(max_size=200), st.sampled_from(KINDS), st.sampled_from(KINDS))
def test_a_signature_is_for_one_kind_of_thing(body: bytes, signed: bytes, asked: bytes):
    signature = KEY.sign(signed, body)
    if signed == asked:
        KEY.public.verify(asked, body, signature)
    else:
        with pytest.raises(Untrusted, match="bad_signature"):
            KEY.public.verify(asked, body, signature)


@given(st.data())
def test_one_changed_letter_of_a_signature_spoils_it(data: st.DataObject):
    signature = KEY.sign(keys.EVENT, b"body")
    place = data.draw(st.integers(0, len(signature) - 1))
    letter = data.draw(st.characters().filter(lambda letter: letter != signature[place]))
    with pytest.raises(Untrusted):
        KEY.public.verify(keys.EVENT, b"body", signature[:place] + letter + signature[place + 1 :])


@given(st.text(max_size=150))
def test_no_text_passes_for_a_signature(signature: str):
    with pytest.raises(Untrusted):
        KEY.public.verify(keys.EVENT, b"body", signature)


def test_the_encoding_cannot_be_split_in_two_ways():
    assert keys.pae(b"a", b"b c") == b"DSSEv1 1 a 3 b c"
    assert keys.pae(b"a 3 b", b"c") != keys.pae(b"a", b"b c")


def test_another_key_is_not_this_one():
    with pytest.raises(Untrusted, match="unknown_key"):
        KEY.public.verify(keys.EVENT, b"body", OTHER.sign(keys.EVENT, b"body"))


@given(st.binary(min_size=32, max_size=32))
def test_keys_are_read_as_they_are_written(seed: bytes):
    key = SigningKey(seed)
    assert SigningKey.parse(key.secret_text() + "\n") == key
    assert PublicKey.parse(str(key.public)) == key.public
    assert keys.encode(seed) not in repr(key)


@pytest.mark.parametrize("text", ["", "short", "QQ", keys.encode(b"x" * 33)])
def test_what_is_no_key_is_refused(text: str):
    for kind in (SigningKey, PublicKey):
        with pytest.raises(ValueError, match=r"."):
            kind.parse(text)


def test_every_generated_key_is_new():
    assert SigningKey.generate() != SigningKey.generate()
