"""The vectors of signed documents (``rosters.json``, ``heads.json``, ``cards.json``): good ones, and bad ones."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from internationale.events import envelope, keys
from internationale.events.keys import CARD, HEADS, ROSTER, SigningKey

from .generate import KEY, KEYRING, NEXT_KEY, OTHER

ROOTS = tuple(SigningKey(bytes([number]) * 32) for number in (101, 102, 103))
IC, THIRD, ANOTHER = (SigningKey(letter * 32) for letter in (b"i", b"t", b"a"))
NKEY = "U" + "A" * 55
RECIPIENT = "age1" + "q" * 58
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTWFyeA==\n-----END CERTIFICATE-----\n"
FIRST = str(ROOTS[0].public)
BAD_ROOT = {"key": "AAAA", "holder": "nobody"}
LANGUAGES = [one + other for one in "abcdefgh" for other in "abcdefgh"]
"""As many as there may be."""
TAKEN = ("international", "public")
"""Words that mean everybody, and so name no section."""
UNFIT = '\u00ad\u061c\u180e\u200b\u2060\u2064\u206f\u3164\ufe0f\ufeff\U000e0041\U000e01ef"«»“”„「＂'
"""What nobody sees in a name, and with what it could end its own quotation."""
LIKE_IC = ["Section ic", "SECTION IC", " Section\u00a0\u3000 ic", "Ｓection ⅰc", "Section\u200e i\u200cc"]
"""Names that count as the one of ``ic``."""
NAMES = ["شاخهٔ ایران می\u200cرود", "Section de l’Est ‘rouge’", "Ⴀ Ꭰ ꭰ İ ẞ \u1c90 \ua7cc", "a\u200eb"]
"""Names as they may be: with apostrophes, with joiners and direction marks, with letters that every Unicode knows otherwise."""

Document = dict[str, Any]


def dumped(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signed(kind: bytes, document: object, *signers: SigningKey) -> dict[str, Any]:
    body = document if isinstance(document, bytes) else dumped(document)
    return {"body": keys.encode(body), "signatures": [key.sign(kind, body) for key in signers]}


# Rosters


def entry(code: str, key: SigningKey, opened: int, **more: Any) -> Document:
    plain = {"code": code, "name": f"Section {code}", "languages": ["fr", "ar-DZ"], "status": "member", "mandates": []}
    plain |= {"epoch": 1, "opened": opened, "keys": [{"key": str(key.public), "first": 1}]}
    return plain | more


def root(number: int) -> Document:
    return {"key": str(ROOTS[number].public), "holder": f"Committee member {number + 1}"}


def following(previous: Document, before: dict[str, Any], **changes: Any) -> Document:
    """The next version of a roster, as a document to be signed."""
    hash_ = keys.digest(ROSTER, keys.decode(before["body"])).hex()
    return previous | {"version": previous["version"] + 1, "prevhash": hash_} | changes


def chain() -> list[tuple[Document, dict[str, Any]]]:
    """Founding; more roots and a section; a key rotated; a log reopened; a section expelled."""
    document: Document = {"version": 1, "prevhash": "0" * 64, "issued": "2026-11-22T12:00:00.000Z"}
    document |= {"expires": "2027-11-22T12:00:00.000Z", "threshold": 1, "roots": [root(0)]}
    document |= {"sections": [entry("ic", IC, 1, mandates=["committee"], address="https://ic.example")], "hubs": []}
    versions = [(document, signed(ROSTER, document, ROOTS[0]))]
    for changes, signers in _changes():
        document = following(*versions[-1], **changes)
        versions.append((document, signed(ROSTER, document, *signers)))
    return versions


def _changes() -> Sequence[tuple[Document, tuple[SigningKey, ...]]]:
    ic = entry("ic", IC, 1, mandates=["committee"], address="https://ic.example")
    rotated = [{"key": str(KEY.public), "first": 1, "last": 3}, {"key": str(NEXT_KEY.public), "first": 4}]
    once = [{"key": str(OTHER.public), "first": 1, "last": 1}, {"key": str(ANOTHER.public), "first": 2}]
    reopened = entry("fr", THIRD, 4, epoch=2, last_good={"epoch": 1, "sequence": 4, "hash": "ab" * 32})
    expelled = entry("ar", OTHER, 4, keys=once, status="expelled", last_good={"epoch": 1, "sequence": 0, "hash": "0" * 64})
    hub = {"id": "hub-1", "urls": ["tls://hub.example:4222", "wss://hub.example"], "ca": CERTIFICATE}
    return [
        ({"threshold": 2, "roots": [root(0), root(1), root(2)], "sections": [entry("fr", KEY, 2), ic]}, ROOTS[:2]),
        ({"sections": [entry("fr", KEY, 2, keys=rotated, nkey=NKEY, recipients=[RECIPIENT]), ic], "hubs": [hub]}, ROOTS[1:]),
        ({"sections": [entry("ar", OTHER, 4, address=None), reopened, ic], "later": {"unknown": True}}, ROOTS[:2]),
        ({"sections": [expelled, reopened, ic], "expires": "2027-12-24T12:00:00.000Z"}, ROOTS),  # as long as it may be
    ]


def rosters() -> Document:
    """A chain that holds, and what must be refused after its second version."""
    good = chain()
    latest = {code: {"epoch": epoch, "genesis": genesis} for code, epoch, genesis in _geneses(good)}
    return {
        "about": "good: one chain from the first version. bad: each refused as the version after the one numbered previous.",
        "good": [version for _document, version in good],
        "latest": latest,
        "bad": [*_unfollowing(good), *_misshapen(good)],
    }


def _geneses(good: list[tuple[Document, dict[str, Any]]]) -> list[tuple[str, int, str]]:
    hashes = [keys.digest(ROSTER, keys.decode(version["body"])).hex() for _document, version in good]
    sections = good[-1][0]["sections"]
    return [
        (one["code"], one["epoch"], envelope.genesis(one["code"], one["epoch"], hashes[one["opened"] - 1])) for one in sections
    ]


def _bad(why: str, reason: str, previous: int, version: dict[str, Any]) -> dict[str, Any]:
    return {"why": why, "reason": reason, "previous": previous} | version


def _unfollowing(good: list[tuple[Document, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Well-formed, and not to be followed."""
    two = following(*good[1])
    fr, ic = good[1][0]["sections"]
    pinned = {"epoch": 1, "sequence": 4, "hash": "ab" * 32}
    again = entry("fr", THIRD, 3, epoch=2, last_good=pinned)
    open_end = entry("fr", THIRD, 3, epoch=2)
    two_keys = [{"key": str(THIRD.public), "first": 1, "last": 1}, {"key": str(ANOTHER.public), "first": 2}]
    newcomers: list[tuple[str, Document]] = [
        ("a newcomer in its second epoch", {"epoch": 2, "last_good": pinned}),
        ("a newcomer who is suspended", {"status": "suspended", "last_good": pinned}),
        ("a newcomer with two keys", {"keys": two_keys}),
        ("a newcomer whose log begins at number 2", {"keys": [{"key": str(OTHER.public), "first": 2}]}),
        ("a newcomer whose log ends", {"keys": [{"key": str(OTHER.public), "first": 1, "last": 9}]}),
    ]
    roots, others = ROOTS[:2], [root(1), root(2)]
    twice = signed(ROSTER, two, ROOTS[0], ROOTS[0])
    cases: list[tuple[str, str, Document, Sequence[SigningKey]]] = [
        ("the same number again", "roster_rollback", two | {"version": 2}, roots),
        ("an older number", "roster_rollback", two | {"version": 1, "sections": [entry("ic", IC, 1)]}, roots),
        ("a version skipped", "roster_gap", two | {"version": 4}, roots),
        ("after another version", "roster_fork", two | {"prevhash": "ab" * 32}, roots),
        ("a section vanished", "roster_history", two | {"sections": [ic]}, roots),
        ("an epoch opened anew under its number", "roster_history", two | {"sections": [fr | {"opened": 3}, ic]}, roots),
        ("an epoch opened by an older version", "roster_history", two | {"sections": [again | {"opened": 2}, ic]}, roots),
        (
            "an epoch left out",
            "roster_history",
            two | {"sections": [again | {"epoch": 3, "last_good": pinned | {"epoch": 2}}, ic]},
            roots,
        ),
        ("an epoch opened while the one before goes on", "roster_history", two | {"sections": [open_end, ic]}, roots),
        ("an epoch that begins with two keys", "roster_history", two | {"sections": [again | {"keys": two_keys}, ic]}, roots),
        ("a newcomer opened earlier", "roster_history", two | {"sections": [entry("ar", OTHER, 2), fr, ic]}, roots),
        *((why, "roster_history", two | {"sections": [entry("ar", OTHER, 3, **odd), fr, ic]}, roots) for why, odd in newcomers),
        ("one root of two", "roster_threshold", two, ROOTS[:1]),
        ("nobody", "roster_threshold", two, ()),
        ("a log key", "roster_threshold", two, (ROOTS[0], KEY)),
        ("old roots only", "roster_threshold", two | {"roots": [root(2)], "threshold": 1}, roots),
        ("new roots only", "roster_threshold", two | {"roots": others, "threshold": 2}, ROOTS[2:]),
    ]
    bad = [_bad(why, reason, 2, signed(ROSTER, document, *signers)) for why, reason, document, signers in cases]
    bad.append(_bad("one root twice", "roster_threshold", 2, twice))
    bad.append(_bad("signed as heads", "roster_threshold", 2, signed(HEADS, two, *roots)))
    bad.append(_bad("another's signature", "roster_threshold", 2, signed(ROSTER, two) | {"signatures": good[1][1]["signatures"]}))
    bad.append(_bad("no first version", "roster_gap", 0, good[1][1]))
    first = good[0][0] | {"prevhash": "ab" * 32}
    bad.append(_bad("a first version after something", "roster_fork", 0, signed(ROSTER, first, ROOTS[0])))
    return bad


def _misshapen(good: list[tuple[Document, dict[str, Any]]]) -> list[dict[str, Any]]:
    two = following(*good[1])
    fr, ic = good[1][0]["sections"]
    key, other, pin = str(KEY.public), str(OTHER.public), {"epoch": 1, "sequence": 1, "hash": "ab" * 32}
    of_fr: list[Document] = [
        {"code": "FR"}, {"code": "12"}, {"code": "1f"}, {"code": "-f"},
        {"name": ""}, {"name": "x" * 201}, {"name": "a\u2028b"}, *({"name": f"a{each}b"} for each in UNFIT),
        *({"name": each} for each in LIKE_IC), {"languages": []}, {"languages": ["fr", "fr"]},
        {"languages": [*LANGUAGES, "zz"]},
        {"languages": ["French"]}, {"status": "friend"}, {"status": "suspended"}, {"mandates": None}, {"mandates": ["A"]},
        {"epoch": 0}, {"epoch": "1"}, {"opened": 9}, {"keys": []}, {"keys": [{"key": key}]},
        {"keys": [{"key": key + "=", "first": 1}]}, {"keys": [{"key": key, "first": 2, "last": 1}]},
        {"keys": [{"key": key, "first": 1}, {"key": other, "first": 2}]},
        {"keys": [{"key": key, "first": 1, "last": 3}, {"key": other, "first": 3}]},
        {"keys": [{"key": str(IC.public), "first": 1}]}, {"keys": [{"key": FIRST, "first": 1}]}, {"address": "nowhere"},
        {"address": "https://" + "x" * 500}, {"nkey": "SA" + "A" * 54}, {"recipients": []}, {"recipients": [RECIPIENT] * 2},
        {"last_good": {"epoch": 1, "sequence": -1, "hash": "0" * 64}},
        {"last_good": {"epoch": 1, "sequence": 1, "hash": "AB" * 32}}, {"last_good": pin}, {"epoch": 3, "last_good": pin},
        {"status": "expelled", "last_good": pin | {"epoch": 2}}, {"status": "expelled", "epoch": 2, "last_good": pin},
        {"last_good": {"epoch": 0, "sequence": 1, "hash": "0" * 64}},
        {"status": "guest", "last_good": {"epoch": 1, "sequence": 1, "hash": "0" * 64}}, {"opened": True},
        {"keys": [{"key": key, "first": True}]}, {"keys": [{"key": key, "first": 1, "last": True}]},
    ]  # fmt: skip
    whole: list[Document] = [
        {"version": 0}, {"version": True}, {"version": 10**15}, {"expires": "tomorrow"}, {"roots": [root(0), root(1), BAD_ROOT]},
        {"roots": [root(0), root(1), root(2) | {"holder": ""}]}, {"hubs": [{"id": "Hub 1", "urls": ["nats://x"]}]},
        {"hubs": [{"id": "12", "urls": ["nats://x"]}]}, *({"sections": [ic, fr | {"code": each}]} for each in TAKEN),
        {"prevhash": "0" * 63}, {"issued": "2026-11-22T12:00:00"},
        {"issued": "2026-02-30T12:00:00Z"}, {"issued": "٢٠٢٦-11-22T12:00:00Z"}, {"expires": "2026-11-22T12:00:00.000Z"},
        {"expires": "2026-11-29T11:59:59.999Z"},
        {"expires": "2028-11-22T12:00:00.000Z"}, {"threshold": 0}, {"threshold": 4}, {"roots": []}, {"roots": [root(0)] * 2},
        {"roots": [{"key": FIRST}]}, {"roots": None}, {"sections": [ic, fr]}, {"sections": [fr, fr, ic]}, {"sections": {}},
        {"hubs": None}, {"hubs": [{"id": "hub-1", "urls": []}]},
        {"hubs": [{"id": "hub-1", "urls": ["nats://x"], "ca": "no certificate"}]},
    ]  # fmt: skip
    spoiled = [two | {"sections": [fr | change, ic]} for change in of_fr] + [two | change for change in whole]
    changes = of_fr + whole
    bad = [
        _bad(f"malformed: {json.dumps(change)[:60]}", "malformed_roster", 2, signed(ROSTER, document, *ROOTS))
        for change, document in zip(changes, spoiled, strict=True)
    ]
    left_out = ("version", "prevhash", "issued", "expires", "threshold", "roots", "sections")
    for name in left_out:
        document = {field: value for field, value in two.items() if field != name}
        bad.append(_bad(f"missing: {name}", "malformed_roster", 2, signed(ROSTER, document, *ROOTS)))
    text = dumped(two)
    for why, reason, body in _texts(text):
        bad.append(_bad(why, reason, 2, signed(ROSTER, body, *ROOTS)))
    return bad


def _texts(text: bytes) -> list[tuple[str, str, bytes]]:
    """What is wrong with any document, whatever its kind."""
    return [
        ("a key twice", "duplicate_key", text.replace(b"{", b'{"x":1,"x":2,', 1)),
        ("a float", "bad_number", text.replace(b"{", b'{"x":1.0,', 1)),
        ("a lone surrogate", "bad_text", text.replace(b"{", b'{"x":"\\ud800",', 1)),
        ("33 levels", "too_deep", text.replace(b"{", b'{"x":' + b"[" * 32 + b"]" * 32 + b",", 1)),
        ("no JSON", "malformed_json", b"hello"),
    ]


# Heads and cards


def heads() -> Document:
    """By the keyring of the log's vectors: ``fr`` has two keys, of which only the second still signs."""
    good = {"section": "fr", "time": "2026-11-22T13:00:00.000Z", "roster": 3}
    good |= {"heads": {"ar": [2, 7, "ab" * 32], "fr": [1, 4, "cd" * 32]}, "later": [1]}
    shapes: list[Document] = [
        {"section": "FR"}, {"time": "yesterday"}, {"roster": 0}, {"heads": []}, {"heads": {"fr": 7}}, {"heads": {"fr": [1, 4]}},
        {"heads": {"fr": "x"}}, {"heads": {"FR": [1, 4, "cd" * 32]}},
        {"section": "12"}, {"heads": {"12": [1, 4, "cd" * 32]}}, *({"heads": {each: [1, 4, "cd" * 32]}} for each in TAKEN),
        {"heads": {"fr": [1, 0, "cd" * 32]}},
        {"heads": {"fr": [1, 4, "CD" * 32]}}, {"heads": {"fr": {"1": 1, "4": 4, "x": "cd" * 32}}},
        {"heads": {"fr": [True, 4, "cd" * 32]}}, {"heads": {"fr": {"epoch": 1, "sequence": 4, "hash": "cd" * 32}}},
        {"heads": {"fr": [1, 4, "cd" * 32, 1]}}, {"asked": "EF" * 32}, {"asked": 7},
        {"beside": [1, 4, "cd" * 32]}, {"beside": [0, 4]}, {"beside": {"epoch": 1, "sequence": 4}}, {"beside": [1, True]},
        {"to": "AR"}, {"to": 7}, *({"to": each} for each in TAKEN), {"beside_hash": "EF" * 32}, {"beside_hash": 7},
    ]  # fmt: skip
    bad = [_bad_one(f"malformed: {change}", "malformed_heads", signed(HEADS, good | change, NEXT_KEY)) for change in shapes]
    bad += [
        _bad_one("of another section", "section_mismatch", signed(HEADS, good | {"section": "ar"}, NEXT_KEY)),
        _bad_one("a key that was replaced", "bad_signature", signed(HEADS, good, KEY)),
        _bad_one("a key nobody knows", "bad_signature", signed(HEADS, good, IC)),
        _bad_one("signed as a card", "bad_signature", signed(CARD, good, NEXT_KEY)),
        _bad_one("not signed", "bad_signature", signed(HEADS, good)),
    ]
    bad += [_bad_one(why, reason, signed(HEADS, body, NEXT_KEY)) for why, reason, body in _texts(dumped(good))]
    fit = [
        signed(HEADS, good, NEXT_KEY),
        signed(HEADS, good, IC, NEXT_KEY),
        signed(HEADS, good | {"asked": "ef" * 32, "beside": [1, 4]}, NEXT_KEY),
        signed(HEADS, good | {"asked": "ef" * 32, "to": "ar", "beside": [1, 4], "beside_hash": "cd" * 32}, NEXT_KEY),
    ]
    return {"about": "What fr signs to hold.", "keyring": KEYRING, "good": fit, "bad": bad}


def _bad_one(why: str, reason: str, version: dict[str, Any]) -> dict[str, Any]:
    return {"why": why, "reason": reason} | version


def cards() -> Document:
    """A card proves one thing: that who wrote it has the key."""
    plain = {"code": "fr", "name": "Section française", "languages": ["fr"], "key": str(KEY.public)}
    whole = plain | {
        "languages": LANGUAGES,
        "address": "https://fr.example",
        "nkey": NKEY,
        "recipients": [RECIPIENT],
        "later": True,
    }
    shapes: list[Document] = [
        {"code": "F"},
        {"code": "12"},
        *({"code": each} for each in TAKEN),
        {"name": "a\nb"},
        {"name": "a\u200bb"},
        {"name": "a”b"},
        {"languages": ["fr", "fr"]},
        {"key": "x"},
        {"key": None},
    ]
    shapes += [{"address": "x"}, {"nkey": 1}, {"recipients": ["age1"]}]
    bad = [_bad_one(f"malformed: {change}", "malformed_card", signed(CARD, plain | change, KEY)) for change in shapes]
    bad += [
        _bad_one("by another key", "bad_signature", signed(CARD, plain, OTHER)),
        _bad_one("signed as heads", "bad_signature", signed(HEADS, plain, KEY)),
        _bad_one("not signed", "bad_signature", signed(CARD, plain)),
    ]
    bad += [_bad_one(why, reason, signed(CARD, body, KEY)) for why, reason, body in _texts(dumped(plain))]
    whole["languages"] = LANGUAGES
    good = [signed(CARD, plain, KEY), signed(CARD, whole, KEY), signed(CARD, plain | {"address": None}, OTHER, KEY)]
    good += [signed(CARD, plain | {"name": name}, KEY) for name in NAMES]
    return {"about": "Cards are signed by the key that they show.", "good": good, "bad": bad}


FILES: dict[str, Callable[[], Document]] = {"rosters.json": rosters, "heads.json": heads, "cards.json": cards}
