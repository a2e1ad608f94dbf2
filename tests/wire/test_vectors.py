"""The published vectors: our code agrees with them, and so does the checker of the events' README, which shares none of it."""

import json
import re
from pathlib import Path
from typing import Any

import nacl.exceptions
import pytest

import internationale.events
from internationale.errors import Untrusted
from internationale.events import card, envelope, heads, keys, logs, roster
from internationale.events.envelope import Signed
from internationale.events.keys import PublicKey, SigningKey
from internationale.events.logs import KeyRange, Keyring, LogRules
from internationale.events.signed import SignedDocument

from . import vectors
from .vectors.documents import NAMES

VECTORS = Path(__file__).parent / "vectors"
README = Path(internationale.events.__file__).parent / "README.md"


def read(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def keyring(given: dict[str, Any]) -> Keyring:
    return {
        code: LogRules(
            code,
            rules["epoch"],
            rules["genesis"],
            tuple(KeyRange(PublicKey.parse(each["key"]), each["first"], each["last"]) for each in rules["keys"]),
        )
        for code, rules in given.items()
    }


LOG, BAD, KEYS = read("log.json"), read("bad.json"), read("keys.json")
ROSTERS, HEADS, CARDS = read("rosters.json"), read("heads.json"), read("cards.json")


def document(given: dict[str, Any]) -> SignedDocument:
    return SignedDocument.from_plain({"body": given["body"], "signatures": given["signatures"]})


@pytest.mark.parametrize("name", vectors.FILES)
def test_the_same_input_still_gives_the_same_bytes(name: str):
    assert (VECTORS / name).read_text(encoding="utf-8") == vectors.text(name)


def test_the_good_log_verifies_and_chains():
    before = envelope.genesis("fr", 1, LOG["roster_hash"])
    assert before == LOG["keyring"]["fr"]["genesis"]
    for given in LOG["events"]:
        signed = Signed(given["text"].encode(), given["signature"])
        read_ = logs.verify(given["subject"], signed, keyring(LOG["keyring"]))
        assert (read_.hash, signed.hash, read_.prevhash) == (given["hash"], given["hash"], before)
        assert list(map(str, read_.refs)) == given["refs"]
        before = read_.hash


@pytest.mark.parametrize("given", BAD["vectors"], ids=lambda given: given["why"])
def test_the_bad_are_refused_for_their_reason(given: dict[str, str]):
    signed = Signed(keys.decode(given["body"]), given["signature"])
    with pytest.raises(Untrusted) as caught:
        logs.verify(given["subject"], signed, keyring(BAD["keyring"]))
    assert caught.value.reason == given["reason"]


@pytest.mark.parametrize("given", KEYS["vectors"])
def test_keys_and_signatures(given: dict[str, str]):
    key, kind, body = SigningKey.parse(given["seed"]), given["payload_type"].encode(), bytes.fromhex(given["body"])
    assert (str(key.public), key.public.id) == (given["public"], given["id"])
    assert keys.pae(kind, body).hex() == given["pae"]
    assert keys.digest(kind, body).hex() == given["digest"]
    assert key.sign(kind, body) == given["signature"]
    PublicKey.parse(given["public"]).verify(kind, body, given["signature"])


def test_the_good_rosters_follow_each_other():
    chain = roster.verify_chain([document(each) for each in ROSTERS["good"]])
    found = {code: {"epoch": rules.epoch, "genesis": rules.genesis} for code, rules in roster.keyring_of(chain).items()}
    assert found == ROSTERS["latest"]


@pytest.mark.parametrize("given", ROSTERS["bad"], ids=lambda given: given["why"])
def test_bad_rosters_are_refused_for_their_reason(given: dict[str, Any]):
    before = (
        roster.verify_chain([document(each) for each in ROSTERS["good"][: given["previous"]]]) if given["previous"] else [None]
    )
    with pytest.raises(Untrusted) as caught:
        roster.verify(before[-1], document(given))
    assert caught.value.reason == given["reason"]


def test_good_heads_and_cards_are_read():
    for given in HEADS["good"]:
        assert heads.verify(document(given), keyring(HEADS["keyring"])).section == "fr"
    assert [card.verify(document(given)).code for given in CARDS["good"]] == ["fr"] * (3 + len(NAMES))


@pytest.mark.parametrize("given", HEADS["bad"], ids=lambda given: given["why"])
def test_bad_heads_are_refused_for_their_reason(given: dict[str, Any]):
    with pytest.raises(Untrusted) as caught:
        heads.verify(document(given), keyring(HEADS["keyring"]))
    assert caught.value.reason == given["reason"]


@pytest.mark.parametrize("given", CARDS["bad"], ids=lambda given: given["why"])
def test_bad_cards_are_refused_for_their_reason(given: dict[str, Any]):
    with pytest.raises(Untrusted) as caught:
        card.verify(document(given))
    assert caught.value.reason == given["reason"]


def test_the_checker_of_the_readme_agrees(tmp_path: Path):
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(compile(code, str(README), "exec"), namespace)
    lines = [
        json.dumps({"subject": each["subject"], "body": keys.encode(each["text"].encode()), "signature": each["signature"]})
        for each in LOG["events"]
    ]
    rules = LOG["keyring"]["fr"]
    assert namespace["check"](lines, rules["genesis"], rules["keys"]) == len(lines) == 6
    for number, line in enumerate(lines):
        stolen = json.dumps(json.loads(line) | {"signature": LOG["events"][number - 1]["signature"]})
        with pytest.raises((AssertionError, nacl.exceptions.BadSignatureError)):
            namespace["check"]([*lines[:number], stolen, *lines[number + 1 :]], rules["genesis"], rules["keys"])
    with pytest.raises(AssertionError):
        namespace["check"](lines[1:], rules["genesis"], rules["keys"])


def test_the_readme_names_every_reason():
    text = README.read_text(encoding="utf-8")
    assert {each["reason"] for each in BAD["vectors"]} <= set(re.findall(r"`([a-z_]+)`", text))
