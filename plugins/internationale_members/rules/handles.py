"""Handles: the names of their own choice under which people speak, here and to other sections."""

import hmac
import unicodedata
from collections.abc import Collection

import regex

from internationale.kit import Invalid, Message, marker

_ = marker("members")

SHORTEST, LONGEST = 2, 32
RESERVED = frozenset(
    [
        "admin",
        "administrator",
        "committee",
        "host",
        "international committee",
        "internationale",
        "moderator",
        "root",
        "secretary",
        "section",
        "system",
    ]
)

_SHAPE = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*")
# One script a name, as UTS 39 ("highly restrictive") has it, with the mixtures that Japanese, Chinese and Korean need.
_MIXTURES = tuple(map(regex.compile, (r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Common}]*", r"[\p{Han}\p{Hangul}\p{Common}]*")))
_SCRIPTS = """
    Latin Greek Cyrillic Arabic Hebrew Armenian Georgian Ethiopic Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu
    Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Khmer Mongolian Hangul Han Thaana Syriac Tifinagh Nko Bopomofo
"""
_ALONE = tuple(regex.compile(rf"[\p{{{script}}}\p{{Common}}\p{{Inherited}}]*") for script in _SCRIPTS.split())

_ACCENTS = regex.compile(r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}\p{Arabic}\p{Hebrew}])\p{Mn}+")
# Letters that look like a Latin one in the usual typefaces, and Arabic ones that keyboards exchange: each pair is one.
_PAIRS = """
    аa еe оo рp сc уy хx іl јj ѕs ԛq ԝw һh ԁd кk мm тt вb нh гr пn аa αa οo ρp νv ιl κk τt μm ηn εe χx υy
    0o 1l il ıl یي ىي کك ةه
"""
_LOOKALIKES = {ord(pair[0]): pair[1] for pair in _PAIRS.split()} | {ord("ـ"): None}  # the stretching stroke is no letter


def key(handle: str) -> str:
    """What two handles that can be taken for one another have in common; also how a person is found at sign-in.

    NFKC and case-folding (so that typing differences do not matter), without accents, separators and look-alikes.
    """
    text = unicodedata.normalize("NFKC", handle.strip()).casefold()
    text = regex.sub(r"[\s._-]+", "", unicodedata.normalize("NFKD", text))
    text = regex.sub(r"\p{Nd}", lambda digit: str(unicodedata.decimal(digit[0], digit[0])), text).translate(_LOOKALIKES)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", text))


def former(key: str, secret: bytes) -> str:
    """What is kept of a handle (its ``key``) that was given up: enough to know it again, with the section's secret."""
    return hmac.digest(secret, key.encode("utf-8", "surrogateescape"), "sha256").hex()


def check(handle: str, forbidden: Collection[str]) -> str:
    """The handle as it will be shown. ``forbidden`` are names that would speak for somebody else (the sections', for one).

    Raises ``Invalid`` at ``handle``.
    """
    handle = unicodedata.normalize("NFC", handle.strip())
    if not SHORTEST <= len(handle) <= LONGEST:
        raise _wrong(_("A handle has %(shortest)s to %(longest)s characters.") % {"shortest": SHORTEST, "longest": LONGEST})
    if _SHAPE.fullmatch(handle) is None:
        raise _wrong(_("A handle is made of letters and digits, with dots, hyphens and underscores inside."))
    if not any(pattern.fullmatch(handle) for pattern in _ALONE + _MIXTURES):
        raise _wrong(_("Please use the letters of one script only, so that nobody can be mistaken for somebody else."))
    if key(handle) in {key(name) for name in RESERVED.union(forbidden)}:
        raise _wrong(_("This handle could be taken for an office or for the section. Please choose another."))
    if not key(handle):
        raise _wrong(_("A handle needs at least one letter or digit."))
    return handle


def _wrong(message: Message) -> Invalid:
    return Invalid(message, place="handle")
