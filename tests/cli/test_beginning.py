"""``init``, ``found``, ``section admit``, ``join``: by these alone two instances come together."""

import errno
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from internationale import settings
from internationale.cli import beginning
from internationale.events.card import fingerprint
from internationale.settings import whole

from .conftest import join, plain

Command = Callable[..., Result]
FR = ("init", "fr", "--name", "Section française", "--language", "fr")


def test_init_makes_settings_a_key_and_a_database(command: Command, tmp_path: Path) -> None:
    said = command("fr", *FR, "--language", "br", "--port", "8123", "--base-url", "https://fr.example").output
    loaded = settings.load(tmp_path / "fr", {})
    assert (loaded.code, loaded.name, loaded.languages) == ("fr", "Section française", ("fr", "br"))
    assert (loaded.port, loaded.base_url) == (8123, "https://fr.example")
    assert fingerprint(settings.read_key(loaded.log_key).public) in said
    assert "members invite --role secretary" in said
    assert (tmp_path / "fr" / "section.db").exists()


def test_init_never_overwrites(command: Command, tmp_path: Path) -> None:
    command("fr", *FR)
    before = {
        path: path.read_bytes()
        for path in (tmp_path / "fr").rglob("*")
        if path.is_file() and path.suffix not in (".db-wal", ".db-shm")
    }
    assert "Nothing was changed" in command("fr", *FR, status=1).output
    assert "Nothing was changed" in command("fr", "init", status=1).output
    assert {path: path.read_bytes() for path in before} == before


def test_init_takes_settings_that_are_there(command: Command, tmp_path: Path) -> None:
    (tmp_path / "ar").mkdir()
    text = 'code = "ar"\nname = "الشعبة"\nlanguages = ["ar"]\n'
    (tmp_path / "ar" / "section.toml").write_text(text, encoding="utf-8")
    assert "Edit the file" in command("ar", *FR, status=1).output
    assert "الشعبة" in command("ar", "init").output
    assert (tmp_path / "ar" / "section.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("init",), "“CODE” is missing"),
        (("init", "fr"), "“--name” is missing"),
        (("init", "fr", "--name", "x"), "“--language” is missing"),
        (("init", "F R", "--name", "x", "--language", "fr"), "lower-case letters"),
        (("init", "12", "--name", "x", "--language", "fr"), "begins with a letter"),
        (("init", "public", "--name", "x", "--language", "fr"), "words that mean everybody: public and international"),
        (("init", "fr", "--name", "x\0y", "--language", "fr"), "control characters"),
        (("init", "fr", "--name", "x" * 500, "--language", "fr"), "200 characters"),
        (("init", "fr", "--name", "x", "--language", "french!"), "Language codes"),
        (("init", "fr", "--name", "x", "--language", "fr", "--hub", "http://x"), "nats://"),
        (("init", "fr", "--name", "x", "--language", "fr", "--database", "mysql://x"), "postgresql://"),
        (("init", "fr", "--name", "x", "--language", "fr", "--base-url", "x"), "https://section.example"),
    ],
)
def test_wrong_settings_are_misuse_and_leave_nothing(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    assert says in command("fr", *arguments, status=2).output
    assert not [path for path in (tmp_path / "fr").rglob("*") if path.is_file()]


def test_two_sections_come_together(joined: Command, tmp_path: Path) -> None:
    for home in ("ic", "fr"):
        state = plain(joined(home, "section", "list", "--json"))
        assert [(each["code"], each["status"], each["languages"], each["own"]) for each in state["sections"]] == [
            ("fr", "member", ["fr", "br"], home == "fr"),
            ("ic", "member", ["en"], home == "ic"),
        ]
    assert plain(joined("fr", "status", "--json"))["hubs"] == [{"hub": "nats://127.0.0.1:1", "unsent": 0}]
    assert "version 2" in joined("fr", "status").output


def test_both_sides_can_compare_fingerprints(joined: Command, tmp_path: Path) -> None:
    said = joined("ic", "section", "admit", "fr.card", "--yes", "--unasked").output
    assert fingerprint(settings.read_key(tmp_path / "fr/keys/log.key").public) in said
    assert fingerprint(settings.read_key(tmp_path / "ic/keys/root.key").public) in join(joined, "fr", "fr.invitation").output


def test_admitting_and_joining_again_changes_nothing(joined: Command) -> None:
    joined("ic", "section", "admit", "fr.card", "--yes", "--unasked")
    join(joined, "fr", "fr.invitation")
    assert plain(joined("ic", "section", "list", "--json"))["version"] == 2


@pytest.mark.parametrize("late", [False, True])
def test_who_joins_long_after_it_was_let_in_waits_for_the_others(
    joined: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    """Its keys were put back as they were made: nothing with them tells whether they have signed since."""
    for left in (*(tmp_path / "fr").glob("section.db*"), tmp_path / "fr/keys/log.signed"):
        left.unlink()
    if late:
        monkeypatch.setattr(beginning, "AT_ONCE", timedelta(0))
    assert ("may have forgotten what it said last" in join(joined, "fr", "fr.invitation").output) is late
    assert plain(joined("fr", "fence", "show", "--json"))["reason"] == ("restored" if late else None)


@pytest.mark.usefixtures("impatient")
def test_a_key_that_has_signed_in_a_trial_signs_in_no_other_international(joined: Command, tmp_path: Path) -> None:
    """Whoever kept what it has said there could show a second history of the true log."""
    for left in (tmp_path / "fr").glob("section.db*"):
        left.unlink()

    def admitted(committee: str, card: str) -> tuple[str, ...]:
        joined(committee, "init", committee, "--name", committee, "--language", "en")
        joined(committee, "found")
        joined(committee, "section", "admit", card, "--yes", "--unasked", "--out", f"{committee}.invitation")
        list_ = plain(joined(committee, "roster", "list", "--json"))["fingerprint"]["words"]
        return "join", f"{committee}.invitation", "--fingerprint", list_

    in_earnest = admitted("re", "fr.card")
    assert "another International" in joined("fr", *in_earnest, status=1).output
    assert plain(joined("fr", "section", "list", "--json"))["version"] == 0
    joined("fr", "key", "new-log", "--out", "new.card")
    joined("fr", *admitted("ro", "new.card"))


@pytest.mark.usefixtures("impatient")
def test_the_committee_renews_the_list_and_names_other_hubs(joined: Command) -> None:
    assert "Version 3 is valid until" in joined("ic", "section", "renew", "--hub", "nats://127.0.0.1:2", "--unasked").output
    assert {"hub": "nats://127.0.0.1:2", "unsent": 0} in plain(joined("ic", "status", "--json"))["hubs"]
    assert "nats://" in joined("ic", "section", "renew", "--hub", "http://x", "--unasked", status=2).output
    assert "The key is not here" in joined("fr", "section", "renew", "--unasked", status=2).output


def test_admitting_asks_first(command: Command) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "found")
    command("fr", *FR)
    command("fr", "section", "card", "--out", "fr.card")
    assert "Was this fingerprint compared" in command("ic", "section", "admit", "fr.card", "--unasked", status=1).output
    assert plain(command("ic", "section", "list", "--json"))["version"] == 1


def test_nobody_founds_twice(joined: Command) -> None:
    for home in ("ic", "fr"):
        assert "already belongs" in joined(home, "found", status=1).output


def test_a_founding_that_failed_leaves_the_key_of_the_log_free(command: Command, tmp_path: Path) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    keys = tmp_path / "ic" / "keys"
    (keys / "root.key").touch()
    assert "already is a root key" in command("ic", "found", status=1).output
    assert not (keys / "log.signed").exists()
    (keys / "root.key").unlink()
    command("ic", "found")
    assert len((keys / "log.signed").read_text().splitlines()) == 1


def test_a_key_that_has_signed_elsewhere_founds_nothing(command: Command, tmp_path: Path) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    keys = tmp_path / "ic" / "keys"
    noted = f"{settings.read_key(keys / 'log.key').public.id} {'0' * 64}\n"
    (keys / "log.signed").write_text(noted)
    assert "another International" in command("ic", "found", status=1).output
    assert (keys / "log.signed").read_text() == noted
    assert not (keys / "root.key").exists()
    assert plain(command("ic", "section", "list", "--json"))["version"] == 0


@pytest.mark.parametrize("cut", [b"abc", b"KEY", b"KEY 0123", b"KEY 0123\n", b"\0\0\0\0", b"\xff\xfe x\n", b"a b c\n"])
def test_a_line_that_was_cut_off_says_nothing_of_where_a_key_signs(command: Command, tmp_path: Path, cut: bytes) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    keys = tmp_path / "ic" / "keys"
    key = settings.read_key(keys / "log.key").public.id
    before = cut.replace(b"KEY", key.encode())
    (keys / "log.signed").write_bytes(before)
    command("ic", "found")
    added = (keys / "log.signed").read_bytes().removeprefix(before).decode().split()
    assert (added[0], len(added[1]), len(added)) == (key, 64, 2)
    assert (keys / "log.signed").read_bytes().splitlines()[-1].decode().split() == added


def test_a_whole_line_counts_also_where_its_end_is_missing(command: Command, tmp_path: Path) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    keys = tmp_path / "ic" / "keys"
    (keys / "log.signed").write_text(f"{settings.read_key(keys / 'log.key').public.id} {'0' * 64}")
    assert "another International" in command("ic", "found", status=1).output


def test_only_the_holder_of_the_root_key_admits(joined: Command) -> None:
    assert "root.key: The key is not here" in joined("fr", "section", "admit", "fr.card", "--unasked", status=2).output
    joined("de", "init", "de", "--name", "x", "--language", "de")
    assert "does not belong" in joined("de", "section", "admit", "fr.card", "--unasked", status=1).output


def test_a_tampered_card_is_refused(joined: Command, tmp_path: Path) -> None:
    card = json.loads((tmp_path / "fr.card").read_text())
    card["signatures"] = []
    (tmp_path / "fr.card").write_text(json.dumps(card))
    assert "bad_signature" in joined("ic", "section", "admit", "fr.card", "--yes", "--unasked", status=2).output


def test_a_tampered_invitation_is_refused(joined: Command, tmp_path: Path) -> None:
    invitation = json.loads((tmp_path / "fr.invitation").read_text())
    invitation["roster"][1]["signatures"] = []
    (tmp_path / "fr.invitation").write_text(json.dumps(invitation))
    joined("de", "init", "de", "--name", "x", "--language", "de")
    assert "roster_threshold" in joined("de", "join", "fr.invitation", status=1).output


def test_an_invitation_is_for_whom_it_names(joined: Command) -> None:
    joined("de", "init", "de", "--name", "x", "--language", "de")
    assert "does not name section “de”" in joined("de", "join", "fr.invitation", status=2).output
    assert "not joined" in joined("de", "status").output


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b"{}", b'{"a":1,"a":2}', b"[" * 100, b'{"invitation":1,"roster":[1],"hubs":[]}']
)
def test_files_that_are_nothing_of_the_kind_are_misuse(command: Command, tmp_path: Path, content: bytes) -> None:
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    (tmp_path / "file").write_bytes(content)
    for arguments in (("join", "file"), ("section", "admit", "file")):
        assert "file: " in command("ic", *arguments, status=2).output


def test_init_on_a_full_disk_can_be_given_again(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    given = ("init", "fr", "--name", "France", "--language", "fr")
    with monkeypatch.context() as filled:
        filled.setattr(whole, "sync", full)
        told = command("fr", *given, status=2).output
    assert "section.toml: The file cannot be written: No space left on device" in told
    assert list((tmp_path / "fr").iterdir()) == []
    command("fr", *given)
