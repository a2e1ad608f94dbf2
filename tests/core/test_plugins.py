"""How plugins are found and asked, and what one that fails takes down: itself."""

import importlib.metadata
import logging
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from internationale.errors import Misconfigured
from internationale.kit import MenuItem, Message, Reader, hookimpl
from internationale.plugins import Plugins


def plugin(name: str, **hooks: Any) -> tuple[str, ModuleType]:
    module = ModuleType(f"made_up_{name}")
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return name, module


def one(label: str) -> Any:
    return lambda section, reader: [MenuItem(Message(label), f"/{label}")]


def raising(section: Any, reader: Any) -> Any:
    raise RuntimeError("broken on purpose")


def says(word: bool | None) -> Any:
    return lambda section, reader, capability, subject: word


def fails(section: Any, reader: Any, capability: Any, subject: Any) -> Any:
    raise RuntimeError("broken on purpose")


def test_declarations_come_flattened_and_in_order() -> None:
    plugins = Plugins([plugin("b", checks=lambda: [1, 2]), plugin("a", checks=lambda: [3]), plugin("silent")])
    assert plugins.all("checks") == [1, 2, 3]


def test_rooms_come_first_and_a_plugin_cannot_take_their_name() -> None:
    plugins = Plugins([plugin("a", checks=lambda: ["a"]), plugin("roster", checks=lambda: ["false roster"])])
    both = plugins.with_rooms([plugin("roster", checks=lambda: ["roster"])])
    assert [name for name, _module in both.modules()] == ["roster", "a"]
    assert both.all("checks") == ["roster", "a"]


def test_an_error_in_a_declaration_is_an_error_at_start() -> None:
    with pytest.raises(ZeroDivisionError):
        Plugins([plugin("a", checks=lambda: [1 / 0])]).all("checks")


def test_a_question_is_answered_by_name_and_one_that_raises_loses_only_its_own(caplog: pytest.LogCaptureFixture) -> None:
    plugins = Plugins([plugin("a", menu=one("a")), plugin("broken", menu=raising), plugin("c", menu=one("c"))])
    with caplog.at_level(logging.ERROR):
        answers = plugins.each("menu", section=None, reader=Reader())
    assert answers == [("a", [MenuItem(Message("a"), "/a")]), ("c", [MenuItem(Message("c"), "/c")])]
    assert "plugin broken failed at menu" in caplog.text


def test_a_duty_that_one_plugin_fails_fails_as_a_whole() -> None:
    asked = {"section": None, "session": None, "account": "a"}
    fine = plugin("a", kept=lambda account: {"account": account})
    assert Plugins([fine, plugin("b", kept=lambda: None)]).strictly("kept", **asked) == [("a", {"account": "a"})]
    with pytest.raises(ZeroDivisionError):
        Plugins([fine, plugin("broken", kept=lambda account: 1 / 0)]).strictly("kept", **asked)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ([], None),
        ([None], None),
        ([True, None], True),
        ([True, False], False),
        ([False, True], False),
        (["raise", True], False),
        ([True, "raise"], False),
    ],
)
def test_one_no_forbids_whatever_the_order(words: list[Any], verdict: bool | None) -> None:
    modules = [plugin(f"p{n}", allowed=fails if word == "raise" else says(word)) for n, word in enumerate(words)]
    assert Plugins(modules).allowed(None, Reader(), "documents.opened", None) is verdict  # type: ignore[arg-type]


def test_exactly_one_plugin_knows_people() -> None:
    known = plugin("members", identify=lambda section, session, scope, secret: Reader(id=secret))
    asked = {"section": None, "session": None, "scope": "session", "secret": "s", "again": False}
    assert Plugins([known]).identify(**asked) == Reader(id="s")
    assert Plugins([]).identify(**asked) is None
    with pytest.raises(Misconfigured, match="a, members"):
        Plugins([plugin("a", identify=lambda scope: None), known]).identify(**asked)


@pytest.mark.parametrize("hooks", [{"no_such_hook": lambda: [9]}, {"menu": lambda sectoin: []}])
def test_misspelt_hooks_set_the_plugin_aside(hooks: dict[str, Any]) -> None:
    plugins = Plugins(
        [plugin("good", checks=lambda: [1]), plugin("wrong", checks=lambda: [2], **hooks), plugin("last", checks=lambda: [3])]
    )
    assert plugins.all("checks") == [1, 3]
    assert set(plugins.broken) == {"wrong"}
    assert set(plugins.with_rooms([]).broken) == {"wrong"}


class Point:
    """An entry point as the metadata hands it out."""

    def __init__(self, name: str, module: ModuleType | None) -> None:
        self.name, self.module = name, module

    def load(self) -> ModuleType:
        if self.module is None:
            raise ImportError("no such module")
        return self.module


def test_installed_plugins_come_by_name_and_a_broken_one_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        Point("z", plugin("z")[1]),
        Point("gone", None),
        Point("a", plugin("a")[1]),
        Point("off", plugin("off")[1]),
    ]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: points)
    found = Plugins.installed(off=["off"])
    assert [name for name, _module in found.modules()] == ["a", "z"]
    assert found.broken == {"gone": "ImportError('no such module')"}
    with pytest.raises(Misconfigured, match="unwnated"):
        Plugins.installed(off=["unwnated"])


def test_our_own_plugins_are_found_by_the_same_group() -> None:
    names = {point.name for point in importlib.metadata.entry_points(group="internationale")}
    assert {"actions", "members", "programme", "statements", "translation"} <= names


def test_folders_of_those_that_have_them() -> None:
    from internationale.rooms import roster

    found = Plugins([("roster", roster), plugin("none")]).folders("templates")
    assert found == {"roster": Path(roster.__file__).parent / "templates"}
