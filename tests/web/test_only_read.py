"""Whoever is signed in goes on reading while the database can only be read: that they were seen, or took something, waits."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from sqlmodel import col, select

import internationale_members
from internationale.ledger import noting
from internationale.rooms.documents.port import amending, home
from internationale.rooms.documents.port.amending import Proposal
from internationale.section import Section
from internationale.testing.federations import Federation
from internationale.testing.people import member
from internationale.testing.trouble import only_read
from internationale.web.app import create_app
from internationale_members.rows import SignedIn, Token

NOT_THERE = {
    "/api/v1/openapi.json/{path:str}",
    "/static/{path:path}",
    "/documents/{document:str}/change/{block:str}",
    *("/federation/forks/{id:str}/export", "/api/v1/federation/forks/{id:str}"),
    *("/federation/release/{id:str}", "/federation/waiting/{kind:str}/{id:str}/export"),
    "/api/v1/federation/waiting/{kind:str}/{id:str}",
    *("/federation/join/invitations/{code:str}/file", "/api/v1/federation/requests/invitations/{code:str}"),
    *("/federation/roster/proposals/{hash:str}", "/federation/roster/proposals/{hash:str}/file"),
    *("/api/v1/federation/roster/proposals/{hash:str}", "/api/v1/federation/roster/proposals/{hash:str}/file"),
    *("/actions/{action:str}/close", "/actions/{action:str}/report", "/actions/{action:str}/withdraw"),
    *("/statements/{id:str}/cosign", "/statements/{id:str}/withdraw", "/statements/{id:str}/in/{language:str}"),
}
"""Pages of things that are not in the story that is told here, or not yet or no longer to be done: they say so."""
PARAMETER = re.compile(r"\{(\w+):\w+\}")


@pytest.fixture
def section(federation: Federation) -> Section:
    section: Section = federation("ic", "fr")[0]
    return section


@pytest.fixture
def rosa(section: Section) -> Iterator[TestClient[Any]]:
    """The browser of somebody with a real account, who may do everything."""
    with TestClient(create_app(section), base_url=section.base_url, raise_server_exceptions=False) as client:
        client.headers.update({"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"})
        client.follow_redirects = False
        client.post(add(section, "rosa", "member", "translator", "delegate", "secretary", "host"))
        yield client


def add(section: Section, handle: str, *roles: str) -> str:
    """Opens an account; returns the link with which its person signs in."""
    group = click.Group()
    internationale_members.commands(group)
    options = [option for role in roles for option in ("--role", role)]
    made = CliRunner().invoke(group, ["members", "add", handle, *options], obj=lambda: section)
    assert made.exit_code == 0, made.output
    return made.output.strip()


def token(client: httpx.Client) -> dict[str, str]:
    password = "seven red umbrellas"
    assert client.post("/members/account/password", data={"new": password}).status_code == 303
    made = client.post("/api/v1/members/me/tokens", json={"name": "Script", "password": password})
    return {"Authorization": f"Bearer {made.json()['token']}"}


@pytest.fixture
def told(section: Section, rosa: httpx.Client) -> dict[str, dict[str, str]]:
    """A little of everything, by what addresses call it; and where that is: by the beginning of an address."""
    said = {"language": "en", "title": "Bread", "audience": "international", "text": "Bread.\n\nForty hours."}
    with section.writing() as session:
        document = section.documents.open(session, kind="programme", **said, by=member(section, "delegate"))
        block = section.documents.read(session, document, "en").units[-1].block.id
        wanted = Proposal(block, 1, "replace", "en", "Less", "Time is ours.", "Thirty.")
        amendment = amending.propose(section, session, document, wanted, member(section, "delegate"))
        motion = home.move(section, session, document, wanted, member(section, "member"))
    words = dict.fromkeys(("title", "text", "participants", "demands", "leadership", "outlook", "conditions", "forces"), "x")
    action = rosa.post("/api/v1/actions", json={**words, "language": "en", "first": "2027-05-01"}).json()["action"]["summary"][
        "id"
    ]
    statement = rosa.post("/api/v1/statements", json={**said, "sections": []}).json()["id"]
    some = rosa.post("/api/v1/statements", json={**said, "audience": "named", "sections": ["fr"]}).json()["id"]
    comment = rosa.post(f"/api/v1/documents/{document}/debate/{block}", json={"text": "So be it."}).json()["id"]
    bring = f"/api/v1/attachments/to/{document}/uploads?name=Plan.pdf"
    upload, brought = (rosa.post(bring, content=b"minutes").json()["id"] for _ in range(2))
    attachment = rosa.post(f"/api/v1/attachments/uploads/{brought}", json={"name": "Plan.pdf", "note": ""}).json()["id"]
    me = rosa.get("/api/v1/members/me").json()["id"]
    invited = rosa.post("/api/v1/members/invitations", json={"role": "member", "branch": "", "note": ""}).json()["link"]
    known = {"document": document, "block": block, "amendment": amendment, "motion": motion, "comment": comment}
    known |= {"action": action, "statement": statement, "upload": upload, "attachment": attachment, "subject": document}
    known |= {"language": "fr", "first": "1", "second": "1", "number": "1", "kind": "quarantined", "id": statement}
    return {
        "/": known,
        "/statements": {"id": statement, "language": "en"},
        "/sealing": {"document": some},
        "/api/v1/sealing": {"document": some},
        "/federation/sent": {"id": "ic:1:1"},
        "/api/v1/federation/sent": {"id": "ic:1:1"},
        "/members/people": {"id": me},
        "/api/v1/members/people": {"id": me},
        "/members/invitation": {"secret": invited.rpartition("/")[2]},
        "/members/link": {"secret": add(section, "clara", "member").rpartition("/")[2]},
    }


def addresses(app: Any, told: dict[str, dict[str, str]]) -> dict[str, str]:
    """Where every page, file and answer of the API is, by its path in the application."""
    paths = [route.path for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods]
    return {path: _at(path, told) for path in sorted(paths)}


def _at(path: str, told: dict[str, dict[str, str]]) -> str:
    known: dict[str, str] = {}
    for beginning in sorted(told, key=len):
        known |= told[beginning] if path.startswith(beginning) else {}
    return PARAMETER.sub(lambda match: known.get(match[1], "1"), path)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again at once to note what could not be noted."""
    monkeypatch.setattr(noting, "PAUSE", 0.0)


def later(section: Section, how_long: timedelta) -> None:
    now = section.now
    section.now = lambda: now() + how_long  # type: ignore[method-assign]  # of this section only


def seen(section: Section) -> list[Any]:
    with section.reading() as session:
        return [session.exec(select(col(column))).first() for column in (SignedIn.seen_at, Token.used_at)]


@pytest.mark.usefixtures("unhurried")
def test_everything_can_be_read_an_hour_after_one_was_seen_last(section: Section, rosa: TestClient[Any], told: Any) -> None:
    """A page, its API with the session and with a token, and every file."""
    there, by_token = addresses(rosa.app, told), token(rosa)
    keys: list[dict[str, str]] = [{}, by_token]

    def read() -> dict[tuple[str, int], int]:
        walk = ((path, turn) for path in there for turn in range(2) if turn == 0 or path.startswith("/api/"))
        return {(path, turn): rosa.get(there[path], headers=keys[turn]).status_code for path, turn in walk}

    before = read()
    assert {path for (path, _turn), status in before.items() if status not in (200, 303)} == NOT_THERE
    later(section, timedelta(hours=1))
    noted = seen(section)
    with only_read(section):
        assert read() == before
        assert seen(section) == noted
    assert rosa.get("/").status_code == rosa.get("/api/v1/members/me", headers=by_token).status_code == 200
    assert [then for then, now in zip(noted, seen(section), strict=True) if now <= then] == []
