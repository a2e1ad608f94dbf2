"""What a file may tell beyond what it shows: where and when a photograph was taken, who wrote a text."""

from enum import StrEnum

LOOKED_AT = 256 * 1024
"""Bytes at the beginning of a file in which traces are looked for."""
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"II*\x00", b"MM\x00*", b"\x00\x00\x00\x18ftyphei", b"\x00\x00\x00\x1cftyphei")
_EXIF = (b"Exif\x00\x00", b"eXIf", b"EXIF", b"II*\x00", b"MM\x00*")
_TEXTS = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Hidden(StrEnum):
    """What people should know before a file leaves the house."""

    NOTHING = ""
    PHOTOGRAPH = "photograph"
    """It carries a camera's data: often the place, the time, the device."""
    PICTURE = "picture"
    """A picture in which no such data was found."""
    TEXT = "text"
    """A PDF or an office document: often the names of those who wrote it."""


def hidden(beginning: bytes) -> Hidden:
    """By the first bytes of a file (its name and declared type are not believed)."""
    if beginning.startswith(_PICTURES):
        return Hidden.PHOTOGRAPH if any(mark in beginning for mark in _EXIF) else Hidden.PICTURE
    return Hidden.TEXT if beginning.startswith(_TEXTS) else Hidden.NOTHING
