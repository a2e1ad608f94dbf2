"""Every page there is, to the eyes of those who come to it, from left to right and from right to left."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute
from visiting import MARKS

from internationale.events import fingerprints, joining
from internationale.events.joining import JoinRequest
from internationale.events.keys import SigningKey
from internationale.testing.federations import Federation
from internationale.web.app import create_app

pytestmark = MARKS
ELSEWHERE = {
    "/members/link/…": "the walk signs in by one",
    "/statements/…/cosign": "the walk co-signs",
    "/statements/…/issue": "the walk issues",
    "/actions/…/commit": "the walk commits",
    "/actions/…/withdraw": "the walk looks at it before the report",
    "/documents/…/change/…": "the walk looks at what is outdated",
    "/federation/release/…": "nothing waits for a second person where the settings do not ask for it",
}
"""Pages that are there for a moment only."""
NO_PAGES = re.compile(r"^/(api/|schema|static/|healthz|openapi)|^/\.well-known/|text\.md$|/export$|/file$")


@pytest.fixture(scope="module")
def ended(demo):
    """The demo's story, told to its end."""
    from second_half import second_half

    second_half(demo)
    return demo


def every_page(story) -> dict[tuple[str, str], list[str]]:
    """All paths, by the section and the role of those who come to them."""
    draft, statement, action = f"/documents/{story.draft}", f"/statements/{story.statement}", f"/actions/{story.action}"
    desk = f"/translation/{story.draft}"
    member = story.fr["member"]
    units = member.get(f"documents/{story.draft}")["units"]
    block = next(unit["id"] for unit in units if unit["source"].startswith("We fight for a working week"))
    debate = f"documents/{story.draft}/debate/{block}"
    comment = member.get(debate)["comments"][0]["id"]
    motion = member.get(f"documents/{story.draft}/motions")["motions"][0]["id"]
    for_some = {"title": "For ic", "language": "fr", "text": "Lundi.", "audience": "named", "sections": ["ic"]}
    restricted = story.fr["delegate"].post("programme", for_some)["id"]
    attached, waiting = attachments(story)
    invitation = story.fr["secretary"].post("members/invitations", {"role": "member", "branch": "", "note": ""})["link"]
    return {
        ("fr", ""): [
            *("/", "/about", "/programme", "/statements", statement, f"{statement}/in/fr", "/members/sign-in"),
            "/" + invitation.split("/", 3)[3],
        ],
        ("fr", "member"): [
            *("/", "/programme", draft, f"/{debate}", f"{draft}/comments/{comment}"),
            *(f"{draft}/amend?block={block}", f"{draft}/amend", f"{draft}/motions/{motion}"),
        ],
        ("fr", "delegate"): [
            *("/", draft, f"{draft}/amendments", f"{draft}/amendments/{story.amendment}"),
            *(f"{draft}/revisions", f"{draft}/revisions/1", f"{draft}/compare/1/2"),
            *("/statements", "/statements/new", statement, f"/documents/{story.statement}"),
            *("/actions", action, f"{action}/report"),
            *("/federation/sealed", f"/documents/{restricted}", f"/sealing/{restricted}"),
            *("/attachments", f"/attachments/to/{story.draft}", f"/attachments/uploads/{waiting}"),
            *(f"/attachments/{attached}", f"/attachments/{attached}/withdraw"),
            *("/federation", "/federation/hubs", "/federation/forks", "/federation/sent", "/federation/sent/fr:1:1"),
            *("/federation/sent/fr:1:1/withdraw", "/federation/withdrawn", "/sealing/taken-back", "/attachments/taken-back"),
            *("/federation/release", "/members/account", "/members/account/leave"),
            *("/federation/roster", "/federation/roster/ceremony", "/federation/roster/propose"),
            *("/federation/join", "/federation/found"),
            f"/federation/roster/proposals/{proposal(story)}",
        ],
        ("fr", "translator"): ["/", "/translation", f"{desk}/fr", f"{desk}/fr/sharing"],
        ("fr", "secretary"): [
            *("/", "/members", "/members/invitations", "/members/branches", f"/members/people/{member.id}"),
            *("/federation/waiting", "/federation/waiting/quarantined", "/federation/bundle"),
        ],
        ("ic", "delegate"): [
            *("/", "/programme/new", f"{draft}/revise", "/actions/new", f"{action}/close", f"{statement}/withdraw"),
        ],
    }


def proposal(story) -> str:
    """A change of the list of sections that waits for signatures; and a section for which somebody vouches."""
    delegate, key = story.fr["delegate"], SigningKey.generate()
    asked = JoinRequest(code="de", name="Sektion", languages=("de",), key=key.public, made=datetime.now(UTC))
    request = json.dumps(joining.request(asked, key).plain())
    typed = fingerprints.words(key.public)
    delegate.post("federation/requests", {"request": request, "fingerprint": typed, "why": "They are many."})
    return delegate.post("federation/roster/proposals", {"change": "renew", "why": "A year has passed."})["hash"]


def attachments(story) -> tuple[str, str]:
    """A file that is attached, and one that is only brought."""
    delegate = story.fr["delegate"]
    bring = f"/api/v1/attachments/to/{story.draft}/uploads?name=Photo.jpg"
    first, second = (delegate.http.post(bring, content=b"\xff\xd8\xff..Exif\x00\x00..").json()["id"] for _ in range(2))
    return delegate.post(f"attachments/uploads/{first}", {"name": "Photo.jpg", "note": "The gate."})["id"], second


ERRORS = {"/nowhere": 404, "/members/invitations": 403, "/documents/ic-000000000000": 404}
"""What a member of no particular role should see as a page, too."""


def test_every_page_is_right_for_every_eye(ended, visitor, tmp_path: Path) -> None:
    pages = every_page(ended)
    for turn, ((code, role), paths) in enumerate(pages.items()):
        for language in ("ar", ("fr", "en")[turn % 2]):
            someone = visitor(code, role, language=language)
            for path in paths:
                someone.go(f"{path}{'&' if '?' in path else '?'}lang={language}")
    someone = visitor("fr", "member", language="ar")
    for path, status in ERRORS.items():
        someone.expected = {status}
        someone.go(f"{path}?lang=ar")
    known = [path.partition("?")[0] for paths in pages.values() for path in paths]
    assert [path for path in routes(tmp_path) if path not in ELSEWHERE and not any(_is(path, each) for each in known)] == []


def routes(home: Path) -> list[str]:
    """The paths of all pages of the application, with … for what changes."""
    with Federation(home) as federation:
        app = create_app(federation.alone("fr"))
        found = [route for route in app.routes if isinstance(route, HTTPRoute) and "GET" in route.methods]
    paths = {re.sub(r"\{[^}]*\}", "…", route.path_format) for route in found}
    return sorted(path for path in paths if not NO_PAGES.search(path))


def _is(pattern: str, path: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace("…", "[^/]+"), path) is not None
