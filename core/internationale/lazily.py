"""A module that costs memory and is not always needed is loaded when something of it is used, whoever imports it."""

import sys
from importlib import import_module
from importlib.util import find_spec
from threading import RLock
from types import ModuleType
from typing import Any

_LOADING = RLock()


class _Later(ModuleType):
    """Stands for a module until a name of it is asked for; ``importlib.util.LazyLoader`` loads when it is imported again."""

    def __getattr__(self, name: str) -> Any:
        with _LOADING:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            value = getattr(import_module(self.__name__), name)
        setattr(self, name, value)  # whoever imported this one will ask it again
        return value


def put_off(name: str) -> None:
    """Load a module, if it is installed, not when it is imported but when it is used."""
    if name not in sys.modules and find_spec(name) is not None:
        sys.modules[name] = _Later(name)
