"""Templates: where they are, in which language they speak, and what they can call.

A plugin's templates stand under its own name (``programme/draft.html``), and so do its sentences: the catalog of a sentence
is the one of the template's prefix, the core's for ours and the rooms'. What changes with each request (``reader``,
``language``, ``direction``, ``nonce``, ``path``) is taken from the visit, in macros and included templates too.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from jinja2.utils import missing
from markupsafe import Markup, escape
from sqlalchemy.exc import SQLAlchemyError

from internationale import i18n
from internationale.kit import audiences
from internationale.kit.vocabulary import MenuItem, Panel
from internationale.ledger.outages import account
from internationale.messages import Message
from internationale.rooms.roster import port as roster
from internationale.section import ROOMS, Section
from internationale.text import render
from internationale.text.costing import is_too_much
from internationale.web.assets import Assets
from internationale.web.names import naming
from internationale.web.visits import visit

log = logging.getLogger(__name__)

HERE = Path(__file__).parent / "templates"
PER_VISIT = frozenset(["reader", "language", "direction", "nonce", "path"])
_CORE = frozenset(name for name, _room in ROOMS)


class VisitContext(Context):
    """A template context that knows the visit, also where a template was imported without context."""

    def resolve_or_missing(self, key: str) -> Any:
        value = super().resolve_or_missing(key)
        return getattr(visit.get(), key) if value is missing and key in PER_VISIT else value


class Folders(PrefixLoader):
    """The plugins' folders. A template keeps its whole name (Jinja's own loader drops the prefix): the catalog follows."""

    load = BaseLoader.load


def make_environment(section: Section, assets: Assets) -> Environment:
    """The environment of one section: loaders, filters, and the functions that pages may call."""
    folders = {name: FileSystemLoader(path) for name, path in section.plugins.folders("templates").items()}
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        loader=ChoiceLoader([FileSystemLoader(HERE), Folders(folders)]),
        finalize=_finalize,
        auto_reload=False,
    )
    environment.context_class = VisitContext
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # variables come to our functions as keywords
    environment.globals.update(
        {"gettext": _gettext, "_": _gettext, "ngettext": _ngettext, "section": section, "static": assets.url, "visit": visit.get}
    )
    environment.globals.update(
        {
            "menu": _menu(section),
            "url_language": url_language,
            "spoken_languages": i18n.languages,
            "panel": _panel(environment),
            "notices": _notices(section),
        }
    )
    environment.filters.update(
        {
            "day": _day,
            "moment": _moment,
            "number": _number,
            "listed": _listed,
            "markdown": _markdown,
            "too_much": _is_too_much,
            "worded": _worded,
            "language_name": _language_name,
        }
    )
    environment.filters["text_direction"] = i18n.direction
    environment.filters["readers"] = audiences.readers
    environment.filters["section_name"] = naming(section)
    environment.globals["ui"] = environment.get_template("ui.html").module
    return environment


def _domain(context: Context) -> str:
    prefix, slash, _rest = (context.name or "").partition("/")
    return prefix if slash and prefix not in _CORE else "core"


@pass_context
def _gettext(context: Context, sentence: str, **variables: Any) -> Markup:
    return _filled(i18n.gettext(sentence, domain=_domain(context)), variables)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, num: int, **variables: Any) -> Markup:
    variables.setdefault("num", num)
    return _filled(i18n.ngettext(singular, plural, num, domain=_domain(context)), variables)


def _filled(sentence: str, variables: dict[str, Any]) -> Markup:
    """The sentence with its places filled in; as it is when nothing is given yet (``_("…") % {…}``)."""
    if not variables and "%(" in sentence:
        return Markup(sentence)  # noqa: S704  # catalogs are checked when they are read
    return Markup(sentence) % {name: _kept_together(_finalize(value)) for name, value in variables.items()}  # noqa: S704  # escaped


def _kept_together(value: Any) -> Any:
    """Plain words are isolated in a page that is read from the right; what is marked up already has its element."""
    return i18n.isolated(value, visit.get().language) if isinstance(value, str) and not isinstance(value, Markup) else value


def _finalize(value: Any) -> Any:
    """Messages are put into words wherever they are printed."""
    return i18n.word(value) if isinstance(value, Message) else value


# Filters take the context although most do not use it: Jinja would work out a filter on a constant once, in one language.


@pass_context
def _day(_context: Context, value: date) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat()[:10], i18n.day(value, visit.get().language))


@pass_context
def _moment(_context: Context, value: datetime) -> Markup:
    text = i18n.moment(value, visit.get().language)
    return Markup('<time datetime="{}" data-moment>{}</time>').format(value.isoformat(timespec="seconds"), text)


@pass_context
def _number(_context: Context, value: float) -> str:
    return i18n.number(value, visit.get().language)


@pass_context
def _listed(_context: Context, items: Iterable[Any]) -> Markup:
    """Names in a sentence, joined as the reader's language does."""
    language = visit.get().language
    return Markup(i18n.listed([str(escape(_kept_together(each))) for each in items], language))  # noqa: S704  # escaped


@pass_context
def _markdown(_context: Context, source: str, *, plain: bool = False) -> Markup:
    return Markup(render.html(source, plain=plain))  # noqa: S704  # cleaned there


@pass_context
def _is_too_much(_context: Context, texts: Iterable[str | None]) -> bool:
    """Whether texts are to be ``plain`` on one page; None: one that is missing."""
    return is_too_much(text or "" for text in texts)


@pass_context
def _worded(_context: Context, message: Message | str) -> str:
    return i18n.word(message) if isinstance(message, Message) else message


@pass_context
def _language_name(_context: Context, code: str, into: str | None = None) -> str:
    """The language's name in the reader's language; ``own``: in itself."""
    return i18n.language_name(code, None if into == "own" else into or visit.get().language)


def _menu(section: Section) -> Callable[[], Iterator[MenuItem]]:
    def menu() -> Iterator[MenuItem]:
        for _name, items in section.plugins.each("menu", section=section, reader=visit.get().reader):
            yield from items

    return menu


def _notices(section: Section) -> Callable[[], list[Message]]:
    def notices() -> list[Message]:
        reader = visit.get().reader
        if not reader.signed_in:
            return []
        try:
            with section.reading() as session:
                return roster.notices(section, session, reader)
        except SQLAlchemyError as error:  # the page that says that the database is away stands in this frame, too
            log.error("notices cannot be read: %s", account(error))
            return []

    return notices


def url_language(language: str) -> str:
    """This page in another language."""
    here = visit.get()
    kept = [pair for pair in here.query.split("&") if pair and not pair.startswith("lang=")]
    return "/" + here.path.lstrip("/") + "?" + "&".join([*kept, f"lang={language}"])


def _panel(environment: Environment) -> Callable[[Panel | Iterable[Panel]], Markup]:
    def panel(given: Panel | Iterable[Panel]) -> Markup:
        """One panel (or several) as HTML. One that fails leaves its place empty and takes nothing else down."""
        panels = [given] if isinstance(given, Panel) else given
        return Markup("\n").join(_render_panel(environment, each) for each in panels)

    return panel


def _render_panel(environment: Environment, panel: Panel) -> Markup:
    try:
        return Markup(environment.get_template(panel.template).render(dict(panel.context)))  # noqa: S704  # autoescaped
    except Exception as error:
        log.error("panel %s cannot be shown: %s", panel.template, account(error))
        return Markup('<p class="notice">{}</p>').format(
            escape(i18n.gettext("A part of this page cannot be shown at the moment."))
        )
