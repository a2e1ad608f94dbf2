"""Which of an age file's stanzas is ours: in time that grows with their number, and no faster.

The library that opens age files reads their heads in time that grows with the square of the number of recipients (127: a sixth of
a second), and nothing else of the process runs meanwhile. So the head is read here, by the letter of the specification
(https://c2sp.org/age): what is not written so is not opened. Where one of our identities unwraps a stanza and the head proves
whole, the library gets the same file with this stanza alone.
"""

import base64
import hmac
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from nacl.bindings import crypto_aead_chacha20poly1305_ietf_decrypt, crypto_scalarmult, crypto_scalarmult_base
from nacl.exceptions import CryptoError

_VERSION, _STANZA, _END = b"age-encryption.org/v1", b"->", b"---"
_TAG, _PASSPHRASE, _WRAPPING, _HEADER = b"X25519", b"scrypt", b"age-encryption.org/v1/X25519", b"header"
_KEY, _WRAPPED, _COLUMNS = 32, 32, 64
_LINE, _HEAD = 1024, 256 * 1024
"""The most bytes of one line, and of a whole head: those of ours have some 60, and 15,000."""
_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_CHECK = 6
"""Letters at the end of a key's text that only check the others."""


class Stanza(NamedTuple):
    """One stanza: its words, its body, and all of it as it stands in the file."""

    words: tuple[bytes, ...]
    body: bytes
    whole: bytes


class Irregular(Exception):
    """This is no age file, or one of which the head is wrong."""


def alone(file: bytes, identities: Sequence[str]) -> bytes:
    """The same file with the stanza that one of these identities (``AGE-SECRET-KEY-1…``) opens, and no other.

    Raises ``Irregular``, also when there is no such stanza.
    """
    stanzas, head, mac, payload = _read(file)
    stanza, key = _unwrapped(stanzas, identities)
    whole = _extracted(b"", key, _HEADER)
    if not hmac.compare_digest(hmac.digest(whole, head, "sha256"), mac):
        raise Irregular
    head = b"\n".join([_VERSION, stanza.whole + _END])
    return head + b" " + _encoded(hmac.digest(whole, head, "sha256")) + b"\n" + payload


def _read(file: bytes) -> tuple[list[Stanza], bytes, bytes, bytes]:
    """The stanzas, what the last line of the head proves and with what, and what follows the head."""
    version, *lines, last = _head(file)
    start = sum(len(line) + 1 for line in (version, *lines))
    sign, *proof = last.split(b" ")
    if version != _VERSION or sign != _END or len(proof) != 1 or not lines:
        raise Irregular
    return list(_stanzas(lines)), file[: start + len(_END)], _decoded(proof[0], _KEY), file[start + len(last) + 1 :]


def _stanzas(lines: Sequence[bytes]) -> Iterator[Stanza]:
    place = 0
    while place < len(lines):
        sign, *words = lines[place].split(b" ")
        if sign != _STANZA or not words or not all(map(_is_word, words)) or words[0] == _PASSPHRASE:
            raise Irregular  # a passphrase stands alone in a file that is not of our kind
        begin, place = place, place + 1
        while place < len(lines) and not lines[place].startswith(b"-"):
            place += 1
            if len(lines[place - 1]) < _COLUMNS:
                break  # otherwise another line, as a rule; files of an older make leave out an empty one
        body = lines[begin + 1 : place]
        if any(len(line) > _COLUMNS for line in body):
            raise Irregular
        yield Stanza(tuple(words), _decoded(b"".join(body)), b"".join(line + b"\n" for line in lines[begin:place]))


def _head(file: bytes) -> list[bytes]:
    """The lines of the head, with the last one. Raises ``Irregular`` when there is no end."""
    found, start = list[bytes](), 0
    while start < _HEAD and (end := file.find(b"\n", start, start + _LINE)) >= 0:
        found.append(file[start:end])
        if found[-1].startswith(_END):
            break
        start = end + 1
    if len(found) < 2 or not found[-1].startswith(_END):
        raise Irregular
    return found


def _unwrapped(stanzas: Sequence[Stanza], identities: Sequence[str]) -> tuple[Stanza, bytes]:
    """The first that one of these opens, and the file's key in it."""
    for secret, public in map(_pair, identities):
        for stanza in stanzas:
            tag, *words = stanza.words
            if tag != _TAG:
                continue
            if len(words) != 1 or len(stanza.body) != _WRAPPED:
                raise Irregular
            share = _decoded(words[0], _KEY)
            try:
                common = crypto_scalarmult(secret, share)
            except (CryptoError, RuntimeError) as error:  # nothing is common with a point of small order
                raise Irregular from error
            wrapping = _extracted(share + public, common, _WRAPPING)
            try:
                return stanza, crypto_aead_chacha20poly1305_ietf_decrypt(stanza.body, None, bytes(12), wrapping)
            except CryptoError:
                continue
    raise Irregular


def _extracted(salt: bytes, secret: bytes, purpose: bytes) -> bytes:
    """HKDF-SHA-256 of 32 bytes (RFC 5869)."""
    return hmac.digest(hmac.digest(salt or bytes(_KEY), secret, "sha256"), purpose + b"\x01", "sha256")


@lru_cache(maxsize=64)
def _pair(identity: str) -> tuple[bytes, bytes]:
    """The bytes of an identity's secret and public halves. Its text was checked when it was read."""
    letters = identity.lower().rpartition("1")[2][:-_CHECK]
    number = 0
    for letter in letters:
        number = number << 5 | _LETTERS.index(letter)
    secret = (number >> (5 * len(letters) - 8 * _KEY)).to_bytes(_KEY, "big")
    return secret, crypto_scalarmult_base(secret)


def _is_word(word: bytes) -> bool:
    return bool(word) and all(0x21 <= each <= 0x7E for each in word)


def _decoded(text: bytes, size: int | None = None) -> bytes:
    """Base64 without padding, in its one spelling."""
    try:
        content = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise Irregular from error
    if _encoded(content) != text or size not in (None, len(content)):
        raise Irregular
    return content


def _encoded(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")
