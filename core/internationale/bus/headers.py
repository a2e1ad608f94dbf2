"""The header block of a message: what its publisher wrote, and what the server wrote over it.

Whoever may publish may store any bytes as a header block, and the library's reader fails at some of them. Nothing fails here. A
server that hands out what it keeps writes its own lines last (``Nats-Sequence`` among them), so the last of a name counts; its
word about a question is in the first line (``NATS/1.0 404 Not Found``) and nowhere else.
"""

STATUS, DESCRIPTION, SEQUENCE = "Status", "Description", "Nats-Sequence"
LEFT_OUT = "413"
"""The word in the place of a message that is too large, ours (``protocol``) or the server's."""
_VERSION = b"NATS/1.0"
_LINES = 64
"""How many lines are looked at, from the end."""


def parse(block: bytes) -> dict[str, str]:
    """Name -> value, with ``Status`` and ``Description`` for the server's word. Empty for what is no block of headers.

    What is kept in a stream (it has a place there) carries no word of the server, whatever its publisher wrote.
    """
    first, lines = block.partition(b"\r\n")[0], block.rsplit(b"\r\n", _LINES)[1:]
    found = dict(filter(None, map(_line, lines)))
    if SEQUENCE not in found and first.startswith(_VERSION):
        code, _, words = first.removeprefix(_VERSION).strip().partition(b" ")
        if code.isdigit():
            found |= {STATUS: code.decode(), DESCRIPTION: words.decode(errors="replace")}
    return found


def _line(line: bytes) -> tuple[str, str] | None:
    written, colon, value = line.partition(b":")
    name = written.decode(errors="replace")
    if not colon or not name.isprintable() or " " in name or name in ("", STATUS, DESCRIPTION):
        return None
    return name, value.strip().decode(errors="replace")
