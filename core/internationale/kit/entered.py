"""A form's own page, shown once more with what was entered and with what is wrong, so that it can be mended there.

A handler names the page in its ``opt``: ``opt={PAGE: again}``. When what it was sent is refused, ``again`` is called with what
was entered and makes the page; the error is said above the form and at its field (``ui.field`` and its like find it by the
field's name).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.response import Template

from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader

PAGE = "entered"
"""For the ``opt`` of a handler: the ``Page`` that its form stands on."""


@dataclass(frozen=True)
class Entered:
    """What somebody sent, as it came and not yet held to anything.

    ``place``: the parts of the address by name. ``values``: by field, each text as it was typed; a field that may be given
    several times is a list, one that was not sent is empty. Files are not among them: a browser does not take them back.
    """

    section: Section
    reader: Reader
    request: Request[Any, Any, Any]
    place: Mapping[str, str]
    values: Mapping[str, Any]


Page = Callable[[Entered], Template]
"""Makes the page from what was entered. It asks again what the page itself asks: it may raise what that raises."""
