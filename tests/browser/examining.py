"""Looks at a page with every kind of eye: axe's, in light and in dark; a narrow screen's; somebody's who reads from the right.

A page is examined as a copy of its HTML on a second tab, served under its own address: so a page that a form answered with can be
examined too, and one that is read without JavaScript.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import axe_playwright_python
from playwright.sync_api import Browser, Response

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
RUN = """async (rules) => {
  const found = await axe.run(document, {resultTypes: ["violations"], ...(rules ? {runOnly: rules} : {})});
  const why = (node) => [...node.any, ...node.all, ...node.none].map((each) => each.message).join("; ");
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)} (${why(node)})`));
}"""
WIDTHS = (1200, 390, 320)
"""A desk, a phone, and the narrowest that WCAG 2.2 asks for (1.4.10, reflow)."""
KEPT = ("content-type", "content-security-policy")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Examiner:
    """What was examined is remembered by its shape, so that each kind of page is examined once per language."""

    browser: Browser
    seen: set[tuple[str, str]] = field(default_factory=set)
    noise: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.context = self.browser.new_context(color_scheme="light")
        self.context.add_init_script(AXE)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.noise.append(message.text) if message.type in {"error", "warning"} else None)
        return self

    def __exit__(self, *exc: object) -> None:
        self.context.close()

    def examine(self, name: str, answer: Response, language: str) -> list[str]:
        """What is wrong with a page; nothing when its like was examined before."""
        if (shape(name), language) in self.seen:
            return []
        self.seen.add((shape(name), language))
        page = self.page
        body, headers = answer.body(), {name: answer.headers[name] for name in KEPT}
        page.route(answer.url, lambda route: route.fulfill(body=body, headers=headers))
        page.emulate_media(color_scheme="light")
        self.noise.clear()
        page.goto(answer.url)
        page.unroute(answer.url)
        wrong = [*self.noise]
        wrong += [f"{width} px wide: {over} px too much" for width in WIDTHS if (over := self._sideways(width)) > 0]
        told = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        if told != [language, "rtl" if language == "ar" else "ltr"]:
            wrong.append(f"language and direction are {told}")
        page.set_viewport_size({"width": 390, "height": 844})
        wrong += page.evaluate(RUN)
        page.emulate_media(color_scheme="dark")
        wrong += [f"dark: {each}" for each in page.evaluate(RUN, ["color-contrast", "link-in-text-block"])]
        return [f"{name} in {language}: {each}" for each in wrong]

    def _sideways(self, width: int) -> int:
        self.page.set_viewport_size({"width": width, "height": 844})
        too_much: int = self.page.evaluate(SIDEWAYS)
        return too_much


def shape(name: str) -> str:
    """The name of a page without the ids that are in it."""
    return re.sub(r"(\b[a-z]{2,3}-)?[0-9a-f]{8,}", "…", name)
