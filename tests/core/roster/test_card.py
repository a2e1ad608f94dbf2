"""The section's public card, as everybody gets it."""

from collections.abc import Callable
from typing import Any

from internationale.events import card
from internationale.events.signed import SignedDocument
from internationale.section import Section


def test_the_card_is_public_and_signed(federation: Callable[..., list[Section]], browser: Callable[..., Any]) -> None:
    (fr,) = federation("fr")
    shown = card.verify(SignedDocument.from_plain(browser(fr).get("/.well-known/internationale.json").json()))
    assert (shown.code, shown.name, shown.languages, shown.key) == ("fr", "Section française", ("fr",), fr.key.public)
