"""An International with several root keys, founded and governed from the command line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from internationale import settings
from internationale.cli import cli
from internationale.events import fingerprints

from .conftest import begin, first_list, join, plain

Command = Callable[..., Result]
HOLDERS = ("ic", "north", "south")


@pytest.fixture
def three_roots(command: Command, tmp_path: Path) -> Command:
    """``ic`` is founded with three root keys, of which two must sign; the other two are on machines without a section."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    for holder in HOLDERS:
        command(holder, "key", "new-root", "--no-lock", "--holder", f"Office {holder}", "--out", f"{holder}.root")
    cards = [word for holder in HOLDERS for word in ("--root-card", f"{holder}.root")]
    said = command("ic", "found", *cards, "--threshold", "2").output
    assert "2 of 3 root keys must sign" in said
    assert words_of(tmp_path / "south/keys/root.key") in said
    for holder in HOLDERS[:2]:
        shutil.copy("founding.proposal", f"{holder}.copy")
        command(holder, "roster", "sign", f"{holder}.copy", "--yes")
    assert "At least 1 more root key must sign" in command("ic", "roster", "adopt", "ic.copy", status=1).output
    assert "Version 1 is in force" in begin(command, "ic.copy", "north.copy").output
    return command


def words_of(path: Path) -> str:
    return fingerprints.words(settings.read_key(path).public)


def candidate(command: Command) -> None:
    command("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    command("fr", "section", "request")


def test_nobody_founds_with_files_that_they_have_not_compared(command: Command) -> None:
    """Whoever makes other files, with root keys of their own, has another list, whatever it says."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    for home, out in (("north", "true"), ("thief", "false")):
        command(home, "key", "new-root", "--no-lock", "--holder", "Office north", "--out", f"{home}.root")
        command("ic", "found", "--root-card", f"{home}.root", "--out", out)
        signed = command(home, "roster", "sign", out, "--yes").output
        assert first_list(out) in signed
        assert first_list(out) in command(home, "roster", "show", out).output
    said = command("ic", "roster", "adopt", "false", "--fingerprint", first_list("true"), status=2).output
    assert "this root key must sign each change" in said
    assert "Office north" in said
    assert "This is not the fingerprint of the list in the files." in said
    assert first_list("false") not in said
    assert "fingerprint" in command("ic", "roster", "adopt", "true", status=1).output
    assert command("ic", "roster", "list").output == ""
    assert "Version 1 is in force" in begin(command, "true").output


def test_a_change_is_signed_as_a_file_by_two_of_three(three_roots: Command) -> None:
    candidate(three_roots)
    three_roots("ic", "roster", "propose", "admit", "fr.request", "--yes", "--out", "fr.proposal")
    assert "Section française" in three_roots("south", "roster", "show", "fr.proposal").output
    for holder in ("north", "south"):
        said = three_roots(holder, "roster", "sign", "fr.proposal", "--yes").output
    assert "Enough root keys have signed" in said
    three_roots("ic", "roster", "adopt", "fr.proposal", "--unasked")
    three_roots("ic", "section", "invite", "fr")
    assert "Joined" in join(three_roots, "fr", "fr.invitation").output
    assert "Signed by: Office north, Office south" in three_roots("fr", "roster", "list").output


def test_a_file_is_signed_when_it_is_written(three_roots: Command) -> None:
    candidate(three_roots)
    said = three_roots(
        "ic", "roster", "propose", "admit", "fr.request", "--yes", "--sign", "--out", "fr.proposal", "--unasked"
    ).output
    assert "Hand this file on" in said
    assert "✓ Office ic" in three_roots("south", "roster", "show", "fr.proposal").output
    assert "Enough root keys have signed" in three_roots("south", "roster", "sign", "fr.proposal", "--yes").output
    assert "Version 2 is in force" in three_roots("ic", "roster", "adopt", "fr.proposal", "--unasked").output


def test_a_change_is_proposed_on_the_bus_and_signed_where_the_keys_are(three_roots: Command) -> None:
    candidate(three_roots)
    said = three_roots("ic", "roster", "propose", "admit", "fr.request", "--yes", "--sign", "--why", "They strike.").output
    hash = said.split()[-1]
    assert "At least 1 more root key must sign" in three_roots("ic", "roster", "show", hash).output
    assert "At least 1 more" in three_roots("ic", "roster", "adopt", hash, "--unasked", status=1).output
    assert "signed this proposal already" in three_roots("ic", "roster", "sign", hash, "--yes", status=1).output
    said = three_roots("ic", "roster", "sign", hash, "--yes", "--key", "north/keys/root.key").output
    assert "version 2 is in force" in said
    state = plain(three_roots("ic", "roster", "list", "--json"))
    assert [(each["state"], each["why"]) for each in state["proposals"]] == [("adopted", "They strike.")]


def test_one_root_key_is_not_enough_and_does_not_sign_two_versions_of_one_number(three_roots: Command) -> None:
    three_roots("fr", "init", "fr", "--name", "Section française", "--language", "fr")
    three_roots("fr", "section", "card", "--out", "fr.card")
    assert "not enough" in three_roots("ic", "section", "admit", "fr.card", "--yes", "--unasked", status=1).output
    three_roots("ic", "roster", "propose", "renew", "--yes", "--sign")
    rival = three_roots("ic", "roster", "propose", "hubs", "nats://other", "--yes").output.split()[-1]
    assert "would be divided" in three_roots("ic", "roster", "sign", rival, "--yes", status=1).output
    three_roots("ic", "roster", "sign", rival, "--yes", "--again")


def test_a_section_vouches_the_committee_decides(three_roots: Command, tmp_path: Path) -> None:
    candidate(three_roots)
    assert (
        "not the fingerprint"
        in three_roots(
            "ic", "section", "vouch", "fr.request", "--fingerprint", words_of(tmp_path / "ic/keys/log.key"), status=2
        ).output
    )
    words = words_of(tmp_path / "fr/keys/log.key")
    three_roots("ic", "section", "vouch", "fr.request", "--fingerprint", words.upper(), "--why", "A strong section.")
    assert (
        "vouches for it already" in three_roots("ic", "section", "vouch", "fr.request", "--fingerprint", words, status=1).output
    )
    hash = next(word for word in three_roots("ic", "section", "requests").output.split() if word.endswith(";"))[:-1]
    assert f"roster propose admit {hash}" in three_roots("ic", "section", "requests").output
    said = three_roots("ic", "roster", "propose", "admit", hash, "--yes").output
    assert "Section “Section française” (fr) is admitted" in said
    same = "This is what section “Section française (fr)” asked for in request"
    assert same in three_roots("ic", "roster", "show", said.split()[-1]).output
    three_roots("ic", "roster", "propose", "admit", hash, "--yes", "--out", "fr.proposal")
    assert same in three_roots("ic", "roster", "show", "fr.proposal").output
    assert "no such request" in three_roots("ic", "roster", "propose", "admit", "0" * 16, "--yes", status=1).output
    three_roots("ic", "section", "decline", hash, "--why", "Not before the congress.")
    assert "Declined by Committee (ic): Not before the congress." in three_roots("ic", "section", "requests").output


def test_a_locked_root_key_asks_for_its_passphrase(three_roots: Command, tmp_path: Path) -> None:
    home = ["--home", str(tmp_path / "fourth")]
    new = [*home, "key", "new-root", "--holder", "Office fourth", "--out", "fourth.root"]
    assert CliRunner().invoke(cli, new, input="bread\nbread\n").exit_code == 0
    assert "There already is a root key" in CliRunner().invoke(cli, new, input="bread\nbread\n").output
    three_roots(
        "ic", "roster", "propose", "roots", "--root-card", "fourth.root", "--remove", "Office south", "--yes", "--out", "roots"
    )
    sign = [*home, "roster", "sign", "roots", "--yes"]
    assert "Written" in CliRunner().invoke(cli, sign, input="bread\n").output
    three_roots("ic", "roster", "sign", "roots", "--yes", "--unasked")
    assert "At least 1 more root key must sign" in three_roots("ic", "roster", "adopt", "roots", "--unasked", status=1).output
    three_roots("north", "roster", "sign", "roots", "--yes")
    three_roots("ic", "roster", "adopt", "roots", "--unasked")
    assert "Office fourth" in three_roots("ic", "roster", "show").output


def test_a_tampered_proposal_loses_its_signatures(three_roots: Command, tmp_path: Path) -> None:
    three_roots("ic", "roster", "propose", "renew", "--yes", "--out", "renewal")
    for holder in ("north", "south"):
        three_roots(holder, "roster", "sign", "renewal", "--yes")
    paper = json.loads((tmp_path / "renewal").read_text())
    paper["roster"]["signatures"] = paper["roster"]["signatures"][:1] * 2
    (tmp_path / "renewal").write_text(json.dumps(paper))
    assert "At least 1 more root key must sign" in three_roots("ic", "roster", "adopt", "renewal", "--unasked", status=1).output


def test_files_that_are_no_proposals_are_misuse(three_roots: Command, tmp_path: Path) -> None:
    empty = b'{"proposal":1,"roster":{"body":"e30","signatures":[]}}'
    for content in (b"", b"[]", b"{}", b'{"proposal":1}', empty):
        (tmp_path / "file").write_bytes(content)
        for arguments in (("show", "file"), ("sign", "file", "--yes", "--unasked"), ("adopt", "file", "--unasked")):
            three_roots("ic", "roster", *arguments, status=2)


@pytest.fixture
def alone(command: Command) -> Command:
    """``ic`` has founded, without a hub."""
    command("ic", "init", "ic", "--name", "Committee", "--language", "en")
    command("ic", "found")
    return command


def test_a_new_key_that_waits_for_a_second_person_is_one(alone: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERNATIONALE_RELEASE", "roster.key_announced")
    said = [alone("ic", "key", "rotate-log", status=1).output for _ in range(2)]
    assert "a second person has to release it" in said[0]
    assert "waits already for a second person" in said[1]
    assert [path.name for path in sorted((tmp_path / "ic/keys").glob("log*.key"))] == ["log-2.key", "log.key"]


def test_a_log_key_is_replaced_without_a_break_and_a_stolen_one_with_a_new_epoch(alone: Command, tmp_path: Path) -> None:
    old = fingerprints.words(settings.read_key(tmp_path / "ic/keys/log.key").public)
    said = alone("ic", "key", "rotate-log", "--after", "3").output
    new = words_of(tmp_path / "ic/keys/log-2.key")
    assert new in said
    assert "announced already" in alone("ic", "key", "rotate-log", status=1).output
    assert old in alone("ic", "key", "show").output
    assert "From number 4 on" in alone("ic", "roster", "propose", "rotate", "ic", "--yes", "--sign").output
    assert new in alone("ic", "key", "show").output
    alone("ic", "roster", "propose", "renew", "--yes", "--sign")  # numbers 4 and 5: the new key's
    assert "signed and chained" in alone("ic", "log", "verify").output

    lost = "The key of this section's log is not here."
    assert lost not in alone("ic", "status").output
    path = tmp_path / "ic/keys/log-2.key"
    kept = path.read_bytes()
    path.unlink()
    assert lost in alone("ic", "status", status=1).output
    assert lost in alone("ic", "roster", "propose", "renew", "--yes", "--sign", status=1).output
    assert lost in alone("ic", "fence", "show").output
    assert plain(alone("ic", "fence", "show", "--json"))["keyless"]
    path.write_bytes(kept)
    path.chmod(0o600)
    assert alone("ic", "fence", "show").output == "Nothing that lasts keeps this section silent.\n"

    alone("ic", "key", "new-log", "--out", "ic.card")
    alone("ic", "roster", "propose", "reopen", "ic", "--card", "ic.card", "--yes", "--sign")
    alone("ic", "roster", "propose", "renew", "--yes", "--sign")
    assert words_of(tmp_path / "ic/keys/log-3.key") in alone("ic", "key", "show").output
    exported = alone("ic", "log", "export").output
    assert "intl.v1.log.ic.2.2" in exported


def test_a_log_key_whose_file_is_gone_is_replaced(alone: Command, tmp_path: Path) -> None:
    alone("ic", "roster", "propose", "renew", "--yes", "--sign")
    path = tmp_path / "ic/keys/log.key"
    lost = words_of(path)
    path.unlink()
    refused = alone("ic", "status", status=2).output
    assert refused == (
        f"Error: {path}: The key of this section's log is not here. Put it back from your copy. If there is none, make another, "
        "for which the committee opens a new epoch: internationale key new-log\n"
    )
    said = alone("ic", "key", "new-log", "--out", "ic.card").output
    assert lost != words_of(path)
    assert words_of(path) in said
    assert not path.with_name("log-2.key").exists()
    assert (
        "The key of this section's log is not here"
        in alone("ic", "roster", "propose", "renew", "--yes", "--sign", status=1).output
    )
    alone("ic", "roster", "propose", "reopen", "ic", "--card", "ic.card", "--yes", "--sign", "--out", "ic.proposal", "--unasked")
    alone("ic", "roster", "adopt", "ic.proposal", "--unasked")
    alone("ic", "roster", "propose", "renew", "--yes", "--sign")
    assert words_of(path) in alone("ic", "key", "show").output
    assert "intl.v1.log.ic.2.1" in alone("ic", "log", "export").output


def test_an_announcement_that_is_refused_leaves_no_key_behind(alone: Command, tmp_path: Path) -> None:
    keys = tmp_path / "ic" / "keys"
    (keys / "log.key").unlink()
    alone("ic", "key", "new-log", "--out", "ic.card")
    before = {path: path.read_bytes() for path in keys.glob("log*")}
    for _again in range(2):
        assert "The key of this section's log is not here" in alone("ic", "key", "rotate-log", status=1).output
    assert {path: path.read_bytes() for path in keys.glob("log*")} == before


def test_a_key_that_somebody_else_has_announced_is_not_to_be_taken_over(alone: Command, tmp_path: Path) -> None:
    """Whoever stole the key of the log announces one of their own: the host is not told to wait until the committee takes it."""
    alone("ic", "key", "rotate-log")
    theirs = tmp_path / "ic/keys/log-2.key"
    fingerprint = fingerprints.groups(settings.read_key(theirs).public)
    theirs.unlink()
    refused = alone("ic", "key", "rotate-log", status=1).output
    assert f"announced that is not on this machine: {fingerprint}." in refused
    assert "internationale key new-log" in refused


def test_a_section_may_not_pass_the_number_of_an_unconfirmed_key(alone: Command) -> None:
    alone("ic", "key", "rotate-log", "--after", "2")
    assert (
        "waits for the International to confirm" in alone("ic", "roster", "propose", "renew", "--yes", "--sign", status=1).output
    )
