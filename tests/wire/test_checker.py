"""The independent checker (``deploy/verify/verify.py``) agrees with the vectors, and so with us, in every case and reason."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from internationale.bundle import packing
from internationale.events import keys, proofs, roster
from internationale.events.card import Card
from internationale.events.envelope import Signed
from internationale.events.keys import SigningKey
from internationale.events.roster import LastGood, Root, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import Utterance
from internationale.rooms.roster.rules import changes
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.people import speaker

from .test_vectors import BAD, CARDS, HEADS, KEYS, LOG, ROSTERS, read

VERIFY = Path(__file__).parents[2] / "deploy" / "verify" / "verify.py"
EXPORTS = read("exports.json")


def load() -> ModuleType:
    found = importlib.util.spec_from_file_location("verify", VERIFY)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


verify = load()


def rules(keyring: dict[str, Any]) -> dict[str, Any]:
    """A keyring of the vectors, as the checker makes it from rosters."""
    return {
        code: {"epoch": its["epoch"], "logs": {its["epoch"]: {"genesis": its["genesis"], "keys": list(map(ranged, its["keys"]))}}}
        for code, its in keyring.items()
    }


def ranged(key: dict[str, Any]) -> dict[str, Any]:
    return key | {"last": key["last"] or verify.BIGGEST}


def test_it_shares_nothing_with_us() -> None:
    imported = [
        line.split()[1].partition(".")[0] for line in VERIFY.read_text().splitlines() if line.startswith(("import", "from"))
    ]
    assert set(imported) - sys.stdlib_module_names == {"nacl"}


def test_the_good_log() -> None:
    for given in LOG["events"]:
        event = verify.check_event(given["subject"], given["text"].encode(), given["signature"], rules(LOG["keyring"]))
        assert verify.digest("event", given["text"].encode()) == given["hash"]
        assert event.get("refs", "").split() == given["refs"]


@pytest.mark.parametrize("given", BAD["vectors"], ids=lambda given: given["why"])
def test_bad_events(given: dict[str, str]) -> None:
    with pytest.raises(verify.Wrong) as caught:
        verify.check_event(given["subject"], verify.raw(given["body"]), given["signature"], rules(BAD["keyring"]))
    assert str(caught.value) == given["reason"]


@pytest.mark.parametrize("given", KEYS["vectors"])
def test_keys_and_signatures(given: dict[str, str]) -> None:
    kind, body = given["payload_type"].split(":")[2], bytes.fromhex(given["body"])
    assert verify.encoded(kind, body).hex() == given["pae"]
    assert verify.digest(kind, body) == given["digest"]
    assert verify.signed_by(given["public"], kind, body, given["signature"])
    assert not verify.signed_by(given["public"], kind, body + b"!", given["signature"])


def chain(length: int) -> list[Any]:
    versions: list[Any] = [None]
    for each in ROSTERS["good"][:length]:
        versions.append(verify.next_roster(versions[-1], verify.raw(each["body"]), each["signatures"]))
    return versions


def test_good_rosters() -> None:
    found = verify.rules_of(chain(len(ROSTERS["good"]))[1:])
    assert {code: (its["epoch"], its["logs"][its["epoch"]]["genesis"]) for code, its in found.items()} == {
        code: (its["epoch"], its["genesis"]) for code, its in ROSTERS["latest"].items()
    }


@pytest.mark.parametrize("given", ROSTERS["bad"], ids=lambda given: given["why"])
def test_bad_rosters(given: dict[str, Any]) -> None:
    with pytest.raises(verify.Wrong) as caught:
        verify.next_roster(chain(given["previous"])[-1], verify.raw(given["body"]), given["signatures"])
    assert str(caught.value) == given["reason"]


def test_good_heads_and_cards() -> None:
    for given in HEADS["good"]:
        assert verify.check_heads(verify.raw(given["body"]), given["signatures"], rules(HEADS["keyring"]))["section"] == "fr"
    for given in CARDS["good"]:
        assert verify.check_card(verify.raw(given["body"]), given["signatures"])["code"] == "fr"


@pytest.mark.parametrize("given", HEADS["bad"], ids=lambda given: given["why"])
def test_bad_heads(given: dict[str, Any]) -> None:
    with pytest.raises(verify.Wrong) as caught:
        verify.check_heads(verify.raw(given["body"]), given["signatures"], rules(HEADS["keyring"]))
    assert str(caught.value) == given["reason"]


@pytest.mark.parametrize("given", CARDS["bad"], ids=lambda given: given["why"])
def test_bad_cards(given: dict[str, Any]) -> None:
    with pytest.raises(verify.Wrong) as caught:
        verify.check_card(verify.raw(given["body"]), given["signatures"])
    assert str(caught.value) == given["reason"]


@pytest.mark.parametrize("given", EXPORTS["files"], ids=lambda given: given["why"])
def test_whole_files(given: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "export"
    file.write_text("".join(json.dumps(line) + "\n" for line in given["lines"]))
    assert verify.main([str(file)]) == given["status"]
    wrong = [line for line in capsys.readouterr().out.splitlines() if line.startswith("WRONG")]
    expected = [f"WRONG: {file}, line {line}: {reason}" for line, reason in given["wrong"]]
    assert wrong[: len(expected)] == expected
    assert bool(wrong) == (given["status"] == 1)


def test_the_command(tmp_path: Path) -> None:
    """Its sentences, its exit status, and the root key that one trusts."""
    whole = tmp_path / "whole"
    whole.write_text("".join(json.dumps(line) + "\n" for line in EXPORTS["files"][0]["lines"]))
    printed = run(whole)
    assert "fr, epoch 1: 4 events, all signed and chained" in printed
    assert "fr, epoch 2: 2 events, all signed and chained" in printed
    fingerprint = printed.partition("root key ")[2].partition(" of ")[0]
    assert "root key" not in run("--root", fingerprint, whole)
    assert "unknown_root" in run("--root", "0000 " * 8, whole, status=1)
    run(tmp_path / "nowhere", status=2)


def run(*arguments: object, status: int = 0) -> str:
    done = subprocess.run([sys.executable, "-I", VERIFY, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout


def test_what_our_sections_hand_out(federation: Any, tmp_path: Path) -> None:
    """A bundle made by a section, with parts and heads, and then with what is new only."""
    _ic, fr = federation("ic", "fr", plugins=today())
    for number in range(5):
        with fr.writing() as session:
            fr.publish(session, Utterance(notes.Written(text=str(number)), parts=(b"long",) if number else ()), by=speaker(fr))
    whole, new = tmp_path / "whole", tmp_path / "new"
    whole.write_bytes(b"".join(packing.lines(fr, packing.Wanted())))
    new.write_bytes(b"".join(packing.lines(fr, packing.Wanted(since={("fr", 1): 3}))))
    assert "fr, epoch 1: 5 events, all signed" in run(whole)
    assert "parts: 4 in the file, 0 named by events and not in the file" in run(whole)
    assert "fr, epoch 1: 2 events from number 4 on, all signed" in run(new)
    half = tmp_path / "half"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    number = half.read_bytes().count(b"\n") + 1
    assert [line for line in run(half, status=1).splitlines() if "WRONG" in line] == [f"WRONG: {half}, line {number}: cut_off"]
    assert "cut_off" in run(cut(whole), status=1)


def cut(file: Path) -> Path:
    """The same without its last line."""
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    return file


def test_a_proof_of_a_fork(tmp_path: Path) -> None:
    """Ours and the checker's reading of one file are the same, and what we write is what it reads."""
    (given,) = (each["lines"] for each in EXPORTS["files"] if each["why"] == "a proof of a fork")
    (proven,) = proofs.check(json.dumps(line) for line in given)
    assert str(proven.address) == "fr:1:2"
    documents = [SignedDocument.from_header(keys.decode(line["body"]), line["signature"]) for line in given[:-2]]
    events = [Signed(keys.decode(line["body"]), line["signature"]) for line in given[-2:]]
    file = tmp_path / "proof"
    file.write_text("\n".join(proofs.lines(roster.verify_chain(documents), proven.address, events)) + "\n")
    assert "fr, epoch 1: FORK PROVED: different events rightly signed for number 2" in run(file, status=3)


def test_the_rules_of_every_epoch_through_a_long_history() -> None:
    """Keys rotated, a log reopened, a section suspended, readmitted, expelled, admitted anew: both give the same rules."""
    root, new = SigningKey.generate(), lambda: SigningKey.generate().public
    now = datetime(2026, 11, 22, tzinfo=UTC)
    ic, fr, ar = (Card(code=code, name=code, languages=("en",), key=new()) for code in ("ic", "fr", "ar"))
    draft = changes.founded([ic, fr], [Root(key=root.public, holder="root")], 1, (), now)
    steps: list[Callable[[Version], Roster | None]] = [
        lambda v: changes.rotated(v, "fr", new(), 5, now),
        lambda v: changes.admitted(v, ar, now),
        lambda v: changes.ended(v, "ar", Status.SUSPENDED, good(1, 7), now),
        lambda v: changes.reopened(v, "fr", new(), good(1, 9), now),
        lambda v: changes.readmitted(v, "ar", now),
        lambda v: changes.rotated(v, "fr", new(), 3, now),
        lambda v: changes.ended(v, "fr", Status.EXPELLED, good(2, 0), now),
        lambda v: changes.ended(v, "ar", Status.RESIGNED, good(1, 8), now),
        lambda v: changes.admitted(v, fr.model_copy(update={"key": new()}), now),
        lambda v: changes.ended(v, "fr", Status.SUSPENDED, good(3, 2), now),
    ]
    chain, theirs = list[Version](), list[Any]()
    for step in (None, *steps):
        made = draft if step is None else step(chain[-1])
        assert made is not None
        document = SignedDocument.seal(keys.ROSTER, made, root)
        chain.append(roster.verify(chain[-1] if chain else None, document))
        theirs.append(verify.next_roster(theirs[-1] if theirs else None, document.body, document.signatures))
        assert plain_rules(chain) == plain_rules_of(verify.rules_of(theirs))


def good(epoch: int, sequence: int) -> LastGood:
    return LastGood(epoch=epoch, sequence=sequence, hash="ab" * 32)


def plain_rules(chain: list[Version]) -> dict[Any, Any]:
    return {
        log: (its.genesis, [(str(each.key), each.first, each.last) for each in its.keys], its.pin)
        for log, its in roster.histories(chain).items()
    }


def plain_rules_of(found: dict[str, Any]) -> dict[Any, Any]:
    return {
        (code, epoch): (
            its["genesis"],
            [(each["key"], each["first"], None if each["last"] == verify.BIGGEST else each["last"]) for each in its["keys"]],
            (its["pin"]["sequence"], its["pin"]["hash"]) if its["pin"] and its["pin"]["sequence"] else None,
        )
        for code, section in found.items()
        for epoch, its in section["logs"].items()
    }
