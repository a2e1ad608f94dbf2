"""Lists that grow without end come a page at a time, on the pages and for programs."""

import re
from datetime import timedelta

import pytest

from internationale.kit import paging
from internationale.testing.people import member

from .actions.calls import CALL

MANY = 5


@pytest.fixture(autouse=True)
def short_pages(monkeypatch):
    monkeypatch.setattr(paging, "SHOWN", 2)


@pytest.fixture
def fr(federation, clock):
    return federation("ic", "fr", now=clock)[1]


@pytest.fixture
def rosa(fr, browser):
    return browser(fr, member(fr, "member", "translator", "delegate", language="en"))


def opened(fr, kind):
    """The ids of some texts, the latest first."""
    found = []
    for number in range(MANY):
        with fr.writing() as session:
            said = {"language": "fr", "title": f"T{number}", "text": "Pain.", "audience": "international"}
            found.append(fr.documents.open(session, kind=kind, **said, by=member(fr, "delegate")))
        fr.now.wait(minutes=1)
    return found[::-1]


def on_pages(client, path, pattern):
    """What is found on each page, from the first to the one that has no next."""
    found, number = [], 1
    while True:
        text = client.get(f"{path}?page={number}").text
        found.append(list(dict.fromkeys(re.findall(pattern, text))))
        if f'page={number + 1}"' not in text:
            return found
        number += 1


def for_programs(client, path, name):
    """The ids in each answer, by the number of pages that the first one tells."""
    answers = [client.get(f"{path}?page={number}").json() for number in range(1, client.get(path).json()["pages"] + 1)]
    assert {(answer["total"], answer["pages"]) for answer in answers} == {(MANY, 3)}
    return [[each.get("id", each.get("document")) for each in answer[name]] for answer in answers]


def pages_of(things):
    return [things[:2], things[2:4], things[4:]]


@pytest.mark.parametrize(
    ("path", "name", "pattern"),
    [
        ("/programme", "drafts", r'<h2><a href="/documents/([^"?]+)"'),
        ("/documents", "documents", None),
        ("/translation", "documents", r'row"><a href="/documents/([^"]+)"'),
    ],
)
def test_texts(fr, rosa, path, name, pattern):
    ids = opened(fr, "programme")
    assert for_programs(rosa, f"/api/v1{path}", name) == pages_of(ids)
    assert pattern is None or on_pages(rosa, path, pattern) == pages_of(ids)


def test_issued_statements(fr, rosa, browser):
    ids = opened(fr, "statement")
    for id in ids:
        with fr.reading() as session:
            event = str(fr.documents.get(session, id).ref)
        assert rosa.post(f"/statements/{id}/issue", data={"event": event}).status_code == 200
        fr.now.wait(minutes=1)
    issued = ids[::-1]
    for reader in (rosa, browser(fr)):
        assert for_programs(reader, "/api/v1/statements", "issued") == pages_of(issued)
        assert on_pages(reader, "/statements", r'href="/statements/(fr-[^"]+)"') == pages_of(issued)


def test_past_actions(fr, rosa):
    days = [(fr.now() + timedelta(days=number)).date().isoformat() for number in range(MANY + 1)]
    ids = [
        rosa.post("/api/v1/actions", json={**CALL, "first": day, "last": None}).json()["action"]["summary"]["id"] for day in days
    ]
    fr.now.wait(days=MANY)
    last, *past = ids[::-1]
    answers = [rosa.get(f"/api/v1/actions?page={number}").json() for number in (1, 2, 3)]
    assert [[card["action"]["summary"]["id"] for card in answer["past"]] for answer in answers] == pages_of(past)
    assert {card["action"]["summary"]["id"] for answer in answers for card in answer["upcoming"]} == {last}
    assert on_pages(rosa, "/actions", r'href="/actions/(fr-[^"]+)"') == [[last, *each] for each in pages_of(past)]


def test_amendments(fr, rosa):
    [document] = opened(fr, "programme")[:1]
    root = f"/documents/{document}"
    ids = []
    for number in range(MANY):
        with fr.reading() as session:
            block = fr.documents.read(session, document, "fr").units[1].block.id
        said = {"block": block, "revision": 1, "language": "fr", "title": f"A{number}", "reason": "R", "text": f"Pain {number}."}
        ids.append(rosa.post(f"/api/v1{root}/amendments", json=said).json()["id"])
        fr.now.wait(minutes=1)
    assert for_programs(rosa, f"/api/v1{root}/amendments", "amendments") == pages_of(ids)
    assert on_pages(rosa, f"{root}/amendments", rf'href="{root}/amendments/([^"]+)"') == pages_of(ids)
