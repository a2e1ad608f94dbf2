"""Sections that write notes."""

from collections.abc import Callable
from types import ModuleType

import pytest

from internationale.kit import Utterance, hookimpl
from internationale.plugins import Plugins
from internationale.testing import notes


def plugins(*, without_later: bool = False) -> Plugins:
    """The notes plugin, or an older build of it that does not know everything."""
    if not without_later:
        return Plugins([("notes", notes)])
    old = ModuleType("old_notes")

    @hookimpl
    def event_types():
        return [kind for kind in notes.event_types() if kind.payload is not notes.Later]

    @hookimpl
    def projections():
        return [one for one in notes.projections() if one.name != "notes.later"]

    old.event_types, old.projections, old.capabilities = event_types, projections, notes.capabilities
    return Plugins([("notes", old)])


@pytest.fixture
def build():
    """``build(without_later=True)``: a plugin set for a section."""
    return plugins


@pytest.fixture
def three(federation):
    """``ic``, ``fr`` and ``ar``, who write notes."""
    return federation("ic", "fr", "ar", plugins=plugins())


@pytest.fixture
def say(member) -> Callable[..., object]:
    """``say(fr, "text")``, ``say(fr, "answer", note)``, ``say(fr, "long", parts=(bytes,))``: returns the ref."""

    def write(section, text, *causes, parts=(), kind=None):
        payload = kind or (notes.Answered if causes else notes.Written)
        with section.writing() as session:
            utterance = Utterance(payload(text=text), refs=tuple(causes), parts=parts, author="rosa")
            return section.publish(session, utterance, by=member(section))[0].ref

    return write
