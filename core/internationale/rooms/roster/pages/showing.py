"""Fingerprints as pages show them: in digits, in words, and as a square code to scan."""

from dataclasses import dataclass

import segno
from markupsafe import Markup

from internationale.events import fingerprints
from internationale.events.fingerprints import Listed
from internationale.events.keys import PublicKey


@dataclass(frozen=True)
class Shown:
    """One fingerprint. ``code``: an SVG without styles of its own, as the content security policy wants it."""

    digits: str
    words: str
    code: Markup


def shown(key: PublicKey | Listed) -> Shown:
    """A fingerprint in all its forms."""
    drawing = segno.make(fingerprints.scanned(key), micro=False).svg_inline(
        omitsize=True, light="#fff", svgclass="qr", lineclass=None
    )
    return Shown(fingerprints.groups(key), fingerprints.words(key), Markup(drawing))  # noqa: S704  # digits and lines of our own
