"""Writes ``sealed.json``: what is inside sealed events, and what must not be believed.

``python -m tests.wire.vectors.sealing``. Encrypting is never twice the same, so these were made once and stay.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from internationale.events import envelope, keys, sealed, sealing
from internationale.events.envelope import Envelope
from internationale.events.refs import Ref
from internationale.events.sealing import Identity

from .generate import longest_type

FILE = Path(__file__).parent / "sealed.json"
SAID = Envelope(
    section="fr",
    epoch=1,
    sequence=7,
    type="org.intl.documents.opened.v1",
    time=datetime(2026, 11, 22, 12, tzinfo=UTC),
    dataschema="urn:intl:schema:documents.opened:1",
    prevhash="0" * 64,
    refs=(Ref("ic", 1, 3, "a" * 16),),
    author="rosa",
    audience="de fr",
    data={"title": "Lundi, à cinq heures"},
)


def outer(said: Envelope, data: sealed.Sealed, contents: Sequence[bytes]) -> tuple[str, dict[str, str]]:
    """The body of the outer event and its parts (salted, as they travel), by name."""
    salted = [hashlib.sha256(content).digest()[:16] + content for content in contents]
    parts = {hashlib.sha256(part).hexdigest(): base64.b64encode(part).decode() for part in salted}
    plain = data.model_dump(exclude_none=True)
    event = replace(
        said, type=envelope.SEALED, dataschema=sealed.DATASCHEMA, refs=(), author=None, data=plain, parts=tuple(parts)
    )
    return envelope.serialize(event).decode(), parts


def made() -> dict[str, Any]:
    identities = {code: Identity.generate() for code in ("de", "fr", "stranger")}
    recipients = [identities["de"].recipient, identities["fr"].recipient]
    annex = [b"an annex\n" * 11_000, b""]
    cases = []

    def case(name: str, said: Envelope, data: sealed.Sealed, parts: Sequence[bytes] = (), **expected: Any) -> None:
        body, named = outer(said, data, parts)
        cases.append({"name": name, "body": body, "parts": named, **expected})

    def inside(said: Envelope, contents: Sequence[bytes]) -> dict[str, Any]:
        found = {"type": said.type, "refs": [str(ref) for ref in said.refs], "author": said.author, "data": said.data}
        return {**found, "parts": [hashlib.sha256(content).hexdigest() for content in contents]}

    def as_it_is(plain: bytes) -> sealed.Sealed:
        file = sealing.encrypt(plain, recipients)
        return sealed.Sealed(digest=hashlib.sha256(plain).hexdigest(), size=len(plain), content=keys.encode(file))

    short, _ = sealed.write(SAID, (), recipients)
    case("short", SAID, short, opened=inside(SAID, ()))
    long, parts = sealed.write(SAID, annex, recipients)
    case("with parts", SAID, long, parts, opened=inside(SAID, annex))
    case("for another number", replace(SAID, sequence=8), short, reason="sealed_context")
    case("for another section", replace(SAID, section="de"), short, reason="sealed_context")
    case("for others", replace(SAID, audience="ar de fr"), short, reason="sealed_context")
    case("another digest", SAID, short.model_copy(update={"digest": "0" * 64}), reason="sealed_context")
    case("another size", SAID, short.model_copy(update={"size": 8192}), reason="sealed_context")
    case("no JSON inside", SAID, as_it_is(sealing.padded(b"hello\n")), reason="sealed_malformed")
    stranger = sealing.encrypt(bytes(4096), [identities["stranger"].recipient])
    case("not for us", SAID, short.model_copy(update={"content": keys.encode(stranger)}), reason="not_readable")
    longest, longer = replace(SAID, type=longest_type()), replace(SAID, type=longest_type(1))
    case("the longest type", longest, sealed.write(longest, (), recipients)[0], opened=inside(longest, ()))
    case("a type of 201 characters", longer, sealed.write(longer, (), recipients)[0], reason="sealed_malformed")
    return {"identities": {code: identities[code].secret for code in ("de", "fr")}, "cases": cases}


if __name__ == "__main__":
    FILE.write_text(json.dumps(made(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
