"""Mutants: valid things with something changed, and the settings by which they are looked for.

``FUZZ_EXAMPLES=2000`` looks for longer than the tests do, and elsewhere each time.
"""

import copy
import json
import os
import time

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from internationale.errors import Untrusted

_MORE = os.environ.get("FUZZ_EXAMPLES")


def fuzzing(examples):
    """So many mutants; the same ones each time, unless more are asked for."""
    return settings(
        max_examples=int(_MORE or examples),
        derandomize=_MORE is None,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


SLOW = 2.0
"""Seconds that nothing may take, on a machine that has other things to do."""


def tried(deed, *arguments):
    """What came of it and an empty text, or None and the reason for which it was refused; in time. Nothing else may be raised."""
    began = time.perf_counter()
    try:
        return deed(*arguments), ""
    except Untrusted as error:
        return None, error.reason
    finally:
        assert time.perf_counter() - began < SLOW


HOSTILE = [
    "null",
    "true",
    "-1",
    "0",
    "1",
    "2",
    "1.0",
    "1e400",
    "NaN",
    "-Infinity",
    "9007199254740992",
    "9" * 5000,
    '""',
    '" "',
    '"\\u0000"',
    '"\\ud800"',
    '"\u202e\u2066"',
    '"' + "x" * 40_000 + '"',
    '"../../../etc/passwd"',
    '"fr:1:1:0000000000000000"',
    '"2026-13-41T25:61:61Z"',
    '"9999-12-31T23:59:59.999999Z"',
    '"0001-01-01T00:00:00Z"',
    '"intl.v1.log.>"',
    '"\'; DROP TABLE ledger_event; --"',
    "[]",
    "[[]]",
    "{}",
    '{"a":{"b":[]}}',
    "[" * 40 + "]" * 40,
    "[" * 3000 + "]" * 3000,
    '["x","x"]',
    '{"a":1,"a":2}',
    "",
    "\ufeff{}",
]
_MARK = "\u0001mutant\u0001"


def _places(value, here=()):
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*here, key))


def _put(document, place, deed):
    """Do something to one place of a copy."""
    changed = copy.deepcopy(document)
    if not place:
        return _MARK if deed == "replace" else changed
    owner = changed
    for key in place[:-1]:
        owner = owner[key]
    last = place[-1]
    if deed == "replace":
        owner[last] = _MARK
    elif deed == "drop":
        del owner[last]
    elif isinstance(owner, list):
        owner.append(_MARK if deed == "add" else owner[last])
    elif deed == "add":
        owner["zz"] = _MARK
    else:
        owner[f"{last}\u0001twice"] = _MARK
    return changed


_ANYWHERE = st.integers(0, 9_999)
_JSON_DEEDS = st.lists(
    st.tuples(_ANYWHERE, st.sampled_from(["replace", "replace", "drop", "add", "twice"])), min_size=1, max_size=2
)
_BYTE_DEEDS = st.lists(
    st.tuples(_ANYWHERE, st.integers(1, 40), st.sampled_from(["flip", "lose", "double", "put", "cut"]), st.binary(max_size=20)),
    min_size=1,
    max_size=3,
)


def json_mutant(body, deeds, hostile, escaped):
    """JSON of nearly the right form: something replaced by what harms, dropped, added, or said twice."""
    document = json.loads(body)
    for anywhere, deed in deeds:
        places = list(_places(document))
        document = _put(document, places[anywhere % len(places)], deed)
    text = json.dumps(document, ensure_ascii=escaped, separators=(",", ":"))
    text = text.replace("\u0001twice", "").replace("\\u0001twice", "")
    for mark in (json.dumps(_MARK), json.dumps(_MARK, ensure_ascii=False)):
        text = text.replace(mark, hostile)
    return text.encode("utf-8", "surrogatepass")


def byte_mutant(body, deeds):
    """Bytes with bits flipped, pieces lost, doubled or put in, or cut off."""
    changed = bytearray(body)
    for anywhere, length, deed, more in deeds:
        start = anywhere * len(changed) // 10_000
        end = min(len(changed), start + length)
        if deed == "flip" and changed:
            changed[start] ^= 1 << (length % 8)
        elif deed == "lose":
            del changed[start:end]
        elif deed == "double":
            changed[end:end] = changed[start:end] * (50 if length > 30 else 1)
        elif deed == "put":
            changed[start:start] = more
        elif deed == "cut":
            del changed[start:]
    return bytes(changed)


BYTE_MUTATIONS = _BYTE_DEEDS.map(lambda deeds: lambda body: byte_mutant(body, deeds))
"""Functions from bytes to mutants of them: for bodies that are not the same each time."""
JSON_MUTATIONS = st.tuples(_JSON_DEEDS, st.sampled_from(HOSTILE), st.booleans()).map(
    lambda how: lambda body: json_mutant(body, *how)
)


def byte_mutants(body):
    return BYTE_MUTATIONS.map(lambda change: change(body))


def json_mutants(body):
    return JSON_MUTATIONS.map(lambda change: change(body))


def text_mutants(text: str):
    """A text (a subject, a signature) with something changed, or another altogether."""
    pieces = st.sampled_from(["", ".", "..", "*", ">", " ", "\n", "\0", "é", "\ud800", "0", "-1", "9" * 30, ",", "=", "A"])

    def change(drawn):
        place, piece, keep = drawn
        place %= len(text) + 1
        return text[:place] + piece + text[place + keep :]

    changed = st.tuples(st.integers(0, 10_000), pieces, st.integers(0, 3)).map(change)
    return changed | st.text(max_size=30) | st.just("")
