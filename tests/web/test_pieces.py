"""The pieces that pages are made of: each renders, escapes what is given, and can be used without seeing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from jinja2 import Environment

from internationale import i18n
from internationale.kit import Message, Receipt
from internationale.web.assets import Assets
from internationale.web.rendering import make_environment
from internationale.web.visits import NOBODY, Visit, visit

EVIL = '"><script>'


@pytest.fixture(scope="module")
def environment(fr: Any) -> Environment:
    return make_environment(fr, Assets({}))


@pytest.fixture
def show(environment: Environment) -> Any:
    return lambda source, **given: environment.from_string(source).render(given)


PIECES = {
    "ui.field('a', evil, value=evil, hint=evil, error=evil)": 'aria-describedby="field-a-hint field-a-error" aria-invalid="true"',
    "ui.field('a', 'b', type='password', value='open sesame')": 'type="password" maxlength="200" required',
    "ui.area('a', evil, value=evil, lang='ar')": 'lang="ar" dir="rtl"',
    "ui.select('a', evil, [(evil, evil), ('x', 'y')], value='x')": '<option value="x" selected>y</option>',
    "ui.check('a', evil, checked=True, hint=evil)": 'type="checkbox" value="true" checked aria-describedby="field-a-hint"',
    "ui.button(evil, 'plain', name='a', value=evil)": 'class="button plain" type="submit" name="a"',
    "ui.chip(evil, 'late')": '<span class="chip late">',
    "ui.empty(evil, evil, '/', evil)": '<a class="button plain" href="/">',
    "ui.foreign(evil, 'ar')": 'lang="ar" dir="rtl" class="foreign"',
    "ui.diff([('equal', evil), ('insert', evil), ('delete', evil)], 'fr')": "<ins>&#34;&gt;&lt;script&gt;</ins><del>",
    "ui.crumbs([(evil, '/'), (evil, None)])": 'aria-current="page"',
    "ui.pager(2, 3, '/a?page=')": 'rel="next" href="/a?page=3"',
    "ui.sure(evil, evil, '/gone', evil)": '<form method="post" action="/gone">',
}


@pytest.mark.parametrize(("piece", "contains"), PIECES.items())
def test_pieces(show: Any, piece: str, contains: str) -> None:
    shown = show("{{ " + piece + " }}", evil=EVIL)
    assert contains in shown
    assert "<script>" not in shown
    assert "open sesame" not in shown


def test_who_has_it_says_so_in_words_too(show: Any) -> None:
    receipts = [Receipt("fr", "Section française", holds=True), Receipt("ar", "الفرع العربي", holds=False)]
    shown = show("{{ ui.receipts(receipts) }}", receipts=receipts)
    assert shown.count('<span class="unseen"> has it</span>') == 1
    assert shown.count("not yet") == 1
    assert 'class="not"' in shown


def test_messages_are_worded_wherever_they_are_printed(show: Any) -> None:
    message = Message("Sign in")
    token = i18n.speaking.set("fr")
    try:
        assert show("{{ m }}|{{ m|worded }}|{{ _('So: %(m)s', m=m) }}|{{ 'x'|worded }}", m=message) == (
            "Se connecter|Se connecter|So: Se connecter|x"
        )
    finally:
        i18n.speaking.reset(token)


def test_filters_speak_the_language_of_the_visit_even_on_constants(show: Any) -> None:
    seen = {}
    source = (
        "{{ 1234567|number }} {{ d|day }} {{ t|moment }} {{ 'fr'|language_name }} {{ 'ar'|language_name('own') }} {{ language }}"
    )
    for language in ("en", "fr", "ar"):
        token = visit.set(Visit(language=language))
        seen[language] = show(
            source + " {{ direction }}",
            d=date(2027, 5, 1),
            t=datetime(2027, 5, 1, 10, tzinfo=UTC),
        )
        visit.reset(token)
    assert seen["en"].startswith('1,234,567 <time datetime="2027-05-01">May 1, 2027</time>')
    assert seen["fr"].startswith("1\u202f234\u202f567 ")
    assert [shown.split()[-3:] for shown in seen.values()] == [
        ["العربية", "en", "ltr"],
        ["العربية", "fr", "ltr"],
        ["العربية", "ar", "rtl"],
    ]
    assert "français" in seen["fr"]
    assert 'datetime="2027-05-01T10:00:00+00:00" data-moment' in seen["en"]


def test_markdown_is_made_safe(show: Any) -> None:
    shown = show(
        "{{ text|markdown }}", text="**bread** <script>alert(1)</script> [x](javascript:alert(1)) ![p](http://evil.example/p.gif)"
    )
    assert "<strong>bread</strong>" in shown
    assert "<script" not in shown
    assert "javascript:" not in shown.replace("[x](javascript:alert(1))", "")
    assert "<img" not in shown


def test_a_sentence_may_be_filled_in_later(show: Any) -> None:
    assert show("{{ _('Page %(n)s') % {'n': evil} }}", evil=EVIL) == "Page &#34;&gt;&lt;script&gt;"


def test_nobody_has_no_language() -> None:
    assert (NOBODY.language, NOBODY.signed_in) == ("", False)
