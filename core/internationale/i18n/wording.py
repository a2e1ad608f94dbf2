"""Puts messages into the words of a language. Whatever a catalog holds, this never raises: English stands in."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime

from internationale.i18n.catalogs import catalog
from internationale.i18n.locales import day, isolated, language_name, listed, moment
from internationale.messages import LanguageName, Message

log = logging.getLogger(__name__)

CORE = "core"
speaking: ContextVar[str] = ContextVar("speaking", default="en")
"""The language that is spoken in this request."""


def word(message: Message, language: str | None = None) -> str:
    """The message in a language (by default the one being spoken), with its parameters filled in."""
    language = language or speaking.get()
    if message.plural:
        sentence = ngettext(message.id, message.plural, message.count, language=language, domain=message.domain)
    else:
        sentence = gettext(message.id, language=language, domain=message.domain)
    if not message.parameters:
        return sentence
    parameters = _worded(message.parameters, language)
    try:
        return sentence % parameters
    except (KeyError, ValueError, TypeError):
        log.exception("%r cannot be filled in", message.id)
        return sentence


def gettext(sentence: str, *, language: str | None = None, domain: str = CORE) -> str:
    """The sentence in a language: from its domain, else from the core's (pages that extend the core's), else in English."""
    if not sentence:
        return ""
    language = language or speaking.get()
    translated = catalog(language, domain).gettext(sentence)
    return catalog(language, CORE).gettext(sentence) if translated == sentence and domain != CORE else translated


def ngettext(singular: str, plural: str, count: int, *, language: str | None = None, domain: str = CORE) -> str:
    """The right form for a number, by the plural rule of the domain's own catalog."""
    language = language or speaking.get()
    translated = catalog(language, domain).ngettext(singular, plural, count)
    if translated in {singular, plural} and domain != CORE:
        return catalog(language, CORE).ngettext(singular, plural, count)
    return translated


def _worded(parameters: Mapping[str, object], language: str) -> dict[str, object]:
    """Messages among the parameters are worded too; days, moments, languages and lists are written as the language does."""
    return {name: _value(value, language) for name, value in parameters.items()}


def _value(value: object, language: str) -> object:
    if isinstance(value, Message):
        return word(value, language)
    if isinstance(value, str):
        return isolated(value, language)
    if isinstance(value, tuple):
        return listed([str(_value(each, language)) for each in value], language)
    if isinstance(value, LanguageName):
        return language_name(value.code, language)
    if isinstance(value, datetime):
        return moment(value, language)
    return day(value, language) if isinstance(value, date) else value
