"""Finds the plugins and asks them. One ``Plugins`` per section, never a global; no bare hook call outside this module.

pluggy returns answers last-registered first, without names, and lets one raising plugin abort the whole call. Hence the
methods here: ``all`` for declarations, ``each`` for questions, ``strictly`` for duties, and ``allowed`` and ``identify`` for what
decides security.
"""

import importlib.metadata
import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import pluggy
from sqlmodel import Session

from internationale.errors import Misconfigured, without_content
from internationale.kit import hookspecs
from internationale.kit.ports import Section
from internationale.kit.vocabulary import Reader, Restored
from internationale.messages import marker

_ = marker("core")

GROUP = "internationale"
log = logging.getLogger(__name__)


class Plugins:
    """The rooms and plugins of one section, in the order in which they were given: rooms first, then plugins by name."""

    def __init__(
        self,
        modules: Iterable[tuple[str, ModuleType]] = (),
        *,
        broken: dict[str, str] | None = None,
        off: Collection[str] = (),
    ) -> None:
        self._manager = _manager()
        self._modules: dict[str, ModuleType] = {}
        self._found: dict[str, list[tuple[pluggy.HookCaller, str]]] = {}
        self.broken: dict[str, str] = dict(broken or {})
        """Why each plugin that could not be imported or registered was set aside, by name."""
        self.off = frozenset(off)
        """The installed plugins that are turned off."""
        for name, module in modules:
            self._register(name, module)

    def _register(self, name: str, module: ModuleType) -> None:
        """One that cannot be registered is set aside whole, before anything is asked."""
        if (mistake := _mistake(name, module)) is not None:
            log.warning("plugin %s set aside: %s", name, mistake)
            self.broken[name] = mistake
        else:
            self._manager.register(module, name)
            self._modules[name] = module

    @classmethod
    def installed(cls, off: Collection[str] = ()) -> Self:
        """All installed plugins that are not turned ``off``; one that cannot be imported is set aside and reported.

        Raises ``Misconfigured`` when ``off`` names a plugin that is not there: it would otherwise stay on unnoticed.
        """
        points = sorted(importlib.metadata.entry_points(group=GROUP), key=lambda point: point.name)
        if unknown := set(off) - {point.name for point in points}:
            raise Misconfigured(_("There is no plugin “%(name)s” to turn off.") % {"name": min(unknown)}, place="off")
        found, broken = [], {}
        for point in points:
            if point.name in off:
                continue
            try:
                found.append((point.name, point.load()))
            except Exception as error:
                log.warning("plugin %s set aside: %r", point.name, error)
                log.debug("where plugin %s failed", point.name, exc_info=True)
                broken[point.name] = repr(error)
        return cls(found, broken=broken, off=off)

    def with_rooms(self, rooms: Iterable[tuple[str, ModuleType]]) -> "Plugins":
        """The same plugins behind the rooms, which come first and cannot be turned off."""
        rooms = list(rooms)
        taken = dict(rooms)
        return Plugins([*rooms, *(pair for pair in self.modules() if pair[0] not in taken)], broken=self.broken, off=self.off)

    def modules(self) -> Iterator[tuple[str, ModuleType]]:
        """Name and module of each, in order."""
        return iter(self._modules.items())

    def all(self, hook: str) -> list[Any]:
        """The declarations of all, flattened, in order. An error in one is an error at start."""
        return [item for caller, name in self._callers(hook) for answer in caller() for item in answer]

    def each(self, hook: str, **asked: Any) -> list[tuple[str, Any]]:
        """Name and answer of each that implements ``hook`` and has one; one that raises is logged and left out.

        Errors on purpose (``Refused``, ``Invalid`` …) of a plugin are treated alike: a question has no way to fail.
        """
        answers = []
        for caller, name in self._callers(hook):
            try:
                answer = caller(**asked)
            except Exception as error:
                log.error("plugin %s failed at %s: %s", name, hook, without_content(error))
                continue
            answers += [(name, result) for result in answer]
        return answers

    def strictly(self, hook: str, **asked: Any) -> list[tuple[str, Any]]:
        """As ``each``, for what must be done by all or not at all: the first one that raises ends it with its error."""
        return [(name, result) for caller, name in self._callers(hook) for result in caller(**asked)]

    def starting(self, section: Section, session: Session, restored: Callable[[str], Restored | None]) -> None:
        """Tell all that the section starts, and each by its name whether its database was ``restored``. As ``strictly``."""
        for caller, name in self._callers("starting"):
            caller(section=section, session=session, restored=restored(name))

    def allowed(self, section: Section, reader: Reader, capability: str, subject: str | None) -> bool | None:
        """Everyone's word on whether a reader may: one no (or a failure) forbids, then one yes allows, None leaves it open."""
        words: set[bool | None] = set()
        for caller, name in self._callers("allowed"):
            try:
                words.update(caller(section=section, reader=reader, capability=capability, subject=subject))
            except Exception as error:
                log.error("plugin %s failed at allowed, which forbids: %s", name, without_content(error))
                words.add(False)
        return False if False in words else True if True in words else None

    def identify(self, **asked: Any) -> Reader | None:
        """Who this is, by the one plugin that knows people. A failure is an error of the request: nobody is let in by it.

        Raises ``Misconfigured`` when two plugins claim to know people.
        """
        callers = self._callers("identify")
        if len(callers) > 1:
            names = ", ".join(name for _caller, name in callers)
            raise Misconfigured(_("Only one plugin may say who somebody is; here are several: %(names)s.") % {"names": names})
        for caller, _name in callers:
            reader: Reader | None = caller(**asked)
            return reader
        return None

    def listens(self, hook: str) -> bool:
        """Whether anybody implements this hook."""
        return bool(self._callers(hook))

    def folders(self, folder: str) -> dict[str, Path]:
        """Where each keeps its ``templates`` (or ``static``, ``migrations``), for those that have any."""
        found = {}
        for name, module in self.modules():
            if module.__spec__ is None or module.__spec__.submodule_search_locations is None:
                continue
            path = Path(str(resources.files(module) / folder))
            if path.is_dir():
                found[name] = path
        return found

    def _callers(self, hook: str) -> list[tuple[pluggy.HookCaller, str]]:
        """One caller for each module that implements the hook, so that each can fail alone and answer under its name."""
        if hook not in self._found:  # who implements what is known once all are registered
            self._found[hook] = self._find(hook)
        return self._found[hook]

    def _find(self, hook: str) -> list[tuple[pluggy.HookCaller, str]]:
        implementing = {implementation.plugin_name for implementation in getattr(self._manager.hook, hook).get_hookimpls()}
        modules = list(self._modules.values())
        return [
            (self._manager.subset_hook_caller(hook, [other for other in modules if other is not module]), name)
            for name, module in self._modules.items()
            if name in implementing
        ]


@cache
def _mistake(name: str, module: ModuleType) -> str | None:
    """Misspelt hooks and wrong arguments are found in a trial. Once for each module: that was half of the time that it takes to
    open a section, which registers all of them twice (``with_rooms``).
    """
    trial = _manager()
    try:
        trial.register(module, name)
        trial.check_pending()
    except pluggy.PluginValidationError as error:
        return str(error)
    return None


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    return manager
