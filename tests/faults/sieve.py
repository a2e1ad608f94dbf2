"""What a hub says to one client, less what it withholds from it: NATS's protocol, message by message."""

import re
from collections.abc import Iterator

_NAMED = re.compile(rb"^(Nats-Subject|Intl-Subject): *(\S+)\r$", re.MULTILINE)
_WAY = {b"Nats-Subject": b"kept", b"Intl-Subject": b"answered"}


class Sieve:
    """Of one connection, from its beginning. ``withheld``: a pattern of what is left out, by the way that it would come and its
    subject: ``delivered …`` (by the consumer), ``kept …`` (asked for by name), ``answered …`` (by another section).
    """

    def __init__(self) -> None:
        self.withheld = ""
        self._rest = bytearray()

    def through(self, data: bytes) -> bytes:
        """The next bytes, as far as they are whole and not left out."""
        self._rest += data
        return b"".join(frame for frame in iter(self._frame, b"") if not self._out(frame))

    def _frame(self) -> bytes:
        """The next line, with what belongs to it; empty when it is not all here."""
        end = self._rest.find(b"\r\n") + 2
        if end < 2:
            return b""
        words = self._rest[:end].split()
        if words and words[0] in (b"MSG", b"HMSG"):
            end += int(words[-1]) + 2
        if len(self._rest) < end:
            return b""
        frame = bytes(self._rest[:end])
        del self._rest[:end]
        return frame

    def _out(self, frame: bytes) -> bool:
        return bool(self.withheld) and any(re.fullmatch(self.withheld, name) for name in _names(frame))


def _names(frame: bytes) -> Iterator[str]:
    line, _end, rest = frame.partition(b"\r\n")
    words = line.split()
    if words and words[0] in (b"MSG", b"HMSG"):
        yield f"delivered {words[1].decode()}"
    if words and words[0] == b"HMSG":
        for header, subject in _NAMED.findall(rest[: int(words[-2])]):
            yield f"{_WAY[header].decode()} {subject.decode()}"
