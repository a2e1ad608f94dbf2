"""Bundles on pages and in the API: for the host alone, down and up again."""

import pytest

from internationale.kit import Role, Utterance
from internationale.testing import notes, oracle
from internationale.testing.builds import today


@pytest.fixture
def two(federation):
    return federation("ic", "fr", plugins=today())


@pytest.fixture
def host(browser):
    return lambda section: browser(section, Role.HOST, language="en")


@pytest.fixture
def spoken(two, member):
    with two[0].writing() as session:
        two[0].publish(session, Utterance(notes.Written(text="one"), parts=(b"long",)), by=member(two[0]))
    return two


def test_down_here_and_up_there(spoken, host):
    ic, fr = spoken
    answer = host(ic).get("/federation/bundle/file")
    assert answer.headers["content-disposition"].startswith('attachment; filename="ic-')
    page = host(fr).post("/federation/bundle", files={"file": ("ic.bundle", answer.content)})
    assert (page.status_code, "1 new message was taken in." in page.text) == (200, True)
    oracle.agree(ic, fr, said=1)


def test_the_api_does_the_same(spoken, host):
    ic, fr = spoken
    content = host(ic).get("/api/v1/federation/bundle").content
    found = host(fr).post("/api/v1/federation/bundle", content=content[:-5]).json()
    assert (found["new"], found["known"], found["parts"], found["whole"]) == (1, 0, 1, False)
    assert host(fr).post("/api/v1/federation/bundle", content=content).json()["known"] == 1


def test_what_is_no_bundle_is_said_to_be(spoken, host):
    there = host(spoken[1])
    assert there.post("/api/v1/federation/bundle", content=b"no").status_code == 400
    answer = there.post("/federation/bundle", files={"file": ("photo.jpg", b"\xff\xd8")})
    assert (answer.status_code, "This is not a bundle." in answer.text) == (400, True)
    assert there.post("/federation/bundle").status_code in (400, 415)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/federation/bundle"),
        ("GET", "/federation/bundle/file"),
        ("POST", "/federation/bundle"),
        ("GET", "/api/v1/federation/bundle"),
        ("POST", "/api/v1/federation/bundle"),
    ],
)
def test_for_the_host_alone(spoken, browser, member, method, path):
    answer = browser(spoken[0], member(spoken[0], "member")).request(method, path)
    assert answer.status_code == 403
