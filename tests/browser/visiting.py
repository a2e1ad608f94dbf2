"""Somebody at a browser, who finds everything by what is written on it, in the language that they read."""

import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from examining import Examiner
from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, Response, expect

from internationale import i18n
from internationale.i18n.catalogs import house_folder

MARKS = [pytest.mark.timeout(900)]
"""The first test of a process waits for three sections to be founded and a story to be told."""
PATIENCE = 30
"""Seconds for anything to show; generous, because machines that test are busy."""


@dataclass(frozen=True)
class Screen:
    """Through what the pages are seen."""

    width: int = 1200
    height: int = 900
    scripts: bool = True


DESK = Screen()
PHONE_WITHOUT_SCRIPTS = Screen(390, 844, scripts=False)


class Visitor:
    """Every page come to is watched and examined; what is wrong with any is told in ``wrong``."""

    def __init__(self, browser: Browser, examiner: Examiner, home: str, role: str, language: str, screen: Screen = DESK) -> None:
        self.home = home
        self.role = role
        self.language = language
        self.examiner = examiner
        self.wrong: list[str] = []
        self.expected: set[int] = set()
        self.answered: Response | None = None
        self.context = browser.new_context(
            locale=language,
            viewport={"width": screen.width, "height": screen.height},
            java_script_enabled=screen.scripts,
            has_touch=screen.width < 500,
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def leave(self) -> None:
        self.context.close()

    # going

    def go(self, path: str) -> None:
        self.page.goto(self.home + path)
        self._look()

    def sign_in(self, link: str) -> None:
        """By a link that works once; the account's own language gives way to the visitor's."""
        self.page.goto(link)
        self._look()
        with self.page.expect_navigation():
            self.page.locator("main").get_by_role("button").first.click()
        self.go(f"/?lang={self.language}")

    def follow(self, words: str, within: str = "main") -> None:
        """Click the first link with these words."""
        self._click(self.page.locator(within).get_by_role("link", name=self.said(words)))

    def read(self, title: str) -> None:
        """Click the link whose words are these in any language: a title, not a word of the house."""
        self._click(self.page.locator("main").get_by_role("link", name=title))

    def press(self, words: str, then: str = "") -> None:
        """Press the first button with these words. ``then``: the language that one reads from there on."""
        button = self.page.locator("main").get_by_role("button", name=self.said(words))
        self.language = then or self.language
        self._click(button)

    def open(self, words: str) -> None:
        """Unfold what is hidden under these words."""
        self.page.locator("summary", has_text=self.said(words)).first.click()

    # filling in

    def write(self, label: str, text: str, nth: int = 0) -> None:
        self.page.locator("main").get_by_label(self.labelled(label)).nth(nth).fill(text)

    def tick(self, label: str) -> None:
        self.page.locator("main").get_by_label(self.labelled(label)).first.check()

    # seeing

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text, timeout=PATIENCE * 1000)

    def reads(self, *sentences: str) -> None:
        """The same for words of the house."""
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(self.said(sentence, whole=False), timeout=PATIENCE * 1000)

    def marked(self, inserted: str, deleted: str) -> None:
        """A comparison by words on the page."""
        expect(self.page.locator("ins", has_text=inserted).first).to_be_visible()
        expect(self.page.locator("del", has_text=deleted).first).to_be_visible()

    def awaits(self, path: str, text: str) -> None:
        """Something that is on its way: looks again until it is here."""
        deadline = time.monotonic() + PATIENCE
        while text not in self._main(path) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._look()
        self.sees(text)

    def _main(self, path: str) -> str:
        self.expected.add(404)
        self.page.goto(self.home + path)
        self.expected.discard(404)
        return self.page.locator("main").inner_text()

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def said(self, sentence: str, *, whole: bool = True) -> re.Pattern[str]:
        """A sentence of the house as the visitor reads it: in any catalog of their language."""
        domains = {path.stem for path in house_folder().glob("*/LC_MESSAGES/*.po")} | {"core"}
        words = {i18n.gettext(sentence, language=self.language, domain=domain) for domain in domains}
        # a browser tells accessible names with plain spaces, whatever kind the catalog has
        either = "|".join(r"\s+".join(map(re.escape, each.split())) for each in sorted(words))
        return re.compile(rf"^\s*({either})\s*$" if whole else either)

    def labelled(self, label: str) -> re.Pattern[str]:
        """A field's label: what follows the words may say that the field can be left empty."""
        return re.compile(self.said(label).pattern.removesuffix(r"\s*$") + r"\s*(\(.*\))?\s*$")

    # being watched

    def _click(self, what: Locator) -> None:
        with self.page.expect_navigation():
            what.first.click()
        self._look()

    def _look(self) -> None:
        """Examine the page that was come to."""
        self.page.wait_for_load_state()
        answer = self.answered
        assert answer is not None
        name = f"{self.role or 'anybody'}: {answer.request.method} {urlsplit(answer.url).path}"
        self.wrong += self.examiner.examine(name, answer, self.language)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not (self.expected and "Failed to load resource" in message.text):
            self.wrong.append(f"{self.page.url}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.home + "/", "data:")):
            self.wrong.append(f"{self.page.url} asks {request.url}")

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self.answered = response
        if response.status >= 400 and response.status not in self.expected:
            self.wrong.append(f"{response.request.method} {response.url} answered {response.status}")
