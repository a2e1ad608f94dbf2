"""The vectors of events (``log.json``, ``bad.json``) and of keys (``keys.json``)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import nacl.signing

from internationale.events import envelope, keys
from internationale.events.envelope import Envelope
from internationale.events.keys import EVENT, ROSTER, SigningKey

KEY = SigningKey(bytes(range(32)))
NEXT_KEY = SigningKey(bytes(range(32, 64)))
OTHER = SigningKey(b"o" * 32)
ROSTER_HASH = "c0ffee" + "0" * 58
GENESIS = envelope.genesis("fr", 1, ROSTER_HASH)
KEYRING = {
    "fr": {
        "epoch": 1,
        "genesis": GENESIS,
        "keys": [{"key": str(KEY.public), "first": 1, "last": 3}, {"key": str(NEXT_KEY.public), "first": 4, "last": None}],
    },
    "ar": {
        "epoch": 2,
        "genesis": envelope.genesis("ar", 2, ROSTER_HASH),
        "keys": [{"key": str(OTHER.public), "first": 1, "last": None}],
    },
}
NO_ADDRESS = (
    "intl.v1.log.fr.1.03",
    "intl.v1.log.fr.1.0",
    "intl.v1.log.FR.1.3",
    "intl.v1.log.12.1.3",
    "intl.v1.log.fr.3",
    "intl.v1.log.fr.1.3\n",
    "",
)


def log() -> dict[str, Any]:
    """Six events of one log, those from the fourth on signed with the next key; the last two as long as they may be."""
    common: dict[str, Any] = {"section": "fr", "epoch": 1, "time": datetime(2026, 11, 22, 13, 0, 0, 250_000, UTC)}
    opened = Envelope(
        **common,
        sequence=1,
        type="org.intl.documents.opened.v1",
        dataschema="urn:intl:schema:documents.opened:1",
        prevhash=GENESIS,
        data={"document": "d1", "title": "برنامج · Programme · 綱領"},
        parts=("ab" * 32,),
        audience="public",
    )
    first = envelope.write(opened)[1]
    deep: Any = []
    for _ in range(29):
        deep = [deep]
    answered = Envelope(
        **common,
        sequence=2,
        type="org.intl.documents.amendment_proposed.v1",
        dataschema="urn:intl:schema:documents.amendment_proposed:1",
        prevhash=first.hash,
        refs=(first.ref,),
        author="Rosa",
        data={
            "numbers": [0, -1, 2**53 - 1, 1 - 2**53],
            "deep": deep,
            "nothing": None,
            "yes": True,
            "nested": {"empty": {}, "list": []},
        },
    )
    events = [opened, answered]
    for number in (3, 4):
        before = envelope.write(events[-1])[1]
        events.append(
            Envelope(
                **common,
                sequence=number,
                type="org.intl.talk.said.v12",
                dataschema="urn:intl:schema:talk.said:12",
                prevhash=before.hash,
                data={},
            )
        )
    for change in (
        {"type": longest_type(), "dataschema": "urn:intl:schema:talk.said:1"},
        {"type": envelope.SEALED, "dataschema": "urn:intl:schema:sealed:1", "audience": audience(envelope.MAX_READERS)},
    ):
        before = envelope.write(events[-1])[1]
        events.append(Envelope(**common, **change, sequence=before.sequence + 1, prevhash=before.hash, data={}))
    signed = [envelope.seal(event, NEXT_KEY if event.sequence >= 4 else KEY) for event in events]
    return {
        "about": "A log as it travels. Verify each signature, then the chain from the genesis of the keyring.",
        "roster_hash": ROSTER_HASH,
        "keyring": KEYRING,
        "events": [
            {
                "subject": event.address.subject,
                "text": each.body.decode(),
                "signature": each.signature,
                "hash": each.hash,
                "refs": list(map(str, event.refs)),
            }
            for event, each in zip(events, signed, strict=True)
        ],
    }


def longest_type(more: int = 0) -> str:
    """A type as long as it may be, or so many characters longer."""
    return f"org.intl.talk.{'a' * (envelope.MAX_TYPE - 17 + more)}.v1"


def audience(names: int) -> str:
    """So many sections, each with the longest code that there may be."""
    return " ".join(f"s{number:031}" for number in range(names))


def good_document() -> dict[str, Any]:
    """The third event of the log, to be spoiled."""
    document: dict[str, Any] = json.loads(log()["events"][2]["text"])
    return document


def bad() -> dict[str, Any]:
    """What must be refused, each for one reason."""
    vectors = [*_transport(), *_json(), *_attributes()]
    return {"about": "Each must be refused with exactly this reason.", "keyring": KEYRING, "vectors": vectors}


def _vector(
    why: str, reason: str, body: bytes, *, subject: str = "intl.v1.log.fr.1.3", signature: str | None = None
) -> dict[str, str]:
    signature = KEY.sign(EVENT, body) if signature is None else signature
    return {"why": why, "reason": reason, "subject": subject, "body": keys.encode(body), "signature": signature}


def _transport() -> list[dict[str, str]]:
    body = _spoiled({})
    right = KEY.sign(EVENT, body)
    flipped = keys.encode(bytes([keys.decode(right.partition(".")[2])[0] ^ 1]) + keys.decode(right.partition(".")[2])[1:])
    first, fourth = _spoiled({"sequence": "1", "id": "fr:1:1"}), _spoiled({"sequence": "4", "id": "fr:1:4"})
    return [
        _vector("one bit of the body", "bad_signature", body[:-3] + b"!" + body[-2:], signature=right),
        _vector("one bit of the signature", "bad_signature", body, signature=f"{KEY.public.id}.{flipped}"),
        _vector("signature over the bare body", "bad_signature", body, signature=_bare(body)),
        _vector("signed as a roster", "bad_signature", body, signature=KEY.sign(ROSTER, body)),
        _vector("signature with padding", "bad_signature", body, signature=right + "=="),
        _vector("signature in another spelling", "bad_signature", body, signature=right[:-1] + chr(ord(right[-1]) + 1)),
        _vector("signature with a strange character", "bad_signature", body, signature=right[:-5] + "!" + right[-5:]),
        _vector("no signature", "unknown_key", body, signature=""),
        _vector("another section's key", "unknown_key", body, signature=OTHER.sign(EVENT, body)),
        _vector("the new key before its first number", "key_not_valid_at_number", body, signature=NEXT_KEY.sign(EVENT, body)),
        _vector("the old key after its last number", "key_not_valid_at_number", fourth, subject="intl.v1.log.fr.1.4"),
        _vector("a section nobody knows", "unknown_section", body, subject="intl.v1.log.xx.1.3"),
        _vector("under another number", "subject_mismatch", body, subject="intl.v1.log.fr.1.2"),
        _vector("under another epoch", "subject_mismatch", first, subject="intl.v1.log.fr.2.1"),
        _vector("an epoch that is not open", "wrong_epoch", _spoiled({"epoch": 2, "id": "fr:2:3"}), subject="intl.v1.log.fr.2.3"),
        _vector("the first of another International's log", "wrong_genesis", first, subject="intl.v1.log.fr.1.1"),
        *(_vector("no address", "subject_malformed", body, subject=subject) for subject in NO_ADDRESS),
    ]


def _bare(body: bytes) -> str:
    return f"{KEY.public.id}.{keys.encode(nacl.signing.SigningKey(KEY.seed).sign(body).signature)}"


def _json() -> list[dict[str, str]]:
    body = _spoiled({})

    def data(text: str) -> bytes:
        return body.replace(b'"data":{}', b'"data":' + text.encode())

    deep = '{"a":' * 31 + "1" + "}" * 31
    texts: list[tuple[str, str, bytes]] = [
        ("a float", "bad_number", data('{"a":1.0}')),
        ("an exponent", "bad_number", data('{"a":1e2}')),
        ("not a number", "bad_number", data('{"a":NaN}')),
        ("2^53", "bad_number", data('{"a":9007199254740992}')),
        ("-2^53", "bad_number", data('{"a":-9007199254740992}')),
        ("many digits", "bad_number", data('{"a":' + "9" * 5000 + "}")),
        ("a key twice", "duplicate_key", data('{"a":1,"a":1}')),
        ("a key twice, once escaped", "duplicate_key", data('{"a":1,"\\u0061":1}')),
        ("an attribute twice", "duplicate_key", body.replace(b'"epoch":1', b'"epoch":1,"epoch":1')),
        ("NUL", "bad_text", data('{"a":"\\u0000"}')),
        ("a lone surrogate", "bad_text", data('{"a":"\\ud800"}')),
        ("an escape sequence", "bad_text", data('{"a":"\\u001b[8m"}')),
        ("a backspace", "bad_text", data('{"a":"\\b"}')),
        ("a form feed in a key", "bad_text", data('{"\\f":1}')),
        ("DEL", "bad_text", data('{"a":"\x7f"}')),
        ("a C1 control", "bad_text", data('{"a":"\u009b8m"}')),
        ("an override of direction", "bad_text", data('{"a":["\u202e"]}')),
        ("an override of direction, escaped", "bad_text", data('{"a":"\\u202E"}')),
        ("an isolate", "bad_text", data('{"a":{"b":"\u2066x\u2069"}}')),
        ("a lone surrogate in a key", "bad_text", data('{"\\udfff":1}')),
        ("33 levels", "too_deep", data('{"a":' + deep + "}")),
        ("a comma too many", "malformed_json", data('{"a":1,}')),
        ("a comment", "malformed_json", data("{/**/}")),
        ("something behind it", "malformed_json", body + b"{}"),
        ("a byte order mark", "malformed_json", b"\xef\xbb\xbf" + body),
        ("not UTF-8", "malformed_json", data('{"a":"x"}').replace(b"x", b"\xff")),
        ("overlong UTF-8", "malformed_json", data('{"a":"x"}').replace(b"x", b"\xc0\x80")),
        ("a bare newline in a text", "malformed_json", data('{"a":"\n"}')),
        ("nothing", "malformed_json", b""),
        ("a list", "malformed_envelope", b"[]"),
        ("a text", "malformed_envelope", b'"x"'),
    ]
    return [_vector(*text) for text in texts]


def _attributes() -> list[dict[str, str]]:
    ref = "fr:1:2:" + "a" * 16
    wrong: dict[str, dict[str, Any]] = {
        "specversion": {"specversion": "0.3"},
        "id": {"id": "fr:1:4"},
        "source": {"source": "urn:intl:section:FR"},
        "source, a number": {"source": "urn:intl:section:12"},
        "source, its beginning": {"source": "urn:intl:SECTION:fr"},
        "type": {"type": "org.intl.talk.said"},
        "time": {"time": "2026-11-22T13:00:00+00:00"},
        "datacontenttype": {"datacontenttype": "text/plain"},
        "epoch": {"epoch": "1"},
        "sequence": {"sequence": 3},
        "prevhash": {"prevhash": "AB" * 32},
        "audience": {"audience": "ar"},
        "audience, a number": {"audience": 1},
        "dataschema": {"dataschema": ""},
        "dataschema, a number": {"dataschema": 1},
        "data": {"data": []},
        "author": {"author": " Rosa"},
        "parts": {"parts": "ab"},
        "parts, a list": {"parts": ["ab" * 32]},
        "refs, nothing": {"refs": ""},
        "refs, a list": {"refs": ["fr:1:2:" + "a" * 16]},
        "Name": {"Name": "x"},
        "extra": {"extra": {"nested": 1}},
    }
    vectors = [_vector(f"wrong: {name}", "malformed_envelope", _spoiled(change)) for name, change in wrong.items()]
    missing = ("id", "data", "prevhash", "audience")
    vectors += [_vector(f"missing: {name}", "malformed_envelope", _spoiled({}, without=name)) for name in missing]
    sealed = {"type": envelope.SEALED, "audience": "ar fr"}
    more: list[tuple[str, str, dict[str, Any]]] = [
        ("a number with zeros in front", "malformed_envelope", {"sequence": "03"}),
        ("an epoch that is no number", "malformed_envelope", {"epoch": True}),
        ("the 30th of February", "malformed_envelope", {"time": "2026-02-30T13:00:00Z"}),
        ("other people's digits", "malformed_envelope", {"time": "٢٠٢٦-11-22T13:00:00Z"}),
        ("a day of 25 hours", "malformed_envelope", {"time": "2026-11-22T24:00:00Z"}),
        ("sealed, with an author", "malformed_envelope", {**sealed, "author": "Rosa"}),
        ("sealed, with refs", "malformed_envelope", {**sealed, "refs": ref}),
        ("sealed, for all", "malformed_envelope", {**sealed, "audience": "international"}),
        ("sealed, for no section's name", "malformed_envelope", {**sealed, "audience": "AR fr"}),
        ("sealed, for a number", "malformed_envelope", {**sealed, "audience": "12 fr"}),
        ("sealed, names out of order", "malformed_envelope", {**sealed, "audience": "fr ar"}),
        ("sealed, for 129 sections", "malformed_envelope", {**sealed, "audience": audience(envelope.MAX_READERS + 1)}),
        ("a type of 201 characters", "malformed_envelope", {"type": longest_type(1)}),
        ("a part twice", "malformed_envelope", {"parts": " ".join(["ab" * 32] * 2)}),
        ("a ref twice", "malformed_refs", {"refs": f"{ref} {ref}"}),
        ("two spaces", "malformed_refs", {"refs": f"{ref}  fr:1:1:{'a' * 16}"}),
        ("a short hash", "malformed_refs", {"refs": ref[:-1]}),
        ("a ref without hash", "malformed_refs", {"refs": "fr:1:2"}),
        ("a ref into the log of a number", "malformed_refs", {"refs": "12:1:2:" + "a" * 16}),
        ("257 refs", "malformed_refs", {"refs": " ".join(f"fr:1:{number}:{'a' * 16}" for number in range(1, 258))}),
    ]
    return vectors + [_vector(why, reason, _spoiled(change)) for why, reason, change in more]


def _spoiled(change: dict[str, Any], without: str = "") -> bytes:
    document = {name: value for name, value in (good_document() | change).items() if name != without}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signing() -> dict[str, Any]:
    """Keys, the encoding that is signed, and signatures."""
    body = b'{"hello":"w\xc3\xb6rld"}'
    return {
        "about": "Seeds and keys are base64url without padding; the rest is hexadecimal unless it says otherwise.",
        "vectors": [
            {
                "seed": key.secret_text(),
                "public": str(key.public),
                "id": key.public.id,
                "payload_type": kind.decode(),
                "body": body.hex(),
                "pae": keys.pae(kind, body).hex(),
                "digest": keys.digest(kind, body).hex(),
                "signature": key.sign(kind, body),
            }
            for key in (KEY, OTHER)
            for kind in (keys.EVENT, keys.ROSTER, keys.HEADS)
        ],
    }


FILES: dict[str, Callable[[], dict[str, Any]]] = {"log.json": log, "bad.json": bad, "keys.json": signing}
