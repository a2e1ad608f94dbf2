"""Whoever signs a version reads what it changes: no field of it can change without the words changing too."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from internationale.errors import Untrusted
from internationale.events import roster
from internationale.events.keys import SigningKey
from internationale.events.nkey import Nkey
from internationale.events.roster import Entry, Hub, LastGood, LogKey, Root, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.rooms.roster.rules import changes, told

from .conftest import LOGS, NOW, ROOT, entry

STRANGERS = [SigningKey(bytes([n]) * 32).public for n in range(201, 206)]
RECIPIENTS = ["age1" + letter * 58 for letter in "qpz"]
NKEYS = [Nkey.generate().public for _each in range(2)]
CERTIFICATES = [
    f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n" for text in ("TWFyeA==", "Um9zYQ==", "Um9zYR==")
]
PIN = LastGood(epoch=1, sequence=7, hash="a" * 64)
FR = entry("fr", address="https://fr.example", recipients=(RECIPIENTS[0],), nkey=Nkey.generate().public, last_good=None)
HUB = Hub(id="hub-1", urls=("tls://hub.example:4222",), ca=CERTIFICATES[0])

OTHERWISE: dict[type[BaseModel], dict[str, tuple[Any, ...]]] = {
    Roster: {
        "version": (3, 10**9),
        "prevhash": ("1" * 64, "2" * 64),
        "issued": (NOW + timedelta(days=1), NOW.replace(year=9999)),
        "expires": (NOW + timedelta(days=9), NOW + timedelta(days=11)),
        "threshold": (2, 3),
        "roots": ((Root(key=STRANGERS[0], holder="ic"),), (Root(key=STRANGERS[1], holder="ic"),)),
        "sections": ((), (FR, entry("ar"))),
        "hubs": ((HUB,), (HUB.model_copy(update={"id": "hub-2"}),)),
    },
    Root: {"key": tuple(STRANGERS[:2]), "holder": ("Somebody", "Somebody else")},
    Entry: {
        "code": ("xx", "yy"),
        "name": ("Sectiom fr", "Section"),
        "languages": (("ar",), ("fr", "ar"), ("ar", "fr")),
        "status": (Status.SUSPENDED, Status.EXPELLED, Status.RESIGNED),
        "mandates": (("committee",), ("treasury",), ("committee", "treasury")),
        "epoch": (2, 3),
        "opened": (2, 3),
        "keys": (
            (LogKey(key=STRANGERS[0], first=1),),
            (LogKey(key=STRANGERS[0], first=1, last=7), LogKey(key=LOGS["fr"].public, first=8)),
            (LogKey(key=LOGS["fr"].public, first=1, last=7), LogKey(key=STRANGERS[0], first=8)),
        ),
        "address": (None, "https://fr.exarnple"),
        "nkey": (None, *NKEYS),
        "recipients": (None, tuple(RECIPIENTS[:2]), (RECIPIENTS[2], RECIPIENTS[0])),
        "last_good": (PIN, PIN.model_copy(update={"sequence": 0})),
    },
    LogKey: {"key": tuple(STRANGERS[:2]), "first": (2, 3), "last": (9, 10)},
    LastGood: {"epoch": (2, 3), "sequence": (8, 0), "hash": ("b" * 64, "a" * 16 + "b" * 48)},
    Hub: {
        "id": ("hub-2", "hub-3"),
        "urls": (("tls://hub.example:4223",), ("tls://hub.example:4222", "wss://hub.example")),
        "ca": (None, CERTIFICATES[1], CERTIFICATES[2], CERTIFICATES[0] + CERTIFICATES[1], CERTIFICATES[0] + "\n"),
    },
}
"""Of each field of each thing in a roster, at least two other values. A new field has none here, and then a test fails."""
FIXED = {(Roster, "version"), (Roster, "prevhash"), (Entry, "opened")}
"""What has only one possible value: ``test_what_is_not_told_cannot_be_otherwise``."""


def put(whole: Roster, kind: type[BaseModel], name: str, value: object) -> Roster:
    """The roster with one field of ``fr``, of its key, of its pin, of the hub or of the first root otherwise. Not validated."""
    change = {name: value}
    fr, hub, root = next(each for each in whole.sections if each.code == "fr"), *whole.hubs, *whole.roots
    if kind is Roster:
        return whole.model_copy(update=change)
    if kind is Root:
        return whole.model_copy(update={"roots": (root.model_copy(update=change),)})
    if kind is Hub:
        return whole.model_copy(update={"hubs": (hub.model_copy(update=change),)})
    if kind is LogKey:
        change = {"keys": (fr.keys[0].model_copy(update=change),)}
    if kind is LastGood:
        change = {"last_good": (fr.last_good or PIN).model_copy(update=change)}
    others = [each for each in whole.sections if each.code != "fr"]
    return whole.model_copy(update={"sections": (fr.model_copy(update=change), *others)})


def founded(*entries: Entry) -> Roster:
    return Roster(
        version=1,
        prevhash=roster.BEGINNING,
        issued=NOW,
        expires=NOW + timedelta(days=365),
        threshold=1,
        roots=(Root(key=ROOT.public, holder="ic"),),
        sections=entries,
        hubs=(HUB,),
    )


WITHOUT, WITH = founded(entry("ic")), founded(FR, entry("ic"))
OUT = founded(FR.model_copy(update={"status": Status.EXPELLED, "last_good": PIN}), entry("ic"))
BACK = founded(FR.model_copy(update={"epoch": 2, "last_good": PIN}), entry("ic"))
CASES = [
    pytest.param(None, WITH, id="a founding"),
    pytest.param(WITHOUT, WITH, id="an admission"),
    pytest.param(WITH, WITH, id="a member"),
    pytest.param(WITH, BACK, id="a reopening"),
    pytest.param(OUT, OUT, id="somebody expelled"),
    pytest.param(OUT, BACK, id="somebody comes back"),
]


@pytest.mark.parametrize("kind", OTHERWISE)
def test_nothing_is_left_out_of_the_table(kind: type[BaseModel]) -> None:
    assert set(OTHERWISE[kind]) == set(kind.model_fields)


@pytest.mark.parametrize(("before", "after"), CASES)
@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, fields in OTHERWISE.items() for name in fields if (kind, name) not in FIXED]
)
def test_whatever_is_otherwise_reads_otherwise(before: Roster | None, after: Roster, kind: type[BaseModel], name: str) -> None:
    drafts = [after, *(put(after, kind, name, value) for value in OTHERWISE[kind][name])]
    if kind is LastGood:
        drafts[0] = put(after, LastGood, "hash", PIN.hash)
    different = {draft.model_dump_json(): draft for draft in drafts}
    read = {" ".join(map(str, told(before, draft))) for draft in different.values()}
    assert len(read) == len(different)


@pytest.mark.parametrize(("kind", "name"), sorted(FIXED, key=str))
def test_what_is_not_told_cannot_be_otherwise(kind: type[BaseModel], name: str) -> None:
    first = Version(SignedDocument(WITHOUT.serialize(), ()), WITHOUT)
    newcomer = FR.model_copy(update={"opened": 2})
    second = changes.succeeding(first, NOW, sections=(newcomer, *WITHOUT.sections))
    roster.check_following(first, second)
    for value in OTHERWISE[kind][name]:
        draft = put(second, kind, name, value)
        if draft != second:
            with pytest.raises(Untrusted):
                roster.check_following(first, draft)


@pytest.mark.parametrize("deed", ["ended", "reopened", "mandated", "rotated"])
def test_what_is_told_of_one_section_is_told_of_no_other_whatever_they_are_called(deed: str) -> None:
    """Even with the same name, which no list may have and an older one could."""
    alike = WITH.model_copy(update={"sections": tuple(each.model_copy(update={"name": "Section"}) for each in (FR, entry("ic")))})
    one, other = alike.sections
    change = {
        "ended": {"status": Status.EXPELLED, "last_good": PIN},
        "reopened": {"epoch": 2, "last_good": PIN, "keys": (LogKey(key=STRANGERS[0], first=1),)},
        "mandated": {"mandates": ("treasury",)},
        "rotated": {"keys": (LogKey(key=STRANGERS[0], first=1, last=7), LogKey(key=STRANGERS[1], first=8))},
    }[deed]
    drafts = [(one.model_copy(update=change), other), (one, other.model_copy(update=change))]
    first, second = (list(map(str, told(alike, alike.model_copy(update={"sections": each})))) for each in drafts)
    assert not set(first[:-1]) & set(second[:-1])


def test_a_section_that_vanishes_is_named() -> None:
    assert "Section “Section fr” (fr) stands in the list no more." in map(str, told(WITH, WITHOUT))


def test_the_dates_are_always_told() -> None:
    dates = "The list is of 2026-11-22 and valid until 2027-11-22."
    assert list(map(str, told(WITH, WITH))) == ["Nothing changes but the dates.", dates]
    assert str(told(WITHOUT, WITH)[-1]) == dates


def test_an_admission_says_all_that_the_list_would_have_of_the_section() -> None:
    assert list(map(str, told(WITHOUT, WITH)))[1:-1] == [
        "Section “Section fr (fr)” works in these languages: fr",
        "Section “Section fr (fr)” is at this address: https://fr.example",
        f"Section “Section fr (fr)” signs in at the hubs with this key: {FR.nkey}",
        f"Confidential things for section “Section fr (fr)” are encrypted to these keys: {RECIPIENTS[0]}",
    ]


def test_a_certificate_is_told_as_openssl_prints_it() -> None:
    """``printf Marx | sha256sum``, in pairs."""
    sentence = str(told(WITH.model_copy(update={"hubs": ()}), WITH)[-2])
    assert sentence.startswith("What connects to tls://hub.example:4222 (hub-1) is led to this certificate and to no other: ")
    assert sentence.rpartition(" ")[2] == (
        "36:B2:55:B8:70:0A:22:FD:E9:04:58:A5:E1:61:8E:CF:E1:FB:59:13:70:9E:1C:A2:18:23:89:8B:F2:A5:4D:D7"
    )
