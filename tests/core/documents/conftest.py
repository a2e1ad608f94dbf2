"""Three sections of one International with three kinds of text."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from types import ModuleType, SimpleNamespace

import pytest

from internationale.kit import INTERNATIONAL, DocumentKind, hookimpl, marker
from internationale.plugins import Plugins
from internationale.rooms.documents.queries import documents
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.clock import Clock
from internationale.testing.people import speaker

_ = marker("core")


@hookimpl
def document_kinds() -> Sequence[DocumentKind]:
    """All that the plugin of these tests does."""
    return [
        DocumentKind("draft", _("Drafts"), "/drafts", amendable=True, public=True),
        DocumentKind("word", _("Words"), "/words", public=True),
        DocumentKind("plea", _("Pleas"), "/pleas"),
    ]


KINDS = ModuleType("kinds")
KINDS.document_kinds = document_kinds


@pytest.fixture
def three(federation: Callable[..., list[Section]]) -> list[Section]:
    """``ic`` (English), ``fr`` and ``ar``. ``late`` is a member that is not here: ``federation.fresh`` opens it. A second passes
    each time that somebody looks at the clock.
    """
    clock = Clock(step=timedelta(seconds=1))
    return federation("ic", "fr", "ar", plugins=Plugins([("kinds", KINDS)]), now=clock, absent=["late"])


@pytest.fixture
def draft(three: list[Section], text: SimpleNamespace) -> tuple[str, str]:
    """A text of ``ic`` that all have; and the block that speaks of thirty-five hours."""
    ic, _fr, _ar = three
    with ic.writing() as session:
        document = ic.documents.open(
            session, kind="draft", language="en", title="Hours", text=text.first, audience=INTERNATIONAL, by=speaker(ic)
        )
        block = next(item.id for item in documents.text(session, document).blocks if "thirty-five" in item.raw)
    carrying.hand_on(*three)
    return document, block


@pytest.fixture
def text() -> SimpleNamespace:
    """A short text in three states."""
    first = "# Hours\n\nWe stand for thirty-five hours.\n\nNight work is paid double.\n\n---\n\nThe books are open.\n"
    second = first.replace("thirty-five", "thirty")
    return SimpleNamespace(first=first, second=second, third=second.replace("Night work", "Night and Sunday work"))
