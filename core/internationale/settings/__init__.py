"""The settings of one section: ``section.toml`` in its home directory, overridden by the environment, as frozen values.

Every key of the file may be given as ``INTERNATIONALE_<KEY>`` (``__`` for nesting, lists separated by commas); the
environment wins. What is not known is an error that says what was probably meant. Secrets never stand here: they are files
below ``keys/``.
"""

import difflib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

from internationale.errors import Misconfigured
from internationale.kit.attachments import Limits
from internationale.messages import marker
from internationale.settings.keys import make_secret, read_key, read_nkey, read_private, read_secret, write_key
from internationale.settings.values import KEYS, LISTS, READERS, Federation, fit_name, hub_addresses

_ = marker("core")

__all__ = [
    "FILE",
    "KEYS",
    "PREFIX",
    "Federation",
    "Settings",
    "fit_name",
    "hub_addresses",
    "load",
    "make_secret",
    "read_key",
    "read_nkey",
    "read_private",
    "read_secret",
    "write_key",
]

FILE = "section.toml"
PREFIX = "INTERNATIONALE_"
RESERVED = ("HOME", "TEST_")
"""What the environment may hold besides settings: ``INTERNATIONALE_HOME`` (where the home is) and ``…TEST_*`` (for the tests)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One section's settings. ``home`` is absolute; ``base_url`` has no slash at its end."""

    code: str
    """2 to 32 lower-case letters, digits and hyphens, a letter first: the section's name in addresses and subjects, for ever."""
    name: str
    languages: tuple[str, ...]
    """The section's own languages, the first is its main one."""
    home: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    proxies: tuple[str, ...] = ()
    """The addresses or networks of the reverse proxies whose word counts on where a visitor comes from (``X-Forwarded-For``)."""
    hubs: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    """The plugins that are turned off."""
    release: frozenset[str] = frozenset()  # the event types that a second person releases before they are signed
    plugins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each plugin is told, by its name: the tables ``[plugins.<name>]``."""
    attachments: Limits = field(default_factory=Limits)
    federation: Federation = field(default_factory=Federation)

    @property
    def log_key(self) -> Path:
        """Where the key lives that signs this section's log."""
        return self.home / "keys" / "log.key"

    @property
    def root_key(self) -> Path:
        """Where a root key of the roster lives, on the few instances that hold one."""
        return self.home / "keys" / "root.key"

    @property
    def hub_key(self) -> Path:
        """Where the nkey lives with which this section signs in at the hubs."""
        return self.home / "keys" / "hub.nkey"

    @property
    def hub_admin_key(self) -> Path:
        """Where the nkey lives with which hubs are looked after, on the instances that look after one."""
        return self.home / "keys" / "hub-admin.nkey"

    @property
    def secret_key(self) -> Path:
        """Where the secret lives with which things are noted that nobody shall read out of the database alone."""
        return self.home / "keys" / "section.secret"

    @property
    def sealing_keys(self) -> Path:
        """Where the age identities live with which this section opens what is sealed for it."""
        return self.home / "keys" / "sealing"


def load(home: Path, environ: Mapping[str, str]) -> Settings:
    """Read the settings of the section that lives in ``home``. Raises ``Misconfigured``, with the key as its place."""
    home = home.absolute()
    path = home / FILE
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Misconfigured(_("There is no section here. “internationale init” makes one."), place=str(path)) from error
    except (OSError, ValueError) as error:
        raise Misconfigured(_("The file cannot be read: %(why)s") % {"why": error}, place=str(path)) from error
    values = {name: _read(name, value, f"{path}: {name}") for name, value in given.items()}
    values |= _from_environment(environ, values.get("plugins", {}))
    for name in ("code", "name", "languages"):
        if name not in values:
            raise Misconfigured(_("“%(key)s” is missing.") % {"key": name}, place=str(path))
    values["database"] = _absolute(make_url(values.get("database", "sqlite:///section.db")), home)
    values.setdefault("base_url", f"http://127.0.0.1:{values.get('port', Settings.port)}")
    return Settings(home=home, **values)


def _from_environment(environ: Mapping[str, str], plugins: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    told = {plugin: dict(table) for plugin, table in plugins.items()}
    for variable, text in sorted(environ.items()):
        name = variable.removeprefix(PREFIX)
        if name == variable or name.startswith(RESERVED):
            continue
        key, *nested = name.lower().split("__")
        if key == "plugins" and len(nested) == 2:
            told.setdefault(nested[0], {})[nested[1]] = _plain(text)
        else:
            words = [word.strip() for word in text.split(",") if word.strip()]
            values["__".join([key, *nested])] = _read("__".join([key, *nested]), words if key in LISTS else text, variable)
    return values | {"plugins": told}


def _plain(text: str) -> Any:
    """What a plugin is told through the environment: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read(name: str, value: object, place: str) -> Any:
    read = READERS.get(name)
    if read is None:
        near = difflib.get_close_matches(name, READERS, 1)
        if near:
            raise Misconfigured(_("There is no such setting. Did you mean “%(near)s”?") % {"near": near[0]}, place=place)
        raise Misconfigured(_("There is no such setting. There are: %(keys)s.") % {"keys": ", ".join(READERS)}, place=place)
    try:
        return read(value)
    except Misconfigured as error:
        raise Misconfigured(error.message, place=place) from error


def check(name: str, value: object, place: str) -> None:
    """Whether a setting may be this, before it is written. Raises ``Misconfigured`` with that place."""
    _read(name, list(value) if isinstance(value, tuple) else value, place)


def _absolute(url: URL, home: Path) -> str:
    """A SQLite file is looked for from the home, wherever the command is started."""
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        url = url.set(database=str(home / str(url.database)))
    return url.render_as_string(hide_password=False)
