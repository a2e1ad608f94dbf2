"""What is said of a mistyped or interrupted command, in the language of the terminal: click itself says it in English."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click
from click.exceptions import NoArgsIsHelpError, NoSuchCommand

from internationale.cli.helping import placeholders
from internationale.cli.speech import language, worded
from internationale.messages import Message, marker, plural_marker

_ = marker("core")
ngettext = plural_marker("core")
_EXTRA = re.compile(r"Got unexpected extra arguments? \((?P<what>.*)\)", re.DOTALL)
"""click has no class for it."""
_MARKS = re.compile(r"['\[\]]")
"""What click puts around a name: quotation marks, and brackets around what may be left out."""


class Said(click.ClickException):
    """An error that is shown in the language of the terminal."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(worded(_("Error: %(what)s") % {"what": self.message}), file=file, err=file is None)


class Mistyped(Said):
    """An error of click's about what was typed."""

    exit_code = 2

    def __init__(self, error: click.UsageError) -> None:
        super().__init__(worded(_told(error)))
        self._command = error.ctx.command_path if error.ctx is not None else "internationale"

    def show(self, file: IO[Any] | None = None) -> None:
        help = _("How it is used: %(command)s") % {"command": f"{self._command} --help"}
        click.echo(worded(help), file=file, err=file is None)
        super().show(file)


class Stopped(click.ClickException):
    """Somebody has said no, or has interrupted the command."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(worded(_("Aborted!")), file=file, err=file is None)


@contextmanager
def typed() -> Iterator[None]:
    """What is mistyped in this block is said in the language of the terminal; in English click says it."""
    try:
        yield
    except NoArgsIsHelpError:
        raise  # not a mistake: the help is shown
    except click.UsageError as error:
        if language() == "en":
            raise
        raise Mistyped(error) from error
    except click.Abort as error:
        raise Stopped("") from error


def _told(error: click.UsageError) -> Message:
    match error:
        case click.BadParameter():
            return _of_parameter(error)
        case click.NoSuchOption():
            return _nameless(_("There is no option “%(name)s” here."), error.option_name, error.possibilities)
        case NoSuchCommand():
            return _nameless(_("There is no command “%(name)s” here."), error.command_name, error.possibilities)
        case click.BadOptionUsage():
            return _of_option(error)
        case _ if found := _EXTRA.fullmatch(error.message):
            return _("This is too much: %(what)s") % {"what": found["what"]}
        case _ if error.message == "Missing command.":
            return _("No command is given.")
    return _not_understood(error)


def _not_understood(error: click.UsageError) -> Message:
    return _("This cannot be understood: %(why)s") % {"why": error.format_message()}


def _nameless(told: Message, name: str, possibilities: list[str] | None) -> Message:
    if not possibilities:
        return told % {"name": name}
    return _("%(what)s Perhaps: %(names)s") % {"what": told % {"name": name}, "names": ", ".join(possibilities)}


def _of_option(error: click.BadOptionUsage) -> Message:
    command = error.ctx.command if error.ctx is not None else None
    option = next((each for each in command.params if error.option_name in each.opts), None) if command else None
    if not isinstance(option, click.Option):
        return _not_understood(error)
    if option.is_flag:
        return _("“%(option)s” takes no value.") % {"option": error.option_name}
    told = ngettext("“%(option)s” needs %(n)s value.", "“%(option)s” needs %(n)s values.", option.nargs)
    return told % {"option": error.option_name, "n": option.nargs}


def _of_parameter(error: click.BadParameter) -> Message:
    """Of an argument or an option that is missing, or has a value that it cannot have."""
    hint = error.param.get_error_hint(error.ctx) if error.param else ""
    named = {"option": placeholders(_MARKS.sub("", hint) or "?", error.ctx)}
    if isinstance(error, click.MissingParameter):
        return _("“%(option)s” is missing.") % named
    if isinstance(error.__context__, OSError):
        gone = isinstance(error.__context__, FileNotFoundError)
        told = _("%(option)s: “%(path)s” does not exist.") if gone else _("%(option)s: “%(path)s” cannot be opened.")
        return told % {**named, "path": str(error.__context__.filename)}
    match error.param.type if error.param else None:
        case click.Choice() as type:
            return _("“%(option)s” can only be one of these: %(names)s") % {**named, "names": ", ".join(map(str, type.choices))}
        case click.IntRange(min=int(least), max=int(most)):
            return _("“%(option)s” is a whole number from %(least)s to %(most)s.") % {**named, "least": least, "most": most}
        case click.IntRange(min=int(least)):
            return _("“%(option)s” is a whole number, at least %(least)s.") % {**named, "least": least}
        case click.types.IntParamType():
            return _("“%(option)s” is a whole number.") % named
    return _not_understood(error)
