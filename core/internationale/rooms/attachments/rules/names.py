"""The names and types of files as people's machines give them, made fit to be handed on."""

import re
import unicodedata
from urllib.parse import quote

from internationale.rooms.attachments.events import NAME, UNFIT, fit

UNKNOWN = "application/octet-stream"
_MEDIA = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_ON = re.compile(r"bytes=([0-9]{1,15})-")
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


def beginning(wanted: str, unless: str, digest: str, size: int) -> int:
    """Where to go on with a download that broke off, by the headers ``Range`` and ``If-Range``; 0: from the beginning.

    Only what browsers send to go on is understood (one range without an end); anything else gets the whole. Source: RFC 9110.
    """
    match = _ON.fullmatch(wanted.strip())
    if match is None or unless not in ("", f'"{digest}"') or int(match[1]) >= size:
        return 0
    return int(match[1])


def _shortened(name: str) -> str:
    if len(name) <= NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _TAIL:
        return name[:NAME]
    return stem[: NAME - len(ending) - 1] + dot + ending
