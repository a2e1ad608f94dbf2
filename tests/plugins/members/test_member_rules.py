"""The pure rules: handles, passwords, terms."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.kit import Invalid
from internationale_members.rules import devices, handles, passwords, terms

NOW = datetime(2027, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "handle", ["Rosa", "Éloïse", "R.O-S_A", "سلمى", "桜さくら", "민수", "李大钊", "Надежда", "Κλάρα", "ოქრო", "rosa1871"]
)
def test_handles_of_many_scripts_are_welcome(handle):
    assert handles.check(handle, ["fr"]) == handle


@pytest.mark.parametrize(
    "handle", ["", "a", "a" * 33, "rо́sa", "a b", "a\u200bb", "a\u202eb", ".a", "--", "kim민수", "root", "R.O.O.T", "frfr"]
)
def test_handles_that_mislead_are_refused(handle):
    with pytest.raises(Invalid) as wrong:
        handles.check(handle, ["fr", "FR-fr"])
    assert wrong.value.place == "handle"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rosa", "ROSA"),
        ("Rosa", "r.o_s-a"),
        ("cop", "сор"),
        ("Ilya", "llya"),
        ("Éloïse", "eloise"),
        ("سلمى", "سلمي"),
        ("b0b", "bob"),
        ("a1", "a١"),
    ],
)
def test_handles_that_look_alike_have_one_key(one, other):
    assert handles.key(one) == handles.key(other)


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Pd", "Zs"]), max_size=40))
def test_the_key_of_a_key_is_itself_and_typing_differences_do_not_matter(text):
    key = handles.key(text)
    assert handles.key(key) == key
    assert handles.key(f" {text} ") == key


@given(st.text(max_size=60))
def test_checking_a_handle_never_fails_otherwise(text):
    with contextlib.suppress(Invalid):
        assert handles.key(handles.check(text, ["fr"])) == handles.key(text)


@pytest.mark.parametrize(
    "password",
    ["short", "passwordpassword", "lucielucie12", "aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "123456789012", "Section Française 1"],
)
def test_likely_passwords_are_refused(password):
    with pytest.raises(Invalid):
        passwords.check(password, ["lucie", "Section française"])


@pytest.mark.parametrize(
    "password",
    ["le chat dort sur le toit", "correct horse battery", "Tr0ub4dor&3xyz", "سبع مظلات حمراء", "七把红伞在雨中慢慢走过大桥"],
)
def test_long_passwords_need_no_composition(password):
    passwords.check(password, ["lucie", "Section française"])


def test_a_password_is_the_same_however_it_is_typed():
    hashed = passwords.hash_of("Éloïse dort bien")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches("E\u0301loi\u0308se dort bien", hashed)
    assert not passwords.matches("eloise dort bien", hashed)
    assert not passwords.matches("nobody has this password", None)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (8, 8), (11, 60), (1000, 60)])
def test_the_wait_doubles_up_to_a_minute(failures, seconds):
    assert terms.wait([NOW] * failures, NOW) == seconds
    assert terms.wait([NOW] * failures, NOW + timedelta(seconds=seconds)) == 0
    assert terms.wait([NOW] * failures, NOW + timedelta(hours=1)) == 0


def test_a_session_holds_for_twelve_idle_hours_and_fourteen_days():
    assert terms.alive(NOW, NOW, NOW + timedelta(hours=12) - timedelta(seconds=1))
    assert not terms.alive(NOW, NOW, NOW + timedelta(hours=12))
    assert not terms.alive(NOW, NOW + timedelta(days=14), NOW + timedelta(days=14))


def test_devices_are_described_in_a_word_or_two():
    assert devices.describe("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") == "Firefox, Linux"
    assert (
        devices.describe("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1") == "Safari, iPhone"
    )
    assert devices.describe("curl/8") == ""
