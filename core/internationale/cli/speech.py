"""How the command line speaks: in the language of the terminal, or in JSON for programs."""

import json
import os
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from typing import Any

import click

from internationale import i18n
from internationale.kit.printing import visible
from internationale.messages import Message, marker

_ = marker("core")


def language() -> str:
    """The language of the terminal, as far as there is a catalog for it."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    tag = spoken.partition(".")[0].partition("@")[0].replace("_", "-")
    return i18n.negotiate(tag, ["en", *i18n.languages()]) or "en"


def worded(message: Message) -> str:
    """A message in that language. What others have written and it names stays in its place."""
    return i18n.word(_visible(message), language())


def _visible(message: Message) -> Message:
    return replace(message, parameters={name: _shown(value) for name, value in message.parameters.items()})


def _shown(value: object) -> object:
    if isinstance(value, Message):
        return _visible(value)
    if isinstance(value, tuple):
        return tuple(map(_shown, value))
    return visible(value) if isinstance(value, str) else value


def say(message: Message, *, problem: bool = False) -> None:
    """Print one sentence; a problem in red where the terminal has colours."""
    click.secho(worded(message), fg="red" if problem else None)


def agreed(question: Message) -> None:
    """Ask a question that is answered with yes or no; with no, the command ends and nothing is done."""
    choice = worded(_("y/N"))
    answer = click.prompt(f"{worded(question)} [{choice}]", default="", show_default=False)
    if answer.strip().casefold() not in ("y", "yes", *worded(_("y yes")).split()):
        raise click.Abort


def tell(document: Any) -> None:
    """Print a document for programs."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Message):
        return worded(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return str(value)
