"""A proof of a fork: shown in words, saved as a file, checked without a section."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from internationale.errors import Untrusted
from internationale.events import keys, proofs
from internationale.events.envelope import Signed
from internationale.rooms.roster import port
from internationale.section import Section
from internationale.testing.founding import ROOT, key_of

from .conftest import NOW, Browse, said
from .test_waiting import message


@pytest.fixture
def forked(joined: Section) -> Section:
    """``ar`` has signed two messages under number 1."""
    assert joined.accept([message(joined, "ar"), message(joined, "ar", author="zetkin")]) == ["waiting", "forked"]
    return joined


def test_before_anybody_forks_the_page_says_so(joined: Section, browse: Browse) -> None:
    assert "Every section has one history." in browse("/federation/forks", "member")
    assert browse("/api/v1/federation/forks", "member") == []
    browse("/federation/forks/ar:1:1/export", "reader", status=404)
    browse("/federation/forks", status=303)


def test_a_proof_is_told_in_words(forked: Section, browse: Browse) -> None:
    page = browse("/federation/forks", "member")
    for sentence in ("Section ar", "number 1", "waits for a decision", "zetkin", "Telephone the host of this section."):
        assert sentence in page, sentence
    (fork,) = browse("/api/v1/federation/forks", "member")
    assert (fork["section"], fork["sequence"], fork["stands"], fork["first"]["author"], fork["second"]["author"]) == (
        "ar",
        1,
        True,
        None,
        "zetkin",
    )
    assert "Section ar (ar) has signed two different messages under number 1." in browse("/federation", "member")


def test_nobody_lacks_what_does_not_count(forked: Section, browse: Browse) -> None:
    """Else everybody would be catching up for ever."""
    with forked.writing() as session:
        port.store_heads(session, said("ar", 1, ar=(1, "a")), NOW)
        port.store_heads(session, said("ic", 1), NOW)
    sections = {each["code"]: each for each in browse("/api/v1/federation", "member")["sections"]}
    assert {code: (each["lacks"], each["said"], each["stopped"]) for code, each in sections.items()} == {
        "ar": (0, 0, 1),
        "fr": (0, 0, 0),
        "ic": (0, 0, 0),
    }
    page = browse("/federation", "member")
    assert "From number 1 on nothing counts: there are two histories." in page
    assert "catching up" not in page


def test_whoever_may_propose_is_shown_where(forked: Section, browse: Browse) -> None:
    assert "Propose how it goes on" not in browse("/federation/forks", "member")
    link = "/federation/roster/propose?change=reopen&amp;of=ar"
    assert link in browse("/federation/forks", "delegate")
    page = browse(link.replace("&amp;", "&"), "delegate")
    assert '<option value="reopen" selected>' in page
    assert '<option value="ar" selected>' in page


def test_the_saved_proof_can_be_checked_anywhere(forked: Section, browse: Browse) -> None:
    lines = browse("/federation/forks/ar:1:1/export", "reader").splitlines()
    assert [json.loads(line)["subject"].split(".")[2] for line in lines] == ["roster"] * 3 + ["proof"] * 2
    (proven,) = proofs.check(lines)
    assert (str(proven.address), proven.roots) == ("ar:1:1", (ROOT.public,))
    assert proofs.check(lines[:-1]) == []
    assert browse("/api/v1/federation/forks/ar:1:1", "reader").splitlines() == lines


def test_the_messages_in_a_proof_are_for_those_who_may_read_what_is_shared(forked: Section, browse: Browse) -> None:
    saved = "Save the proof as a file"
    assert (saved in browse("/federation/forks", "reader"), saved in browse("/federation/forks", "member")) == (True, False)
    browse("/federation/forks/ar:1:1/export", "member", status=403)
    browse("/api/v1/federation/forks/ar:1:1", "member", status=403)


def test_what_is_no_proof_is_refused(forked: Section, browse: Browse) -> None:
    lines = browse("/federation/forks/ar:1:1/export", "reader").splitlines()
    first, second = (json.loads(line) for line in lines[-2:])
    for wrong, reason in (
        ([*lines[:-1], json.dumps(second | {"body": first["body"]})], "subject_mismatch"),
        ([*lines[:-1], json.dumps(second | {"signature": first["signature"]})], "bad_signature"),
        ([*lines[:-1], json.dumps(second | {"subject": "intl.v1.proof.ar.1.x"})], "subject_mismatch"),
        ([*lines[:-1], "[1]"], "malformed_line"),
        (["{"], "malformed_line"),
        (lines[3:], "roster_gap"),
        (lines[1:], "roster_gap"),
    ):
        with pytest.raises(Untrusted) as caught:
            proofs.check(wrong)
        assert caught.value.reason == reason


def test_an_event_by_a_stranger_proves_nothing(forked: Section, browse: Browse) -> None:
    lines = browse("/federation/forks/ar:1:1/export", "reader").splitlines()
    body = message(forked, "ar", author="somebody").body
    signed = Signed(body, key_of("ic").sign(keys.EVENT, body))
    stranger = {"subject": f"intl.v1.proof.ar.1.1.{signed.hash[:16]}", "body": keys.encode(body), "signature": signed.signature}
    with pytest.raises(Untrusted, match="unknown_key"):
        proofs.check([*lines[:-1], json.dumps(stranger)])


def test_the_independent_checker_agrees(
    forked: Section, browse: Browse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checker: Callable[[list[str]], int] = _verify()
    file = tmp_path / "proof.jsonl"
    file.write_text(browse("/federation/forks/ar:1:1/export", "reader"), encoding="utf-8")
    assert checker([str(file)]) == 3
    assert "ar, epoch 1: FORK PROVED" in capsys.readouterr().out


def _verify() -> Callable[[list[str]], int]:
    path = Path(__file__).parents[3] / "deploy" / "verify" / "verify.py"
    spec = importlib.util.spec_from_file_location("verify", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main  # type: ignore[no-any-return]
