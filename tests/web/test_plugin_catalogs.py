"""The pages of a plugin speak from the plugin's own catalog."""

from collections.abc import Callable
from html import escape

import httpx

from internationale import i18n
from internationale.testing.federations import Federation


def test_a_plugin_s_page_is_translated(federation: Federation, browser: Callable[..., httpx.Client]) -> None:
    page = browser(federation.alone("fr")).get("/statements?lang=fr").text
    english = "No statement has been issued yet."
    french = i18n.gettext(english, language="fr", domain="statements")
    assert french != english
    assert escape(french, quote=False) in page
    assert english not in page
