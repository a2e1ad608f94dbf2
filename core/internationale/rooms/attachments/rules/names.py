"""The names and types of files as people's machines give them, made fit to be handed on."""

import re
import unicodedata
from urllib.parse import quote

from internationale.rooms.attachments.events import NAME, UNFIT, fit

UNKNOWN = "application/octet-stream"
_MEDIA = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_ON = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_TAIL = 12
"""The most characters of an ending such as ``.pdf`` that is kept when a long name is shortened."""


def safe(name: str, unnamed: str = "file") -> str:
    """The last piece of a path, without what could deceive; ``unnamed`` when nothing is left."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = UNFIT.sub("", last)
    kept = "".join(character for character in visible if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
    kept = _shortened(" ".join(kept.split())).strip(" .")
    try:
        return fit(kept)
    except ValueError:
        return unnamed


def media(given: str) -> str:
    """What the sender calls the type, in its plainest form. Nobody believes it."""
    plain = given.partition(";")[0].strip().lower()
    return plain if _MEDIA.fullmatch(plain) else UNKNOWN


def headers(name: str, digest: str) -> dict[str, str]:
    """With these a file is saved and not shown; should a browser show it after all, it can do nothing there.

    Source: RFC 6266, RFC 8187.
    """
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Accept-Ranges": "bytes",
        "ETag": f'"{digest}"',
    }


def part(wanted: str, unless: str, digest: str, size: int) -> range | None:
    """Which bytes are asked for by the headers ``Range`` and ``If-Range``; None: the whole. Empty: there are none such.

    One range is understood; several, and other units, get the whole, as does a range of all. Source: RFC 9110, section 14.
    """
    match = _ON.fullmatch(wanted.strip())
    if match is None or match[1] == match[2] == "" or unless not in ("", f'"{digest}"'):
        return None
    if not match[1]:
        found = range(max(size - int(match[2]), 0), size)
    elif match[2] and int(match[2]) < int(match[1]):
        return None  # no range at all
    else:
        found = range(int(match[1]), min(int(match[2]) + 1, size) if match[2] else size)
    return None if len(found) == size else found


def _shortened(name: str) -> str:
    if len(name) <= NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _TAIL:
        return name[:NAME]
    return stem[: NAME - len(ending) - 1] + dot + ending
