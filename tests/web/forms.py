"""The forms of a page, as a browser would send them."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

CONTROL = re.compile(r"<(?:(textarea|select)\b([^>]*)>|input\b([^>]*)>)((?(1).*?</(?:textarea|select)>))", re.DOTALL)


def form(page: Any, action: str) -> str:
    """One form of a page."""
    found = [each for each in re.findall(r"<form\b.*?</form>", page.text, re.DOTALL) if f'action="{action}"' in each]
    assert len(found) == 1, page.text
    return str(found[0])


def controls(html: str) -> Iterator[tuple[str, str]]:
    """What a browser would send of a form, but for its buttons."""
    for tag, attributes, inner in (each[:2] + each[3:] if each[0] else ("input", each[2], "") for each in CONTROL.findall(html)):
        name = re.search(r'name="([^"]*)"', attributes)
        kind = re.search(r'type="([^"]*)"', attributes)
        value = re.search(r'value="([^"]*)"', attributes)
        if (
            name is None
            or (kind and kind[1] in ("radio", "checkbox") and " checked" not in attributes)
            or (kind and kind[1] == "file")
        ):
            continue
        if tag == "select":
            value = re.search(r'value="([^"]*)" selected', inner)
        yield (
            name[1],
            unescape(inner.removesuffix("</textarea>").removeprefix("\n") if tag == "textarea" else value[1] if value else ""),
        )


def sections(html: str) -> dict[str, bool]:
    """The boxes of the sections, and whether they are ticked."""
    return {code: bool(ticked) for code, ticked in re.findall(r'name="sections" value="(\w+)"( checked)?', html)}


def wrong(html: str) -> list[str]:
    """The names of the fields at which an error is said."""
    return re.findall(r'<(?:div|fieldset) class="[^"]*\bwrong" id="at-([\w.]+)"', html)
