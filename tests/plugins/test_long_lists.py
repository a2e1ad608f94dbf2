"""Lists that grow without end come a page at a time, on the pages and for programs."""

import re
from datetime import timedelta
from html import unescape

import pytest

from internationale.kit import paging
from internationale.rooms.roster import queries
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


def on_pages(client, path, pattern, name="page"):
    """What is found on each page, from the first to the one that has no next: by the links to the next one."""
    found = []
    while path:
        text = client.get(path).text
        found.append(list(dict.fromkeys(re.findall(pattern, text))))
        following = [unescape(each) for each in re.findall(r'rel="next" href="([^"]*)"', text)]
        path = next((each for each in following if re.search(rf"[?&]{name}={len(found) + 1}(#|$)", each)), None)
    return found


def for_programs(client, path, name):
    """The ids in each answer, by the number of pages that the first one tells."""
    answers = [client.get(f"{path}?page={number}").json() for number in range(1, client.get(path).json()["pages"] + 1)]
    assert {(answer["total"], answer["pages"]) for answer in answers} == {(MANY, 3)}
    return [[each.get("id", each.get("document", each.get("hash"))) for each in answer[name]] for answer in answers]


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


def test_proposed_statements(fr, rosa, browser):
    ids = opened(fr, "statement")
    assert for_programs(rosa, "/api/v1/statements/proposed", "proposed") == pages_of(ids)
    assert on_pages(rosa, "/statements", r'href="/statements/(fr-[^"]+)"', "proposed") == pages_of(ids)
    assert on_pages(browser(fr), "/statements", r'href="/statements/(fr-[^"]+)"', "proposed") == [[]]


def test_issued_and_proposed_statements_are_leafed_through_apart(fr, rosa):
    issued = opened(fr, "statement")
    for id in issued:
        with fr.reading() as session:
            event = str(fr.documents.get(session, id).ref)
        rosa.post(f"/statements/{id}/issue", data={"event": event})
        fr.now.wait(minutes=1)
    proposed = opened(fr, "statement")
    link = r'href="/statements/(fr-[^"]+)"'
    for name, others, pages in (("page", proposed, pages_of(issued[::-1])), ("proposed", issued[::-1], pages_of(proposed))):
        found = on_pages(rosa, "/statements?page=1", link, name)
        assert [[id for id in page if id not in others] for page in found] == pages
        assert all([id for id in page if id in others] == others[:2] for page in found)
    second = rosa.get("/statements?page=2&proposed=3").text
    assert re.findall(link, second) == [proposed[4], *issued[::-1][2:4]]
    assert re.findall(r'rel="(?:next|prev)" href="([^"]*)"', second) == [
        "/statements?page=2&amp;proposed=2",
        "/statements?proposed=3&amp;page=1#issued",
        "/statements?proposed=3&amp;page=3#issued",
    ]


def said_at(rosa, fr, path):
    """Many contributions to a debate, and the addresses to which their writer was sent."""
    found = []
    for number in range(MANY):
        answer = rosa.post(path, data={"text": f"Word {number}."}, follow_redirects=False)
        assert answer.status_code == 303
        found.append(answer.headers["location"])
        fr.now.wait(minutes=1)
    return found


def moved(fr, rosa, document, block):
    """The ids of many proposals at home."""
    found = []
    for number in range(MANY):
        said = {"block": block, "revision": 1, "language": "fr", "title": f"A{number}", "reason": "R", "text": f"Pain {number}."}
        found.append(rosa.post(f"/api/v1/documents/{document}/motions", json=said).json()["id"])
        fr.now.wait(minutes=1)
    return found


def paragraph(fr, document):
    with fr.reading() as session:
        return fr.documents.read(session, document, "fr").units[1].block.id


def test_proposals_at_home(fr, rosa):
    [document] = opened(fr, "programme")[:1]
    block, root = paragraph(fr, document), f"/documents/{document}"
    ids = moved(fr, rosa, document, block)
    assert for_programs(rosa, f"/api/v1{root}/motions", "motions") == pages_of(ids)
    link = rf'href="{root}/motions/([^"]+)"'
    assert on_pages(rosa, f"{root}/amendments", link, "ours") == pages_of(ids)
    assert on_pages(rosa, "/", link) == pages_of(ids)
    assert "5 things. The rest can wait." in rosa.get("/?page=3").text
    beside = rosa.get(f"{root}/debate/{block}").text
    assert re.findall(link, beside) == ids[:2]
    assert f'<a href="{root}/amendments">All amendments and proposals</a>' in beside
    said_at(rosa, fr, f"{root}/debate/{block}")
    beside = rosa.get(f"{root}/debate/{block}?page=2").text
    assert (re.findall(link, beside), f'href="{root}/amendments"' in beside) == ([], True)


@pytest.mark.parametrize("about", ["debate", "motions"])
def test_a_debate(fr, rosa, about):
    [document] = opened(fr, "programme")[:1]
    block = paragraph(fr, document)
    page = f"/documents/{document}/" + (
        f"debate/{block}" if about == "debate" else f"motions/{moved(fr, rosa, document, block)[0]}"
    )
    program = "/api/v1" + (page if about == "debate" else f"{page}/debate")
    places = said_at(rosa, fr, page if about == "debate" else f"{page}/debate")
    ids = [place.partition("#c-")[2] for place in places]
    assert for_programs(rosa, program, "comments") == pages_of(ids)
    assert on_pages(rosa, page, r'id="c-([^"]+)"') == pages_of(ids)
    assert [place.partition("#")[0] for place in places] == [page, page, f"{page}?page=2", f"{page}?page=2", f"{page}?page=3"]
    own = f"/documents/{document}/comments/{ids[3]}"
    for address, data in ((own, {"text": "Another word."}), (f"{own}/delete", {})):
        answer = rosa.post(address, data=data, follow_redirects=False)
        assert answer.headers["location"] == f"{page}?page=2#c-{ids[3]}"


def test_proposals_and_versions_of_the_roster(federation, clock, browser):
    ic = federation("ic", "fr", "ar", "de", "it", now=clock)[0]
    api = browser(ic, member(ic, "member", "delegate", language="en"))
    root, page = "/api/v1/federation/roster", "/federation/roster"
    versions = [each["version"] for each in api.get(f"{root}/versions?page=1").json()["versions"]]
    assert (versions, api.get(root).json()["version"]) == ([5, 4], 5)
    hashes = []
    for number in range(MANY):
        answer = api.post(f"{root}/proposals", json={"change": "renew", "why": f"Again {number}."})
        hashes.append(answer.json()["hash"])
        clock.wait(days=2)
    assert for_programs(api, f"{root}/proposals", "proposals") == pages_of(hashes)
    assert for_programs(api, f"{root}/versions", "versions") == pages_of([each.hash for each in told(ic)])
    assert on_pages(api, page, r'href="/federation/roster/proposals/(\w+)"') == pages_of(hashes)
    assert on_pages(api, page, r"<h3>Version (\d)", "versions") == pages_of(["5", "4", "3", "2", "1"])
    every = [api.get(f"{root}/versions?page={number}").json()["versions"] for number in (1, 2, 3)]
    assert [each["changes"] for part in every for each in part] == [[str(word) for word in each.changes] for each in told(ic)]


def told(section):
    """All versions, as the command line tells them."""
    with section.reading() as session:
        return queries.history(session)


def test_invitations(fr, browser):
    secretary = browser(fr, member(fr, "secretary", language="en"))
    ids = []
    for number in range(MANY):
        said = {"role": "member", "branch": "", "note": f"N{number}"}
        ids.append(secretary.post("/api/v1/members/invitations", json=said).json()["id"])
        fr.now.wait(minutes=1)
    assert for_programs(secretary, "/api/v1/members/invitations", "invitations") == pages_of(ids[::-1])
    withdrawals = r'action="/members/invitations/([^"/]+)/withdraw"'
    assert on_pages(secretary, "/members/invitations", withdrawals) == pages_of(ids[::-1])
