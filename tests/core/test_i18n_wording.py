"""Messages in words: the right catalog, the right plural, and English where a translation cannot be used."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from internationale import i18n
from internationale.i18n import catalogs
from internationale.messages import LanguageName, Message, marker

_ = marker("shop")

HEAD = {
    "fr": 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n > 1);\\n"\n\n',
    "ar": 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : '
    'n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\\n"\n\n',
}


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A third party's folder of catalogs; what a test writes into it is read."""
    monkeypatch.setattr(catalogs, "_folders", [])
    i18n.include(tmp_path)
    yield tmp_path
    catalogs.catalog.cache_clear()
    catalogs.languages.cache_clear()


def write(folder: Path, language: str, *entries: tuple[str, ...]) -> None:
    path = folder / language / "LC_MESSAGES" / "shop.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = HEAD[language]
    for entry in entries:
        if len(entry) == 2:
            text += f'msgid "{entry[0]}"\nmsgstr "{entry[1]}"\n\n'
        else:
            forms = "".join(f'msgstr[{index}] "{form}"\n' for index, form in enumerate(entry[2:]))
            text += f'msgid "{entry[0]}"\nmsgid_plural "{entry[1]}"\n{forms}\n'
    path.write_text(text, encoding="utf-8")


def test_a_message_speaks_from_its_own_catalog(shop: Path) -> None:
    write(shop, "fr", ("Bread for %(name)s", "Du pain pour %(name)s"))
    message = _("Bread for %(name)s") % {"name": "Louise"}
    assert i18n.word(message, "fr") == "Du pain pour Louise"
    assert i18n.word(message, "en") == "Bread for Louise"
    assert i18n.word(message, "ar") == "Bread for \u2068Louise\u2069"
    assert i18n.word(Message("Bread for %(name)s", "another") % {"name": "Louise"}, "fr") == "Bread for Louise"


def test_messages_within_messages_are_worded_too(shop: Path) -> None:
    write(shop, "fr", ("Bread", "Du pain"), ("Wanted: %(thing)s", "On cherche : %(thing)s"))
    assert i18n.word(_("Wanted: %(thing)s") % {"thing": _("Bread")}, "fr") == "On cherche : Du pain"


def test_days_languages_and_lists_are_written_as_the_language_does(shop: Path) -> None:
    write(shop, "fr", ("From %(day)s on, in %(tongues)s", "À partir du %(day)s, en %(tongues)s"))
    message = _("From %(day)s on, in %(tongues)s") % {
        "day": date(2027, 5, 1),
        "tongues": (LanguageName("fr"), LanguageName("ar"), "volapük"),
    }
    assert i18n.word(message, "fr") == "À partir du 1 mai 2027, en français, arabe et volapük"
    assert i18n.word(message, "ar") == "From 1 مايو 2027 on, in الفرنسية والعربية و\u2068volapük\u2069"
    assert str(message) == "From 2027-05-01 on, in fr, ar, volapük"


@pytest.mark.parametrize(
    ("count", "form"), [(0, "لا رغيف"), (1, "رغيف"), (2, "رغيفان"), (3, "3 أرغفة"), (11, "11 رغيفا"), (100, "100 رغيف")]
)
def test_arabic_has_six_forms_and_leaves_out_the_number_in_some(shop: Path, count: int, form: str) -> None:
    forms = ("لا رغيف", "رغيف", "رغيفان", "%(n)s أرغفة", "%(n)s رغيفا", "%(n)s رغيف")
    write(shop, "ar", ("%(n)s loaf", "%(n)s loaves", *forms))
    message = Message("%(n)s loaf", "shop", {"n": count}, "%(n)s loaves", count)
    assert i18n.word(message, "ar") == form


@pytest.mark.parametrize(
    "broken",
    [
        "Du pain pour %(nmae)s",
        "Du pain pour %(name)",
        "Du pain pour %(name)d %s",
        "Du pain",
        "100 % de pain pour %(name)s",
        "<script>alert(1)</script>%(name)s",
        "Du pain pour \u202e%(name)s",
    ],
)
def test_a_translation_that_could_break_a_page_is_left_out(shop: Path, broken: str) -> None:
    write(shop, "fr", ("Bread for %(name)s", broken), ("Bread", "Du pain"))
    assert i18n.word(_("Bread for %(name)s") % {"name": "Louise"}, "fr") == "Bread for Louise"
    assert i18n.word(_("Bread"), "fr") == "Du pain"


def test_a_file_that_is_no_catalog_costs_only_itself(shop: Path) -> None:
    path = shop / "fr" / "LC_MESSAGES" / "shop.po"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xfe not a catalog")
    assert i18n.word(_("Bread"), "fr") == "Bread"


def test_parameters_that_do_not_fit_never_raise(shop: Path) -> None:
    write(shop, "fr", ("Bread for %(name)s", "Du pain pour %(name)s"))
    assert i18n.word(_("Bread for %(name)s") % {"nobody": 1}, "fr") == "Du pain pour %(name)s"
    assert i18n.word(_("Bread: 100 %"), "fr") == "Bread: 100 %"


def test_the_language_being_spoken_is_the_default(shop: Path) -> None:
    write(shop, "fr", ("Bread", "Du pain"))
    token = i18n.speaking.set("fr")
    try:
        assert i18n.word(_("Bread")) == "Du pain"
    finally:
        i18n.speaking.reset(token)
    assert i18n.word(_("Bread")) == "Bread"


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("fr", "fr"),
        ("fr-BE, en;q=0.5", "fr"),
        ("de, ar;q=0.2, en;q=0.1", "ar"),
        ("en;q=0.1, fr;q=0.9", "fr"),
        ("fr;q=0, en", "en"),
        ("AR-eg", "ar"),
        ("de", None),
        ("", None),
        ("*", None),
        (";q=1,,=,fr;q=x", None),
        ("fr;q=nan", None),
        ("x" * 8000 + ",fr", None),
    ],
)
def test_what_the_browser_accepts(header: str, best: str | None) -> None:
    assert i18n.negotiate(header, ("en", "fr", "ar")) == best


def test_what_a_locale_says() -> None:
    noon = datetime(2027, 5, 1, 12, 0, tzinfo=timezone(timedelta(hours=2)))
    assert [i18n.direction(code) for code in ("en", "fr", "ar", "fa", "zz-garbage")] == ["ltr", "ltr", "rtl", "rtl", "ltr"]
    assert i18n.day(noon.date(), "fr") == "1 mai 2027"
    assert i18n.moment(noon.astimezone(UTC), "en") == "1 May 2027, 10:00 UTC"
    assert i18n.number(1234.5, "fr") == "1\u202f234,5"
    assert [i18n.language_name("ar"), i18n.language_name("ar", "fr"), i18n.language_name("zz")] == ["العربية", "arabe", "zz"]


def test_languages_that_strangers_make_up_do_not_pile_up() -> None:
    for number in range(1000):
        assert i18n.direction(f"x{number}") == "ltr"
    assert i18n.locales.locale.cache_info().currsize <= i18n.locales.KNOWN
