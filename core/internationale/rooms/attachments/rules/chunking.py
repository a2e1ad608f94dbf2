"""Cutting a file into chunks as they travel, and putting it together again.

Open files travel as they are. The others are encrypted with a key of their own, which stands in the sealed event: XSalsa20 and
Poly1305 (NaCl's secretbox); the nonce is the chunk's number, since each key is used for one file only, so that chunks cannot
change places. The last chunk is padded, so that only a size class is to be seen: as Padmé has it (Nikitin and
others, “Reducing Metadata Leakage from Encrypted Files and Communication with PURBs”, PETS 2019), up to what fills that chunk. By
multiples of 4 KiB alone, somebody who has a copy of a file would find it again among all that travel.
"""

import hashlib
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

CHUNK = 512 * 1024
"""Bytes of the file in each chunk but the last."""
PADDING = 4096
"""An encrypted chunk is padded to a multiple of this at least."""
MOST = 3_500
"""The most chunks of one file: their hashes must fit into one part."""


class Damaged(Exception):
    """A chunk is not what was attached."""


@dataclass(frozen=True)
class Content:
    """A file as it travels. ``key`` is empty for an open one."""

    size: int
    digest: str
    blob: str
    chunk: int
    chunks: tuple[str, ...]
    key: bytes = b""

    def length(self, number: int) -> int:
        """How many bytes of the file chunk ``number`` (from 0) holds."""
        return min(self.chunk, self.size - number * self.chunk)

    def fits(self, number: int, travelled: bytes) -> bool:
        """Whether this is the chunk: as long as announced (so that it takes the room it was given), and with its hash."""
        return len(travelled) in self._lengths(number) and hash_of(travelled) == self.chunks[number]

    def _lengths(self, number: int) -> set[int]:
        """Two of an encrypted last chunk: earlier versions padded it to ``PADDING`` only."""
        plain = self.length(number)
        if not self.key:
            return {plain}
        steps = {PADDING, step(self.size)} if number == len(self.chunks) - 1 else {PADDING}
        return {plain + -plain % each + SecretBox.MACBYTES for each in steps}

    def plain(self, number: int, travelled: bytes) -> bytes:
        """The bytes of the file in chunk ``number`` (from 0). Raises ``Damaged``."""
        if not self.fits(number, travelled):
            raise Damaged(self.chunks[number])
        return opened(travelled, number, self.key)[: self.length(number)]


def hash_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def count(size: int, chunk: int) -> int:
    """How many chunks a file of ``size`` bytes has; none when it is empty."""
    return -(-size // chunk)


def step(size: int) -> int:
    """To a multiple of how many bytes the last chunk of an encrypted file of ``size`` bytes is padded."""
    exponent = max(size, 2).bit_length() - 1
    return max(PADDING, min(1 << (exponent - exponent.bit_length()), CHUNK))


def travelling(plain: bytes, number: int, key: bytes, padding: int = PADDING) -> bytes:
    """A chunk as it travels; ``key`` empty: as it is. ``padding``: to a multiple of so many bytes."""
    if not key:
        return plain
    padded = plain + bytes(-len(plain) % padding)
    return bytes(SecretBox(key).encrypt(padded, _nonce(number)).ciphertext)


def opened(travelled: bytes, number: int, key: bytes) -> bytes:
    """The other way round, with its padding. Raises ``Damaged``."""
    if not key:
        return travelled
    try:
        return bytes(SecretBox(key).decrypt(travelled, _nonce(number)))
    except CryptoError as error:
        raise Damaged(str(number)) from error


def _nonce(number: int) -> bytes:
    return number.to_bytes(SecretBox.NONCE_SIZE, "big")


class Cutter:
    """Cuts a file that comes piece by piece: ``add`` and ``end`` hand out the chunks that are complete; memory stays flat."""

    def __init__(self, key: bytes = b"", chunk: int = CHUNK) -> None:
        self._key = key
        self._chunk = chunk
        self._rest = bytearray()
        self._chunks: list[str] = []
        self._digest, self._blob = hashlib.sha256(), hashlib.sha256()
        self.size = 0

    def add(self, piece: bytes) -> list[bytes]:
        """Chunks that this piece has filled."""
        self.size += len(piece)
        self._rest += piece
        found = []
        while len(self._rest) >= self._chunk:
            found.append(self._cut(bytes(self._rest[: self._chunk])))
            del self._rest[: self._chunk]
        return found

    def end(self) -> list[bytes]:
        """The last chunk, unless the file ended with one (or is empty)."""
        return [self._cut(bytes(self._rest), step(self.size))] if self._rest else []

    def content(self) -> Content:
        """What was cut, after the end."""
        digest, blob = self._digest.hexdigest(), self._blob.hexdigest()
        return Content(self.size, digest, blob, self._chunk, tuple(self._chunks), self._key)

    def _cut(self, plain: bytes, padding: int = PADDING) -> bytes:
        self._digest.update(plain)
        body = travelling(plain, len(self._chunks), self._key, padding)
        self._blob.update(body)
        self._chunks.append(hash_of(body))
        return body
