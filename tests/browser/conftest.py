"""The demo's three sections for real, and visitors at Debian's Chromium.
Without a Chromium the folder is left out; in CI it fails.

``CHROMIUM=/path/to/chromium`` names another.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
MISSING = not Path(CHROMIUM).exists() and os.environ.get("CI") != "true"

if MISSING:
    collect_ignore_glob = ["*.py"]

# neither folder is a package: the demo's pieces are programs, and the tests are collected file by file
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "deploy" / "demonstration")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING:
        terminalreporter.write_line(f"tests/browser was left out: there is no Chromium at {CHROMIUM} (CHROMIUM=… names another)")


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def examiner(chromium) -> Iterator[object]:
    from examining import Examiner

    with Examiner(chromium) as examiner:
        yield examiner


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """The story told as far as ``deploy/demo`` tells it."""
    from first_half import first_half
    from instances import Federation
    from story import Story

    with Federation(tmp_path_factory.mktemp("demo")) as federation:
        story = Story(federation, print)
        first_half(story)
        yield story
        for staff in (story.ic, story.fr, story.ar):
            for person in staff.people.values():
                person.http.close()


@pytest.fixture
def visitor(chromium, demo, examiner) -> Iterator[Callable[..., object]]:
    """``visitor("fr", "delegate", language="fr")`` signs in by a one-time link; without a role, a passer-by."""
    from visiting import Visitor

    opened: list[Visitor] = []

    def come(code: str, role: str = "", **manner: object) -> Visitor:
        opened.append(Visitor(chromium, examiner, demo.federation[code].url, role, **manner))
        if role:
            staff = getattr(demo, code)
            opened[-1].sign_in(staff.link(staff[role]))
        return opened[-1]

    yield come
    for each in opened:
        each.leave()
    wrong = sorted({wrong for each in opened for wrong in each.wrong})
    assert not wrong, "\n".join(wrong)
