"""What the value of each setting must be. Every reader raises ``Misconfigured``, without a place, for what it is not."""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from internationale.errors import Misconfigured
from internationale.events import codes, names
from internationale.kit import fields
from internationale.kit.attachments import Limits
from internationale.messages import marker

_ = marker("core")

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


@dataclass(frozen=True)
class Federation:
    """The table ``[federation]`` of the settings: how the other sections are reached."""

    inner_addresses: bool = False
    """Whether sections are asked at addresses of this machine and of private networks too: for trying, and where the sections
    share a network of their own. Otherwise another section could have this one reach into the house that it stands in.
    """


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Misconfigured(_("A text is needed, in quotation marks."))
    if len(value) > fields.LINE:
        raise Misconfigured(_("At most %(n)s characters fit.") % {"n": fields.LINE})
    try:
        return fields.one_line(value)
    except ValueError as error:
        raise Misconfigured(_("One line of text is needed, without control characters.")) from error


def fit_name(value: object) -> str:
    """What a section or an office may be called, checked as in the settings. Raises ``Misconfigured``."""
    if not names.fit(_text(value)):
        raise Misconfigured(
            _(
                "A name has no quotation marks and no invisible characters in it: where others read it, it stands in quotation"
                " marks."
            )
        )
    return _text(value)


def _code(value: object) -> str:
    if not codes.fit(_text(value)):
        raise Misconfigured(
            _(
                "The code of a section is 2 to 32 lower-case letters, digits and hyphens. It begins with a letter, and is not one"
                " of the words that mean everybody: %(words)s"
            )
            % {"words": codes.TAKEN}
        )
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


def _proxies(value: object) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(address)) for address in _texts(value))
    except ValueError as error:
        raise Misconfigured(_("Addresses such as 127.0.0.1 or networks such as 10.0.0.0/24 are needed.")) from error


LONGEST_ADDRESS = 500
"""In characters, as in the list of sections: how far a hub is known to be is found by its address."""


def hub_addresses(given: Iterable[str]) -> tuple[str, ...]:
    """Addresses of hubs, checked as in the settings. Raises ``Misconfigured``."""
    return _hubs(list(given))


def _hubs(value: object) -> tuple[str, ...]:
    for address in " ".join(_texts(value)).split():  # several addresses of one hub are separated by spaces
        right = urlsplit(address).scheme in ("nats", "tls", "ws", "wss") and urlsplit(address).hostname
        if not right or len(address) > LONGEST_ADDRESS:
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


def _plugins(value: object) -> dict[str, dict[str, Any]]:
    if not isinstance(value, dict) or not all(isinstance(table, dict) for table in value.values()):
        raise Misconfigured(_("Tables such as [plugins.translation] are needed."))
    return value


def _federation(value: object) -> Federation:
    try:
        table = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        table = None
    if (
        not isinstance(table, dict)
        or not set(table) <= {"inner_addresses"}
        or not all(type(each) is bool for each in table.values())
    ):
        raise Misconfigured(_("A table [federation] is needed, in which “inner_addresses” is true or false."))
    return Federation(**table)


READERS: Mapping[str, Callable[[object], Any]] = {
    "code": _code,
    "name": fit_name,
    "languages": _languages,
    "database": _database,
    "host": _text,
    "port": _port,
    "base_url": _base_url,
    "proxies": _proxies,
    "hubs": _hubs,
    "off": lambda value: frozenset(_texts(value)),
    "release": lambda value: frozenset(_texts(value)),
    "plugins": _plugins,
    "attachments": Limits.read,
    "federation": _federation,
}
LISTS = frozenset(["languages", "proxies", "hubs", "off", "release"])
KEYS = tuple(READERS)
"""What can be set."""
