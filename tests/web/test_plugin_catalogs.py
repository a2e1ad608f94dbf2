"""The pages of a plugin speak from the plugin's own catalog."""

from html import escape
from pathlib import Path

from litestar.testing import TestClient

from internationale import i18n
from internationale.plugins import Plugins
from internationale.testing.founding import begin, database, open_section
from internationale.web.app import create_app


def test_a_plugin_s_page_is_translated(tmp_path: Path) -> None:
    with database(tmp_path) as url:
        section = open_section(begin(tmp_path, "fr", url), Plugins.installed())
        with TestClient(create_app(section), base_url=section.base_url) as visitor:
            page = visitor.get("/statements?lang=fr").text
        section.close()
    english = "No statement has been issued yet."
    french = i18n.gettext(english, language="fr", domain="statements")
    assert french != english
    assert escape(french, quote=False) in page
    assert english not in page
