"""The frame of every page: language and direction, menu, panels, and that it needs no script and nobody else's host."""

import re
from typing import Any

import pytest

from internationale.kit.http import cookie_name, local_path

from .conftest import SECRET


def spoken(page: Any) -> tuple[str, str]:
    return re.findall(r'<html lang="([^"]+)" dir="([^"]+)">', page.text)[0]


def test_the_language_of_a_page(visitor: Any, fr: Any) -> None:
    def ask(accepted: str = "", path: str = "/") -> str:
        return spoken(visitor.get(path, headers={"accept-language": accepted}))[0]

    assert ask() == "fr", "the section's main language"
    assert ask("de, ar;q=0.5") == "ar"
    assert ask("de") == "fr"
    assert ask("en", "/?lang=zz") == "en"
    assert ask("en", "/?lang=ar") == "ar"
    assert ask("en") == "ar", "the browser remembers what was chosen"
    visitor.cookies.set(cookie_name(fr), SECRET)
    assert ask("en") == "fr", "the account's language, chosen there, is not overruled by what a passer-by chose"
    assert ask("en", "/?lang=en") == "en"
    assert ask("ar") == "en"


def test_arabic_reads_from_the_right(visitor: Any) -> None:
    assert spoken(visitor.get("/?lang=ar")) == ("ar", "rtl")
    assert spoken(visitor.get("/?lang=fr")) == ("fr", "ltr")


def test_the_choice_of_language_keeps_the_page(visitor: Any) -> None:
    page = visitor.get("/about?a=1&lang=fr&b=%22")
    assert 'href="/about?a=1&amp;b=%22&amp;lang=ar" lang="ar" dir="rtl" hreflang="ar"' in page.text


def test_errors_speak_the_language_too(visitor: Any) -> None:
    assert spoken(visitor.get("/nowhere?lang=ar")) == ("ar", "rtl")


@pytest.mark.parametrize("path", ["/", "/about", "/nowhere"])
def test_pages_ask_nothing_of_other_hosts_and_carry_no_inline_script_or_style(visitor: Any, path: str) -> None:
    page = visitor.get(path).text
    assert re.findall(r"""(?:src|href|action)=["'](?!/|#|\?)""", page) == []
    assert re.findall(r"\son[a-z]+=|style=|<style|javascript:", page) == []
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    assert page.count("<h1") == 1 or path == "/"


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "/nowhere"])
def test_no_page_of_ours_leads_elsewhere(visitor: Any, fr: Any, path: str) -> None:
    page = visitor.get(fr.base_url + path)
    assert page.status_code in (400, 404)
    assert not re.findall(r'href="//', page.text)


def test_a_panel_that_fails_takes_nothing_else_down(visitor: Any, caplog: pytest.LogCaptureFixture) -> None:
    page = visitor.get("/", headers={"accept-language": "en"})
    told = [record for record in caplog.records if record.name == "internationale.web.rendering"]
    assert [record.exc_info for record in told] == [None], "what was raised may quote what somebody wrote"
    assert page.status_code == 200
    assert "About this section" in page.text
    assert "A part of this page cannot be shown" in page.text


def test_home_says_what_needs_me_or_that_nothing_does(visitor: Any, fr: Any) -> None:
    visitor.cookies.set(cookie_name(fr), SECRET)
    page = visitor.get("/?lang=en")
    assert "What needs you" in page.text
    assert "Nothing waits for you." in page.text
    assert "rosa" in page.text


@pytest.mark.parametrize("path", ["/", "/documents/a", "/documents/a?b=1&c=%2F%2Fx#d", "/a//b", "/%D8%A7"])
def test_where_somebody_may_be_sent(path: str) -> None:
    assert local_path(path) == path


ELSEWHERE = ["", "about", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example"]
TRICKS = ["/\t/evil.example", "/\n/evil.example", "/%2Fevil.example", "/%5Cevil.example", "/%09/evil.example", "/\x00", " /a"]


@pytest.mark.parametrize("path", [*ELSEWHERE, *TRICKS, "javascript:alert(1)", "/" + "a" * 3000, None])
def test_where_nobody_is_sent(path: str | None) -> None:
    assert local_path(path, "/home") == "/home"
