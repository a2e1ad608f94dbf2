"""The settings of one section: ``section.toml`` in its home directory, overridden by the environment, as frozen values.

Every key of the file may be given as ``INTERNATIONALE_<KEY>`` (``__`` for nesting, lists separated by commas); the
environment wins. What is not known is an error that says what was probably meant. Secrets never stand here: they are files
below ``keys/``.
"""

import contextlib
import difflib
import json
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from internationale.errors import Misconfigured
from internationale.events.keys import SigningKey
from internationale.events.nkey import Nkey
from internationale.events.refs import SECTION
from internationale.kit import fields
from internationale.kit.attachments import Limits
from internationale.messages import marker

_ = marker("core")
_T = TypeVar("_T")

FILE = "section.toml"
PREFIX = "INTERNATIONALE_"
RESERVED = ("HOME", "TEST_")
"""What the environment may hold besides settings: ``INTERNATIONALE_HOME`` (where the home is) and ``…TEST_*`` (for the tests)."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One section's settings. ``home`` is absolute; ``base_url`` has no slash at its end."""

    code: str
    """2 to 32 lower-case letters, digits and hyphens: the section's name in addresses and subjects, for ever."""
    name: str
    languages: tuple[str, ...]
    """The section's own languages, the first is its main one."""
    home: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    hubs: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    """The plugins that are turned off."""
    release: frozenset[str] = frozenset()  # the event types that a second person releases before they are signed
    plugins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each plugin is told, by its name: the tables ``[plugins.<name>]``."""
    attachments: Limits = field(default_factory=Limits)

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


def read_key(path: Path) -> SigningKey:
    """Read a private key. Raises ``Misconfigured`` when it is absent, damaged, or open to other users of the machine."""
    return _private(path, SigningKey.parse)


def write_key(path: Path, key: SigningKey) -> None:
    """Write a new private key that only its owner can read. Raises ``FileExistsError``: a key is never overwritten."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(key.secret_text() + "\n", encoding="ascii")


def read_nkey(path: Path) -> Nkey:
    """Read an nkey; it is made when there is none yet.

    Raises ``Misconfigured`` when it is damaged, open to other users of the machine, or cannot be made.
    """
    if not path.exists():
        try:
            _write_nkey(path)
        except OSError as error:
            raise Misconfigured(_("The key cannot be made: %(why)s") % {"why": error}, place=str(path)) from error
    return _private(path, Nkey.parse)


def _write_nkey(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(Nkey.generate().seed + "\n", encoding="ascii")
    with contextlib.suppress(FileExistsError):  # another process was faster: its key counts
        path.hardlink_to(fresh)
    fresh.unlink()


def read_private(path: Path) -> str:
    """The content of a file that only its owner may read. Raises ``Misconfigured`` like ``read_key``."""
    return _private(path, str)


def _private(path: Path, parse: Callable[[str], _T]) -> _T:
    """Read what only its owner may read."""
    try:
        if path.stat().st_mode & 0o027:
            raise Misconfigured(
                _("Others can read this key. Close it with: chmod 600 %(path)s") % {"path": path}, place=str(path)
            )
        return parse(path.read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise Misconfigured(_("The key is not here."), place=str(path)) from error
    except (OSError, ValueError) as error:
        raise Misconfigured(_("This is not a key: %(why)s") % {"why": error}, place=str(path)) from error


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
            values["__".join([key, *nested])] = _read("__".join([key, *nested]), words if key in _LISTS else text, variable)
    return values | {"plugins": told}


def _plain(text: str) -> Any:
    """What a plugin is told through the environment: JSON where it is JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read(name: str, value: object, place: str) -> Any:
    read = _READERS.get(name)
    if read is None:
        near = difflib.get_close_matches(name, _READERS, 1)
        if near:
            raise Misconfigured(_("There is no such setting. Did you mean “%(near)s”?") % {"near": near[0]}, place=place)
        raise Misconfigured(_("There is no such setting. There are: %(keys)s.") % {"keys": ", ".join(_READERS)}, place=place)
    try:
        return read(value)
    except Misconfigured as error:
        raise Misconfigured(error.message, place=place) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Misconfigured(_("A text is needed, in quotation marks."))
    if len(value) > fields.LINE:
        raise Misconfigured(_("At most %(n)s characters fit.") % {"n": fields.LINE})
    try:
        return fields.one_line(value)
    except ValueError as error:
        raise Misconfigured(_("One line of text is needed, without control characters.")) from error


def _code(value: object) -> str:
    if re.fullmatch(SECTION, _text(value)) is None:
        raise Misconfigured(_("2 to 32 lower-case letters, digits and hyphens are needed."))
    return _text(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Misconfigured(_("A list is needed, in square brackets."))
    texts = tuple(map(_text, value))
    if len(set(texts)) != len(texts):
        raise Misconfigured(_("Something stands twice in the list."))
    return texts


def _languages(value: object) -> tuple[str, ...]:
    languages = _texts(value)
    if not languages or not all(map(LANGUAGE.fullmatch, languages)):
        raise Misconfigured(_("Language codes such as “fr”, “ar” or “pt-BR” are needed."))
    return languages


def _port(value: object) -> int:
    number = int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,5}", value) else value
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 65535:
        raise Misconfigured(_("A number from 1 to 65535 is needed."))
    return number


def _base_url(value: object) -> str:
    parts = urlsplit(_text(value).rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
        raise Misconfigured(_("An address such as https://section.example is needed, without a path."))
    return parts.geturl()


def hub_addresses(given: Iterable[str]) -> tuple[str, ...]:
    """Addresses of hubs, checked as in the settings. Raises ``Misconfigured``."""
    return _hubs(list(given))


def _hubs(value: object) -> tuple[str, ...]:
    for address in " ".join(_texts(value)).split():  # several addresses of one hub are separated by spaces
        if urlsplit(address).scheme not in ("nats", "tls", "ws", "wss") or not urlsplit(address).hostname:
            raise Misconfigured(_("Addresses such as nats://hub.example:4222 are needed."))
    return _texts(value)


def _database(value: object) -> str:
    try:
        url = make_url(_text(value))
    except ArgumentError as error:
        raise Misconfigured(_("The address of a database is needed, such as sqlite:///section.db or postgresql://….")) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise Misconfigured(_("An address is needed that begins with sqlite:/// or postgresql://"))
    return url.render_as_string(hide_password=False)


def _absolute(url: URL, home: Path) -> str:
    """A SQLite file is looked for from the home, wherever the command is started."""
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        url = url.set(database=str(home / str(url.database)))
    return url.render_as_string(hide_password=False)


def _plugins(value: object) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise Misconfigured(_("Tables such as [plugins.translation] are needed."))
    return value


_READERS: Mapping[str, Callable[[object], Any]] = {
    "code": _code,
    "name": _text,
    "languages": _languages,
    "database": _database,
    "host": _text,
    "port": _port,
    "base_url": _base_url,
    "hubs": _hubs,
    "off": lambda value: frozenset(_texts(value)),
    "release": lambda value: frozenset(_texts(value)),
    "plugins": _plugins,
    "attachments": Limits.read,
}
_LISTS = frozenset(["languages", "hubs", "off", "release"])
KEYS = tuple(_READERS)
"""What can be set."""
