"""The help of a command in the language of the terminal. In English click prints it, and what no catalog has stays English.

Commands are written for plain click, ours and the plugins': their words are looked up when they are printed, in the catalog of
the plugin whose group it is, else in ours.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from types import TracebackType

import click

from internationale import i18n
from internationale.cli.speech import language, worded
from internationale.i18n.commands import WORDS, flowing
from internationale.messages import marker

_ = marker("core")
CLICKS = (
    _("Show this message and exit."),
    _("Show the version and exit."),
    _("OPTIONS"),
    _("COMMAND"),
    _("ARGS"),
    _("TEXT"),
    _("INTEGER"),
    _("INTEGER RANGE"),
    _("FILE"),
    _("FILENAME"),
    _("DIRECTORY"),
    _("PATH"),
)
"""What click itself says there, and has no catalog for."""
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
_LINE = re.compile(r"(?P<before> *(?:\S+(?: \S+)* {2,})?)(?P<text>.+)")
"""A line of help: an indent and a name in the first column, if any, and what is said of it."""


class SpokenContext(click.Context):
    """The context of a command that prints its help in the language of the terminal."""

    def get_help(self) -> str:
        return super().get_help() if language() == "en" else _page(self)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        if isinstance(error, click.UsageError) and error.ctx is None:  # click's parser leaves out which command it parsed
            error.ctx = self
        return super().__exit__(kind, error, trace)


def spoken(command: click.Command) -> click.Command:
    """The command, from now on with that context; those of a group too."""
    command.context_class = SpokenContext
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        spoken(each)
    return command


def placeholders(text: str, context: click.Context | None) -> str:
    """A line of usage with the words for what is put in (``FILE``) in the language of the terminal."""
    return WORDS.sub(lambda found: _translated(found[0], _domain(context)), text)


def _page(context: click.Context) -> str:
    formatter = context.make_formatter()
    command = _in_words(context.command, _domain(context))
    _usage(context, formatter)
    command.format_help_text(context, formatter)
    parameters = context.command.get_params(context)
    arguments = [each for each in parameters if not isinstance(each, click.Option)]
    _section(formatter, worded(_("Arguments:")), _rows(arguments, context))
    _section(formatter, worded(_("Options:")), _rows([each for each in parameters if isinstance(each, click.Option)], context))
    if isinstance(context.command, click.Group):
        _section(formatter, worded(_("Commands:")), _commands(context.command, context, formatter.width))
    command.format_epilog(context, formatter)
    page = formatter.getvalue().rstrip("\n")
    return "\n".join(map(_directed, page.splitlines())) if _from_the_right() else page


def _usage(context: click.Context, formatter: click.HelpFormatter) -> None:
    pieces = placeholders(" ".join(context.command.collect_usage_pieces(context)), context)
    heading = worded(_("Usage:"))
    if _from_the_right():  # a line of its own, lest its brackets turn round
        formatter.write(f"{heading}\n")
        heading = " "
    formatter.write_usage(context.command_path, pieces, prefix=f"{heading} ")


def _section(formatter: click.HelpFormatter, heading: str, rows: list[tuple[str, str]]) -> None:
    if any(said for _name, said in rows):
        formatter.write_paragraph()
        formatter.write(f"{heading}\n")
        with formatter.indentation():
            formatter.write_dl(rows)


def _rows(parameters: Iterable[click.Parameter], context: click.Context) -> list[tuple[str, str]]:
    rows = []
    for each in parameters:
        record = each.get_help_record(context)
        if record is not None:
            help = _translated(getattr(each, "help", None) or "", _domain(context))
            more = "; ".join(_more(each, context)) if isinstance(each, click.Option) else ""
            rows.append((placeholders(record[0], context), "  ".join(filter(None, [help, more and f"[{more}]"]))))
    return rows


def _more(option: click.Option, context: click.Context) -> Iterator[str]:
    """What click adds to the help of an option."""
    extra = option.get_help_extra(context)
    if "envvars" in extra:
        yield worded(_("environment: %(names)s") % {"names": ", ".join(extra["envvars"])})
    if "default" in extra:
        yield worded(_("default: %(value)s") % {"value": extra["default"]})
    if "range" in extra:
        yield i18n.isolated(extra["range"], language())
    if "required" in extra:
        yield worded(_("required"))


def _commands(group: click.Group, context: click.Context, width: int) -> list[tuple[str, str]]:
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    shown = {name: command for name, command in found.items() if command is not None and not command.hidden}
    room = width - 6 - max(map(len, shown), default=0)
    return [(name, _in_words(command, _domain(context, name)).get_short_help_str(room)) for name, command in shown.items()]


def _in_words(command: click.Command, domain: str) -> click.Command:
    """A command that only says what this one says, in the language of the terminal."""
    help, short, epilog = (text and _translated(text, domain) for text in (command.help, command.short_help, command.epilog))
    return click.Command(command.name, help=help, short_help=short, epilog=epilog, deprecated=command.deprecated)


def _domain(context: click.Context | None, below: str = "") -> str:
    """The catalog of a command: groups of plugins are called like the plugin. ``below``: of a subcommand of this one.

    Of our own groups there is no catalog, and the core's stands in.
    """
    names = [below]
    while context is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return names[1] if len(names) > 1 and names[1] else "core"


def _translated(text: str, domain: str) -> str:
    known = flowing(text)
    said = i18n.gettext(known, language=language(), domain=domain)
    return text if said == known else said


def _from_the_right() -> bool:
    return i18n.direction(language()) == "rtl"


def _directed(line: str) -> str:
    """A line of which the words are read from the right and the names of options are not (UAX 9: RLI … PDI, LRI … PDI)."""
    found = _LINE.fullmatch(line)
    if found is None or not any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in found["text"]):
        return line
    said = _OPTION.sub(lambda option: f"\u2066{option[0]}\u2069", found["text"])
    return f"{found['before']}\u2067{said}\u2069"
