"""A file that waits for a second person: they see it, it stays until they have decided, and it waits once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from internationale.errors import Conflict, Held
from internationale.kit import Role
from internationale.rooms.attachments.port import attaching, keeping
from internationale.rooms.exchange.port import release
from internationale.section import Section
from internationale.testing.people import person as somebody

CONTENT = b"Names. " * 100_000


@pytest.fixture
def section(federation: Callable[..., list[Section]]) -> Section:
    section, _fr = federation("ic", "fr", release=frozenset({"attachments.attached"}))
    return section


@pytest.fixture
def person(section: Section, browser: Callable[..., Any]) -> Callable[..., Any]:
    """``person("clara", Role.SECRETARY)``: a browser of somebody whose roles are granted for real."""

    def open(handle: str, *roles: Role) -> Any:
        with section.writing() as session:
            for role in roles:
                section.grants.give_role(session, f"ic-{handle}", role, by=None)
            client = browser(section, section.grants.reader(session, id=f"ic-{handle}", handle=handle, language="en"))
        client.headers["Accept-Language"] = "en"
        return client

    return open


@pytest.fixture
def rosa(person: Callable[..., Any]) -> Any:
    return person("rosa", Role.DELEGATE)


@pytest.fixture
def clara(person: Callable[..., Any]) -> Any:
    return person("clara", Role.SECRETARY)


@pytest.fixture
def brought(section: Section, share: Callable[..., str], rosa: Any) -> Callable[..., str]:
    """``brought()``: what rosa brings, to be attached; the upload's id. ``audience``: of the text to which it belongs."""

    def bring(audience: str = "international") -> str:
        path = f"/api/v1/attachments/to/{share(section, audience)}/uploads?name=plan.pdf"
        return str(rosa.post(path, content=CONTENT).json()["id"])

    return bring


def attach(rosa: Any, upload: str) -> Any:
    return rosa.post(f"/api/v1/attachments/uploads/{upload}", json={"name": "plan.pdf", "note": ""})


def held(rosa: Any, upload: str) -> str:
    """Rosa attaches it; the id under which it waits."""
    answer = attach(rosa, upload)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["held"])


@pytest.mark.parametrize("audience", ["international", "fr ic"])
def test_whoever_may_release_it_downloads_it_and_nobody_else(
    brought: Callable[..., str], rosa: Any, clara: Any, person: Callable[..., Any], audience: str
) -> None:
    """Also where it lies encrypted here."""
    upload, other = brought(audience), brought(audience)
    waits = held(rosa, upload)
    link = f"/attachments/uploads/{upload}/file"
    assert (f'href="{link}"' in clara.get(f"/federation/release/{waits}").text, clara.get(link).content) == (True, CONTENT)
    given = clara.get("/api/v1" + link, headers={"Range": "bytes=7-13"})
    assert (given.status_code, given.content) == (206, CONTENT[7:14])
    assert [each["id"] for each in clara.get(f"/api/v1/attachments/held/{waits}").json()] == [upload]
    assert rosa.get(link).content == CONTENT
    assert clara.get(f"/attachments/uploads/{other}/file").status_code == 404
    assert clara.get(f"/attachments/uploads/{upload}").status_code == 404
    assert clara.post(f"/attachments/uploads/{upload}/discard").status_code == 404
    leo = person("leo", Role.MEMBER)
    assert (leo.get(link).status_code, leo.get(f"/api/v1/attachments/held/{waits}").status_code) == (404, 403)
    assert clara.post(f"/federation/release/{waits}/reject", data={"reason": "Names in it."}).status_code == 200
    assert clara.get(link).status_code == 404


def test_tidying_leaves_what_waits(section: Section, brought: Callable[..., str], rosa: Any, clara: Any) -> None:
    upload, other = brought(), brought()
    waits, rejected = held(rosa, upload), held(rosa, other)
    assert clara.post(f"/federation/release/{rejected}/reject", data={"reason": "Names in it."}).status_code == 200
    real = section.now
    section.now = lambda: real() + timedelta(days=8)  # type: ignore[method-assign]
    assert keeping.tidy(section).uploads == 1
    assert clara.get(f"/attachments/uploads/{upload}/file").content == CONTENT
    assert clara.post(f"/api/v1/federation/release/{waits}/release").json() == {"ids": ["ic:1:3"]}
    (attached,) = clara.get("/api/v1/attachments").json()
    assert clara.get(f"/api/v1/attachments/{attached['id']}/file").content == CONTENT


def test_what_waits_says_that_its_file_was_deleted(brought: Callable[..., str], rosa: Any, clara: Any) -> None:
    upload = brought()
    waits = held(rosa, upload)
    assert "what waits cannot be released any more" in rosa.get(f"/attachments/uploads/{upload}").text
    assert rosa.post(f"/attachments/uploads/{upload}/discard", follow_redirects=False).status_code == 303
    for page in (rosa.get(f"/federation/release/{waits}"), clara.get(f"/federation/release/{waits}")):
        assert "The file is not here any more: whoever brought it has deleted it." in page.text
        assert f"/attachments/uploads/{upload}/file" not in page.text
    assert clara.post(f"/federation/release/{waits}/release").status_code == 409
    assert clara.get(f"/attachments/uploads/{upload}/file").status_code == 404


def test_a_file_waits_once(brought: Callable[..., str], rosa: Any, clara: Any) -> None:
    upload = brought()
    waits = held(rosa, upload)
    page = rosa.get(f"/attachments/uploads/{upload}").text
    assert re.findall(r'href="(/federation/release/\w+)"', page) == [f"/federation/release/{waits}"]
    again = attach(rosa, upload)
    assert (again.status_code, "This waits for a second person already." in again.text) == (409, True)
    assert [each["id"] for each in clara.get("/api/v1/federation/release").json()] == [waits]
    assert rosa.post(f"/federation/release/{waits}/take-back").status_code == 200
    assert held(rosa, upload) != waits


def test_a_file_is_taken_back_once(
    federation: Callable[..., list[Section]], attach: Callable[..., str], share: Callable[..., str]
) -> None:
    """Two have written it, before either was released."""
    (fr,) = federation("fr")
    rosa, clara = somebody(fr, "rosa", Role.DELEGATE), somebody(fr, "clara", Role.DELEGATE)
    attachment = attach(fr, share(fr), b"one")
    fr.releasing.names = frozenset(["attachments.withdrawn"])
    waiting = []
    for reason in ("One.", "Two."):
        with pytest.raises(Held) as held, fr.writing() as session:
            attaching.withdraw(fr, session, attachment, reason=reason, by=rosa)
        waiting.append(held.value.id)
    release(fr, waiting[0], clara)
    with pytest.raises(Conflict, match="already taken back"):
        release(fr, waiting[1], clara)
