"""Finding our stanza by ourselves: what opens is what the library opens, whatever the head looks like; and it costs little."""

import base64
import hmac
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyrage import DecryptError, x25519
from pyrage import decrypt as age_decrypt

from internationale.errors import Untrusted
from internationale.events import sealing, stanzas
from internationale.events.sealing import Identity

MINE, OLDER, OTHER = (Identity.generate() for _each in range(3))
TEXT = b"what is inside" * 300
FILE = sealing.encrypt(TEXT, [MINE.recipient])
FOR_ANOTHER = sealing.encrypt(TEXT, [OTHER.recipient])


def by_the_library(file: bytes, *identities: Identity) -> bytes | None:
    try:
        opened: bytes = age_decrypt(file, [x25519.Identity.from_str(each.secret) for each in identities])
    except DecryptError:
        return None
    return opened


def by_us(file: bytes, *identities: Identity) -> bytes | None:
    try:
        return sealing.decrypt(file, identities)
    except Untrusted:
        return None


def b64(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")


def proved(*written: bytes) -> bytes:
    """The file with these stanzas, and a head that proves whole with its true key."""
    found, _head, _mac, payload = stanzas._read(FILE)
    _stanza, key = stanzas._unwrapped(found, [MINE.secret])
    head = b"age-encryption.org/v1\n" + b"".join(written) + b"---"
    whole = stanzas._extracted(b"", key, b"header")
    return head + b" " + b64(hmac.digest(whole, head, "sha256")) + b"\n" + payload


TRUE = next(each.whole for each in stanzas._read(FILE)[0] if each.words[0] == b"X25519")
ANOTHERS = next(each.whole for each in stanzas._read(FOR_ANOTHER)[0] if each.words[0] == b"X25519")
SHARE, BODY = TRUE.split(b"\n")[0].split(b" ")[2], TRUE.split(b"\n")[1]
ODD = {
    "grease": b"-> x-grease a b\n\n",
    "a long body": b"-> x-grease a\n" + b64(bytes(48)) + b"\n\n",
    "two long lines": b"-> x-grease a\n" + b64(bytes(96))[:64] + b"\n" + b64(bytes(96))[64:] + b"\n\n",
    "no share": b"-> X25519\n" + BODY + b"\n",
    "two shares": b"-> X25519 " + SHARE + b" " + SHARE + b"\n" + BODY + b"\n",
    "a short share": b"-> X25519 " + b64(bytes(31)) + b"\n" + BODY + b"\n",
    "a short body": b"-> X25519 " + SHARE + b"\n" + b64(bytes(31)) + b"\n",
    "an empty body": b"-> X25519 " + SHARE + b"\n\n",
    "small order": b"-> X25519 " + b64(bytes(32)) + b"\n" + BODY + b"\n",
    "another spelling": b"-> X25519 " + SHARE[:-1] + bytes([SHARE[-1] + 1]) + b"\n" + BODY + b"\n",
    "another's body": b"-> X25519 " + SHARE + b"\n" + ANOTHERS.split(b"\n")[1] + b"\n",
    "small letters": b"-> x25519 " + SHARE + b"\n" + BODY + b"\n",
    "padding": b"-> x-grease a\n" + base64.b64encode(bytes(31)) + b"\n",
    "no body": b"-> x-grease a\n",
    "a full line and no other": b"-> x-grease a\n" + b64(bytes(48)) + b"\n",
    "a line too long": b"-> x-grease a\n" + b64(bytes(51)) + b"\n",
    "two short lines": b"-> x-grease a\nAAAA\nAAAA\n",
    "no words": b"->\n\n",
    "two spaces": b"->  x-grease\n\n",
    "a space at the end": b"-> x-grease \n\n",
    "no text": b"-> x-gr\xc3\xa9ase\n\n",
    "a carriage return": b"-> x-grease a\r\n\r\n",
    "a passphrase": b"-> scrypt " + b64(bytes(16)) + b" 1\n" + b64(bytes(32)) + b"\n",
    "a line between": b"\n",
}


@pytest.mark.parametrize("odd", ODD)
def test_a_head_with_something_odd_in_it_opens_as_with_the_library(odd: str) -> None:
    for written in ([ODD[odd], TRUE], [TRUE, ODD[odd]], [ODD[odd]], [ANOTHERS, ODD[odd], TRUE]):
        file = proved(*written)
        assert by_us(file, MINE) == by_the_library(file, MINE), written
        assert by_us(file, OLDER, MINE) == by_the_library(file, OLDER, MINE), written


@settings(max_examples=60, deadline=None)
@given(st.permutations([MINE, OLDER, OTHER]), st.integers(0, 3), st.integers(1, 3))
def test_what_opens_is_what_the_library_opens(people: list[Identity], for_: int, ours: int) -> None:
    file = sealing.encrypt(TEXT, [each.recipient for each in [*people[:for_], Identity.generate()]])
    assert by_us(file, *people[-ours:]) == by_the_library(file, *people[-ours:])


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.integers(1, 255), st.sampled_from(["changed", "left out", "doubled", "ends"]))
def test_no_byte_of_a_file_can_be_changed(place: int, by: int, how: str) -> None:
    byte = bytes([FILE[place] ^ by])
    kept = {"changed": byte + FILE[place + 1 :], "left out": FILE[place + 1 :], "doubled": FILE[place:], "ends": b""}[how]
    file = FILE[: place + (how == "doubled")] + kept
    assert by_us(file, MINE) == by_the_library(file, MINE)


def test_a_stanza_copied_into_another_file_opens_nothing() -> None:
    head, payload = FILE.split(b"\n---", 1)[0], FOR_ANOTHER[FOR_ANOTHER.index(b"\n---") :]
    assert by_us(head + payload, MINE) is None


def test_trying_costs_little_however_many_it_is_for() -> None:
    """With the library alone 127 cost a sixth of a second each, and nothing else of the process ran meanwhile."""
    many = [Identity.generate() for _each in range(126)]
    for mine in ([OTHER], []):
        file = sealing.encrypt(TEXT, [each.recipient for each in [*many, *mine]])
        best = min(_cost(file) for _time in range(5))
        assert best < 0.05
    endless = b"age-encryption.org/v1\n-> x-grease\n" + (b"A" * 64 + b"\n") * 100_000
    assert _cost(endless) < 0.1


def _cost(file: bytes) -> float:
    began = process_time()
    by_us(file, OTHER)
    return process_time() - began
