"""The people of the demo, and how they reach their section: over HTTP with a personal token, as any program would. The
secretaries come in person, with a session: no token lets anybody in or gives anybody a role.
"""

import secrets
from typing import Any

import httpx
from instances import Broken, Instance

CAST = {
    "ic": {"anna": ("delegate", ""), "otto": ("secretary", ""), "sam": ("member", "")},
    "fr": {
        "karim": ("delegate", "Lyon"),
        "jeanne": ("translator", "Lyon"),
        "lucie": ("member", "Lyon"),
        "paul": ("secretary", "Marseille"),
    },
    "ar": {
        "نور": ("delegate", "الإسكندرية"),
        "سلمى": ("translator", "الإسكندرية"),
        "يوسف": ("member", "صفاقس"),
        "هدى": ("secretary", "صفاقس"),
    },
}
"""Each section's people: handle, role, branch. The secretaries run their machines too."""


class Person:
    """Somebody with an account. ``get`` and ``post`` talk to the API; ``page`` reads a page as their browser would."""

    def __init__(self, instance: Instance, handle: str, role: str) -> None:
        self.instance = instance
        self.handle = handle
        self.role = role
        self.id = ""
        self.http = httpx.Client(base_url=instance.url, headers={"Origin": instance.url}, timeout=30)

    def accept(self, link: str, language: str) -> None:
        """Accept an invitation, sign in, and make a token, but for a secretary."""
        password = secrets.token_urlsafe(18)
        join = {"invitation": link.rpartition("/")[2].strip(), "handle": self.handle, "password": password}
        self.id = self.post("members/join", {**join, "language": language, "accept": True})["account"]
        answer = self.http.post("/members/sign-in", data={"handle": self.handle, "password": password})
        _expect(answer, 303)
        if self.role == "secretary":
            return
        token = self.post("members/me/tokens", {"name": "demo", "password": password})["token"]
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: str | int) -> Any:
        """What the API answers. Raises ``Broken`` when it is an error."""
        answer = self.http.get(f"/api/v1/{path}", params=query)
        _expect(answer, 200)
        return answer.json()

    def finds(self, path: str, **query: str | int) -> Any:
        """The same, or None when there is no such thing (yet)."""
        answer = self.http.get(f"/api/v1/{path}", params=query)
        if answer.status_code == 404:
            return None
        _expect(answer, 200)
        return answer.json()

    def post(self, path: str, form: dict[str, Any]) -> Any:
        """Do something through the API."""
        answer = self.http.post(f"/api/v1/{path}", json=form)
        _expect(answer, 200, 201, 204)
        return answer.json() if answer.content else None

    def page(self, path: str, **query: str) -> str:
        """The HTML of a page."""
        answer = self.http.get(path, params=query)
        _expect(answer, 200)
        return answer.text


class Staff:
    """Everybody of one section, by role."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.people = {role: Person(instance, handle, role) for handle, (role, _branch) in CAST[instance.code].items()}

    def __getitem__(self, role: str) -> Person:
        return self.people[role]

    def engage(self, language: str) -> None:
        """The host invites the secretary, who invites the others."""
        secretary = self["secretary"]
        secretary.accept(self.instance.command("members", "invite", "--role", "secretary"), language)
        self.instance.command("members", "grant", secretary.handle, "host")  # not a secretary's to hand out
        branches: dict[str, str] = {"": ""}
        for handle, (role, branch) in CAST[self.instance.code].items():
            if branch not in branches:
                branches[branch] = secretary.post("members/branches", {"name": branch})["id"]
            if role != "secretary":
                invitation = secretary.post("members/invitations", {"role": role, "branch": branches[branch], "note": handle})
                self[role].accept(invitation["link"], language)
                if role != "member":
                    secretary.post(f"members/people/{self[role].id}/roles", {"role": "member"})

    def links(self) -> list[tuple[Person, str]]:
        """A one-time sign-in link for each."""
        return [(person, self.link(person)) for person in self.people.values()]

    def link(self, person: Person) -> str:
        """A one-time sign-in link, which the secretary makes."""
        return str(self["secretary"].post(f"members/people/{person.id}/link", {})["link"])


def _expect(answer: httpx.Response, *statuses: int) -> None:
    if answer.status_code not in statuses:
        request = answer.request
        raise Broken(f"{request.method} {request.url} answered {answer.status_code}: {answer.text[:1500]}")
