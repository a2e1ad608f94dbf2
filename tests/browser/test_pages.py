"""Every page there is, to the eyes of those who come to it, from left to right and from right to left."""

import re
from pathlib import Path

import pytest
from litestar.routes import HTTPRoute
from visiting import MARKS

from internationale.plugins import Plugins
from internationale.testing.founding import begin, database, open_section
from internationale.web.app import create_app

pytestmark = MARKS
ELSEWHERE = {
    "/members/link/…": "the walk signs in by one",
    "/statements/…/cosign": "the walk co-signs",
    "/statements/…/issue": "the walk issues",
    "/actions/…/commit": "the walk commits",
    "/actions/…/withdraw": "the walk looks at it before the report",
    "/documents/…/change/…": "the walk looks at what is outdated",
}
"""Pages that are there for a moment only."""
NO_PAGES = re.compile(r"^/(api/|schema|static/|healthz|openapi)|^/\.well-known/|text\.md$|/export$")


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
    comment = member.get(debate)[0]["id"]
    motion = member.get(f"documents/{story.draft}/motions")[0]["id"]
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
            *("/federation", "/members/account", "/members/account/leave"),
        ],
        ("fr", "translator"): ["/", "/translation", f"{desk}/fr", f"{desk}/fr/sharing"],
        ("fr", "secretary"): [
            *("/", "/members", "/members/invitations", "/members/branches", f"/members/people/{member.id}"),
            "/federation/waiting",
        ],
        ("ic", "delegate"): [
            *("/", "/programme/new", f"{draft}/revise", "/actions/new", f"{action}/close", f"{statement}/withdraw"),
        ],
    }


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
    with database(home) as url:
        section = open_section(begin(home, "fr", url), Plugins.installed())
        found = [route for route in create_app(section).routes if isinstance(route, HTTPRoute) and "GET" in route.methods]
        section.close()
    paths = {re.sub(r"\{[^}]*\}", "…", route.path_format) for route in found}
    return sorted(path for path in paths if not NO_PAGES.search(path))


def _is(pattern: str, path: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace("…", "[^/]+"), path) is not None
