"""What is said of a mistyped or interrupted command, in the language of the terminal: click itself says it in English."""

from typing import IO, Any

import click

from internationale.cli.speech import worded
from internationale.messages import Message, marker

_ = marker("core")


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


def _told(error: click.UsageError) -> Message:
    match error:
        case click.MissingParameter():
            named = error.param_hint or (error.param.get_error_hint(error.ctx) if error.param and error.ctx else "?")
            return _("“%(option)s” is missing.") % {"option": str(named).strip("'")}
        case click.NoSuchOption():
            return _("There is no option “%(option)s” here.") % {"option": error.option_name}
        case _:
            return _("This cannot be understood: %(why)s") % {"why": error.format_message()}
