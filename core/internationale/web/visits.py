"""Who is visiting, in which language: found once per request, before anything else looks at it."""

import secrets
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field

from internationale import i18n
from internationale.kit.http import LANGUAGE_SUFFIX, cookie_name, was_given
from internationale.kit.vocabulary import Reader
from internationale.messages import Message
from internationale.section import Section
from internationale.section.asking import Asking

MAX_SECRET = 200
MAX_COOKIES = 8 * 1024

NOBODY = Reader(language="")


@dataclass(frozen=True)
class Told:
    """What is wrong with what was sent, for the form's page: ``errors`` by the place of each, with what its field is called."""

    title: Message
    errors: tuple[tuple[str, Message | str, Message], ...]
    next: Message | None = None

    def at(self, place: str) -> Message | None:
        """What is wrong with one field."""
        return next((message for name, _label, message in self.errors if name == place), None)


@dataclass(frozen=True)
class Visit:
    """One request, as templates see it."""

    reader: Reader = NOBODY
    language: str = "en"
    nonce: str = ""
    path: str = "/"
    query: str = ""
    chosen: str | None = None
    """The language asked for in this very request with ``?lang=``, to be remembered."""
    has_session: bool = False
    """Whether the browser sent a session cookie, valid or not."""
    had_session: bool = False
    """Whether nobody is signed in, but somebody was in this browser: its cookie is one that this section gave."""
    bad_token: bool = False
    """Whether an API token was sent that nobody knows."""
    asking: Asking | None = field(default=None, compare=False, repr=False)
    """As whom this request writes; None: nobody is signed in."""
    told: Told | None = None
    """What the form's page says when it is shown again with what was entered."""
    names: dict[str, tuple[str, str]] = field(default_factory=dict, compare=False, repr=False)
    """The sections' names and languages by code, filled in when the first is asked for."""

    @property
    def direction(self) -> str:
        return i18n.direction(self.language)


visit: ContextVar[Visit] = ContextVar("visit", default=Visit())  # noqa: B039  # frozen


def look(section: Section, headers: Mapping[str, str], cookies: Mapping[str, str], path: str, query: str) -> Visit:
    """Find out who visits. Reads the database: call it in a worker thread."""
    session, token = cookies.get(cookie_name(section), ""), bearer(headers.get("authorization", ""))
    scope, secret = ("token", token) if token else ("session", session)
    reader = identify(section, scope, secret) or NOBODY
    chosen = chosen_language(query)
    remembered = remembered_language(cookies.get(cookie_name(section) + LANGUAGE_SUFFIX, ""), reader)
    language = chosen or remembered or choose(section, reader, headers.get("accept-language", ""))
    return Visit(
        reader=reader,
        language=language,
        nonce=secrets.token_urlsafe(16),
        path=path,
        query=query,
        chosen=chosen,
        has_session=bool(session),
        had_session=not reader.signed_in and 0 < len(session) <= MAX_SECRET and was_given(section, session),
        bad_token=bool(token) and not reader.signed_in,
        asking=Asking(section, scope, secret, reader) if reader.signed_in else None,
    )


def identify(section: Section, scope: str, secret: str) -> Reader | None:
    """The reader behind a secret; what nobody could have been given is not even asked about."""
    if not secret or len(secret) > MAX_SECRET or not (secret.isascii() and secret.isprintable()):
        return None
    with section.reading() as session:
        return section.plugins.identify(section=section, session=session, scope=scope, secret=secret, again=False)


def chosen_language(query: str) -> str | None:
    """The language asked for with ``?lang=``; None when there is none that we speak."""
    asked = [value for name, _, value in (pair.partition("=") for pair in query.split("&")) if name == "lang"]
    return asked[-1] if asked and asked[-1] in i18n.languages() else None


def choose(section: Section, reader: Reader, accepted: str) -> str:
    """The account's language, else what the browser accepts, else the section's main one, else English."""
    available = i18n.languages()
    if reader.signed_in and reader.language in available:
        return reader.language
    main = section.languages[0] if section.languages and section.languages[0] in available else "en"
    return i18n.negotiate(accepted, available) or main


def remember_language(chosen: str, reader: Reader) -> str:
    """The language cookie: the choice, and the account's language at that time, so that a later change of the account wins."""
    return f"{chosen}.{reader.language if reader.signed_in else ''}"


def remembered_language(cookie: str, reader: Reader) -> str | None:
    chosen, _, account = cookie.partition(".")
    still = account == (reader.language if reader.signed_in else "")
    return chosen if still and chosen in i18n.languages() else None


def read_cookies(header: str) -> dict[str, str]:
    """The cookies by name, as they stand; of several with one name the last. None when the header is over-long.

    What Python and Litestar have for it also take quotes and backslashes away, with which no cookie of ours is written; some
    versions of Python need time for that which grows with the square of the length.
    """
    if len(header) > MAX_COOKIES:
        return {}
    pairs = (pair.partition("=") for pair in header.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals and name.strip()}


def bearer(header: str) -> str:
    """The token of ``Authorization: Bearer <token>``, or nothing."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
