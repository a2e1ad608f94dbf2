"""What is inside sealed events: our code agrees with the published vectors, and so does a reader made from the README alone."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pyrage
import pytest

from internationale.errors import Untrusted
from internationale.events import envelope, sealed
from internationale.events.sealing import Identity

GIVEN = json.loads((Path(__file__).parent / "vectors" / "sealed.json").read_text(encoding="utf-8"))
CASES = GIVEN["cases"]


def part(case: dict[str, Any], name: str) -> bytes:
    salted = base64.b64decode(case["parts"][name])
    assert hashlib.sha256(salted).hexdigest() == name
    return salted[16:]


@pytest.mark.parametrize("code", sorted(GIVEN["identities"]))
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_our_code_agrees(case: dict[str, Any], code: str) -> None:
    outer = envelope.parse(case["body"].encode())
    identities = [Identity.parse(GIVEN["identities"][code])]
    if "reason" in case:
        with pytest.raises(Untrusted) as refused:
            sealed.open(outer, lambda name: part(case, name), identities)
        assert refused.value.reason == case["reason"]
        return
    opened = sealed.open(outer, lambda name: part(case, name), identities).envelope
    found = {"type": opened.type, "refs": [str(ref) for ref in opened.refs], "author": opened.author, "data": opened.data}
    assert {**found, "parts": list(opened.parts)} == case["opened"]


@pytest.mark.parametrize("case", [case for case in CASES if "opened" in case], ids=lambda case: case["name"])
def test_a_reader_made_from_the_readme_agrees(case: dict[str, Any]) -> None:
    said = json.loads(case["body"])
    data = said["data"]
    if "content" in data:
        file = base64.urlsafe_b64decode(data["content"] + "=" * (-len(data["content"]) % 4))
    else:
        file = b"".join(part(case, name) for name in said["parts"].split())
    plain = pyrage.decrypt(file, [pyrage.x25519.Identity.from_str(GIVEN["identities"]["de"])])
    assert (len(plain), hashlib.sha256(plain).hexdigest()) == (data["size"], data["digest"])
    line, _, rest = plain.partition(b"\n")
    inside = json.loads(line)
    context = [inside["section"], str(inside["epoch"]), str(inside["sequence"])]
    assert (":".join(context), inside["audience"]) == (said["id"], said["audience"])
    names, start = [], 0
    for length in inside["parts"]:
        names.append(hashlib.sha256(rest[start : start + length]).hexdigest())
        start += length
    assert rest[start:].strip(b"\0") == b""
    assert {name: inside[name] for name in ("type", "refs", "author", "data")} | {"parts": names} == case["opened"]
