"""The vectors of whole files (``exports.json``): each with a checker's exit status, and what is wrong where.

They need the logs that the rosters of ``documents`` allow: ``fr`` with a key rotated after number 3, ended at 4 and reopened.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from internationale.events import envelope, keys
from internationale.events.envelope import Envelope, Signed
from internationale.events.keys import HEADS, ROSTER, SigningKey

from .documents import ROOTS, THIRD, chain, following, signed
from .generate import KEY, NEXT_KEY

Line = dict[str, str]
SEALED = {"type": envelope.SEALED, "dataschema": "urn:intl:schema:sealed:1", "audience": "ar fr"}
PART = b"s" * 16 + b"a long text"


def line(subject: str, body: bytes, signature: str) -> Line:
    return {"subject": subject, "body": keys.encode(body), "signature": signature}


def roster_line(version: dict[str, Any]) -> Line:
    body, signatures = keys.decode(version["body"]), ", ".join(version["signatures"])
    whole = hashlib.sha256(keys.digest(ROSTER, body) + signatures.encode()).hexdigest()
    return line(f"intl.v1.roster.{json.loads(body)['version']}.{whole[:16]}", body, signatures)


def said(number: int, prevhash: str, key: SigningKey, *, epoch: int = 1, **more: Any) -> tuple[Line, str]:
    """One event as a line, and its hash."""
    values: dict[str, Any] = {"type": "org.intl.talk.said.v1", "dataschema": "urn:intl:schema:talk.said:1", "data": {"n": number}}
    event = Envelope(
        section="fr",
        epoch=epoch,
        sequence=number,
        time=datetime(2026, 11, 22, 13, 0, number, tzinfo=UTC),
        prevhash=prevhash,
        **(values | more),
    )
    each: Signed = envelope.seal(event, key)
    return line(event.address.subject, each.body, each.signature), each.hash


def log(end: str | None = None) -> tuple[list[Line], list[Line]]:
    """The rosters and the log: epoch 1 has four events and is ended there; in epoch 2 one event names a part, one is sealed."""
    versions = [version for _document, version in chain()]
    founded, second = keys.digest(ROSTER, keys.decode(versions[1]["body"])).hex(), None
    events, before = [], envelope.genesis("fr", 1, founded)
    for number in (1, 2, 3, 4):
        event, before = said(number, before, KEY if number < 4 else NEXT_KEY)
        events.append(event)
    reopened = _ending_at(before if end is None else end)
    second = keys.digest(ROSTER, keys.decode(reopened["body"])).hex()
    before = envelope.genesis("fr", 2, second)
    event, before = said(1, before, THIRD, epoch=2, parts=(hashlib.sha256(PART).hexdigest(),))
    events.append(event)
    event, before = said(2, before, THIRD, epoch=2, **SEALED)
    events.append(event)
    return [roster_line(version) for version in [*versions[:3], reopened]], events


def _ending_at(hash_: str) -> dict[str, Any]:
    """The fourth version of the chain, with the true hash of the event at which epoch 1 ends."""
    (third, version), (fourth, _signed) = chain()[2:4]
    sections = [
        one | {"last_good": one["last_good"] | {"hash": hash_}} if one["code"] == "fr" else one for one in fourth["sections"]
    ]
    return signed(ROSTER, following(third, version, sections=sections), *ROOTS)


def heads_line(events: list[Line], **heads: Any) -> Line:
    last = keys.digest(keys.EVENT, keys.decode(events[5]["body"])).hex()
    document = {"section": "fr", "time": "2026-11-22T14:00:00.000Z", "roster": 4, "heads": {"fr": [2, 2, last]} | heads}
    made = signed(HEADS, document, THIRD)
    return line("intl.v1.heads.fr", keys.decode(made["body"]), made["signatures"][0])


def proof_lines(rosters: list[Line], events: list[Line]) -> list[Line]:
    """Two events that ``fr`` has rightly signed as its second."""
    rival, hash_ = said(2, keys.digest(keys.EVENT, keys.decode(events[0]["body"])).hex(), KEY, data={"n": "another"})
    second = events[1]
    ours = keys.digest(keys.EVENT, keys.decode(second["body"])).hex()
    subjects = [f"intl.v1.proof.fr.1.2.{each[:16]}" for each in (ours, hash_)]
    return [*rosters, *(each | {"subject": subject} for each, subject in zip((second, rival), subjects, strict=True))]


def exports() -> dict[str, Any]:
    """Files, and what a checker says of them."""
    rosters, events = log()
    part = line(f"intl.v1.part.fr.{hashlib.sha256(PART).hexdigest()}", PART, "")
    proof, whole = proof_lines(rosters, events), [*rosters, *events]
    heads = heads_line(events)
    salt = _part(b"s" * 16)
    first, third = (keys.digest(keys.EVENT, keys.decode(events[place]["body"])).hex() for place in (0, 2))
    pinned = [*(each for pair in [log(end="ab" * 32)] for lines in pair for each in lines)]
    files: list[tuple[str, int, list[tuple[int, str]], list[Any]]] = [
        ("a whole log", 0, [], whole),
        ("with everything twice, a part and heads", 0, [], [*whole, *whole, part, heads]),
        ("rosters alone", 0, [], rosters),
        ("a proof of a fork", 3, [], proof),
        ("a proof and the log", 3, [], [*whole, *proof[4:]]),
        ("half a proof", 0, [], proof[:-1]),
        ("events without rosters", 1, [(1, "unknown_section")], events[:1]),
        ("a roster is missing", 1, [(2, "roster_gap")], [rosters[0], rosters[2]]),
        ("an event is missing", 1, [(6, "missing_before")], [*rosters, events[0], events[2]]),
        ("a number is skipped, and the hash fits", 1, [(6, "missing_before")], [*rosters, events[0], said(3, first, KEY)[0]]),
        (
            "the old key after its last number",
            1,
            [(8, "key_not_valid_at_number")],
            [*rosters, *events[:3], said(4, third, KEY)[0]],
        ),
        ("the first event is missing", 1, [(5, "missing_before")], [*rosters, events[1]]),
        ("events out of order", 1, [(6, "missing_before")], [*rosters, events[0], events[2], events[1], events[2]]),
        ("two histories in one log", 3, [], [*rosters, *events[:2], proof[-1] | {"subject": events[1]["subject"]}]),
        ("not after the one before", 1, [(6, "broken_chain")], [*rosters, events[0], said(2, "ab" * 32, KEY)[0]]),
        ("not from the beginning", 1, [(5, "wrong_genesis")], [*rosters, said(1, "ab" * 32, KEY)[0]]),
        ("after the log's end", 1, [(9, "key_not_valid_at_number")], [*whole[:8], said(5, "ab" * 32, NEXT_KEY)[0]]),
        ("another history than the roster pins", 1, [(8, "pinned_otherwise")], pinned[:8]),
        ("one bit of an event", 1, [(5, "bad_signature")], [*rosters, events[0] | {"body": "A" + events[0]["body"][1:]}]),
        ("under another number", 1, [(5, "subject_mismatch")], [*rosters, events[0] | {"subject": events[1]["subject"]}]),
        ("under a subject of nobody", 1, [(5, "subject_malformed")], [*rosters, events[0] | {"subject": "other.log.fr.1.1"}]),
        ("another part", 1, [(11, "part_mismatch")], [*whole, part | {"body": keys.encode(PART + b"!")}]),
        ("a part without salt", 1, [(1, "part_mismatch")], [_part(b"short")]),
        ("heads of another's subject", 1, [(11, "subject_mismatch")], [*whole, heads | {"subject": "intl.v1.heads.ar"}]),
        ("heads that contradict the log", 1, [], [*whole, heads_line(events, fr=[1, 3, "ab" * 32])]),
        ("a proof under another hash", 1, [(5, "subject_mismatch")], [*rosters, proof[4] | {"subject": proof[5]["subject"]}]),
        ("a roster under another hash", 1, [(1, "subject_mismatch")], [rosters[0] | {"subject": rosters[1]["subject"]}]),
        ("a part that is nothing but salt", 0, [], [salt]),
        ("base64 in another spelling", 1, [(1, "bad_base64")], [salt | {"body": salt["body"][:-1] + "x"}]),
        ("base64 with strange characters", 1, [(5, "bad_base64")], [*rosters, events[0] | {"body": events[0]["body"] + "\n+/!"}]),
        ("base64 with padding", 1, [(5, "bad_base64")], [*rosters, events[0] | {"body": events[0]["body"] + "="}]),
        *_bundles(rosters, events, part, heads, proof[-1]),
        *((f"no line: {json.dumps(each)[:60]}", 1, [(1, "malformed_line")], [each]) for each in MALFORMED),
    ]
    vectors = [{"why": why, "status": status, "wrong": wrong, "lines": lines} for why, status, wrong, lines in files]
    return {
        "about": "Files of lines: the exit status of deploy/verify/verify.py, and what is wrong in which line.",
        "files": vectors,
    }


def _bundles(
    rosters: list[Line], events: list[Line], part: Line, heads: Line, rival: Line
) -> list[tuple[str, int, Any, list[Any]]]:
    """The same things in the form that sections hand to each other."""
    plain = [{"roster": _plain(each)} for each in rosters]
    whole = bundle([1, 1], [*plain, *events, {"part": part["body"]}, {"heads": _plain(heads)}])
    before = keys.digest(keys.EVENT, keys.decode(events[3]["body"])).hex()
    after = [said(5, before, NEXT_KEY, data={"n": which})[0] for which in ("one", "another")]
    forked = bundle([1, 1], [*plain, *events[:1], events[1], rival | {"subject": events[1]["subject"]}])
    return [
        ("a bundle", 0, [], whole),
        ("a bundle of what is new", 0, [], bundle([3, 2], [*plain, *events[2:4], events[5]])),
        ("a bundle with two histories", 3, [], forked),
        ("a bundle with the two histories because of which a log was ended", 3, [], bundle([1, 1], [*plain, *events, *after])),
        ("a bundle that was cut off", 1, [(len(whole), "cut_off")], whole[:-1]),
        ("a bundle that lacks a line", 1, [(len(whole) - 1, "damaged")], [*whole[:-3], *whole[-2:]]),
        ("a bundle without its beginning", 1, [(6, "missing_before")], bundle([1, 1], [*plain, *events[2:4]])),
    ]


def _plain(given: Line) -> dict[str, Any]:
    return {"body": given["body"], "signatures": given["signature"].split(", ")}


def bundle(first: list[int], things: list[Any]) -> list[Any]:
    """A bundle's lines; its two logs begin with these numbers."""
    logs = [{"section": "fr", "epoch": epoch, "first": number, "last": 9} for epoch, number in enumerate(first, 1)]
    lines = [{"bundle": 1, "by": "fr", "made": "2026-11-22T14:00:00+00:00", "logs": logs}, *things]
    content = "".join(json.dumps(one) + "\n" for one in lines)
    return [*lines, {"end": len(lines), "sha256": hashlib.sha256(content.encode()).hexdigest()}]


def _part(content: bytes) -> Line:
    return line(f"intl.v1.part.fr.{hashlib.sha256(content).hexdigest()}", content, "")


MALFORMED: list[Any] = [
    [], ["bundle", "end"], "bundle", 1, None, {}, {"subject": "intl.v1.log.fr.1.1", "signature": ""},
    {"subject": 1, "body": "", "signature": ""}, {"subject": "x", "body": 1, "signature": ""},
    {"subject": "x", "body": "", "signature": 1}, {"body": 1, "signatures": []}, {"body": "", "signatures": "x"},
    {"body": "", "signatures": [1]}, {"body": "", "signatures": ["x"] * 65}, {"roster": []}, {"roster": [{"body": ""}]},
    {"roster": {"body": 1, "signatures": []}}, {"heads": {"body": "", "signatures": [1]}}, {"heads": []}, {"part": 1},
    {"bundle": 2, "logs": []}, {"bundle": 1, "logs": {}}, {"bundle": 1, "logs": [{"section": "FR", "epoch": 1, "first": 1}]},
    {"bundle": 1, "logs": [{"section": "fr", "epoch": 0, "first": 1}]},
    {"bundle": 1, "logs": [{"section": "fr", "epoch": 1, "first": True}]},
]  # fmt: skip
"""Lines that are nothing."""

FILES: dict[str, Callable[[], dict[str, Any]]] = {"exports.json": exports}
