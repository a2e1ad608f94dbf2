"""What sections and offices may be called, and which names are the same: people tell them apart by reading.

Sentences put a name between quotation marks (``Section “%(name)s” is expelled.``), and whoever signs a list of sections reads
these sentences. So no name has quotation marks of any language, with which it could end its own and go on as the sentence; none
has characters that nobody sees, with which two names could look the same. What Persian and Arabic are written with stays: the
joiners (U+200C, U+200D) and the direction marks (U+200E, U+200F).
"""

import re
import unicodedata

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    r"\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point but for the four above, and the annotation marks (U+FFF9 to U+FFFB). The list is fixed:
every instance must come to the same verdict, whatever Unicode it knows.
"""
_QUOTES = r"\x22\xab\xbb\u201c-\u201f\u275d\u275e\u300c-\u300f\u301d-\u301f\uff02\uff62\uff63"
"""Those that come in pairs around words, except the single ones: ``’`` is the apostrophe, and no sentence here is quoted so."""
PATTERN = rf"^[^{_CONTROLS}{_INVISIBLE}{_QUOTES}]+$"
LONGEST = 200

_KEPT = re.compile(r"[\u200c-\u200f]")
_UNICODE = unicodedata.ucd_3_2_0
"""One Unicode for everybody, so that all come to the same verdict. Source: RFC 3454, section 7, for the same reason."""


def fit(name: str) -> bool:
    """Whether somebody may be called so."""
    return len(name) <= LONGEST and re.fullmatch(PATTERN.strip("^$"), name) is not None


def alike(name: str) -> str:
    """The same text for all names that count as one: small and capital letters, forms of a letter (NFKC), spaces, joiners and
    direction marks make no difference.
    """
    plain = _UNICODE.normalize("NFKC", _KEPT.sub("", name))
    folded = "".join(each if _UNICODE.category(each) == "Cn" else each.casefold() for each in plain)
    return " ".join(_UNICODE.normalize("NFKC", folded).split())
