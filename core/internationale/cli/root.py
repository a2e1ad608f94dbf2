"""The root of the command line: which section is meant, the plugins' commands, and errors in words."""

import asyncio
import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DatabaseError

from internationale import i18n, settings
from internationale.cli import progress, using
from internationale.cli.helping import SpokenContext, spoken
from internationale.cli.mistyping import Said, typed
from internationale.cli.speech import worded
from internationale.errors import InternationaleError, Invalid, Misconfigured, Paused
from internationale.kit import Reader
from internationale.ledger import database
from internationale.messages import marker, plural_marker
from internationale.plugins import Plugins
from internationale.rooms.roster import port, queries
from internationale.section import Section
from internationale.settings import Settings

_ = marker("core")
ngettext = plural_marker("core")

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
"""What a disk says in the midst of a file: the operating system does not name that then."""

UNASKED = _("Nothing was said: this command has not made sure that the section remembers all that it said before.")
"""For whoever writes a command that publishes (of a plugin, say) and forgets ``Home.speaking``."""

_UNASKED = _(
    "No hub could be asked whether there is a newer list of sections than version %(version)s, which is the newest here. If there"
    " is, another version with the same number would divide the International. Nothing was signed or put into force. Try again"
    " when a hub can be reached; if you are sure that there is no newer list: --unasked"
)
_HUBLESS = _(
    "No hub is named, neither in the list of sections nor in the settings: the sections cannot hear from each other, and nobody"
    " could be asked whether there is a newer list than version %(version)s, which is the newest here. Nothing was signed or put"
    " into force. Name a hub: %(command)s. If you are sure that there is no newer list: --unasked"
)
NAMING = "internationale roster propose hubs nats://HOST:4222 --sign"
"""The command that names a hub, where one root key is enough."""


class Home:
    """The section that lives in a directory. Called, it is opened, and its database brought up to date; once per command.

    It is silent then: a command that publishes asks for ``speaking``.
    """

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path.absolute()
        self.environ = environ
        self._section: Section | None = None
        self._using = ExitStack()

    @cached_property
    def settings(self) -> Settings:
        """Raises ``Misconfigured``, also when there is no section here."""
        return settings.load(self.path, self.environ)

    @cached_property
    def plugins(self) -> Plugins:
        """The plugins that are on; where there is no section yet, or a damaged one, all that are installed."""
        off = frozenset[str]()
        with contextlib.suppress(Misconfigured):
            off = self.settings.off
        return Plugins.installed(off)

    def __call__(self) -> Section:
        if self._section is None:
            self._using.enter_context(using.shared(self.settings.home))
            self._section = Section.open(self.settings, self.plugins)
            with progress.replays():
                self._section.prepare()
            if self._section.fenced is None:
                self._section.fence(UNASKED)
        return self._section

    def speaking(self) -> Section:
        """The section, sure that it remembers all that it said. To be asked for before a transaction, and before reading what is
        answered: what was forgotten is taken back. Raises ``Paused``.
        """
        from internationale.worker import claims, fence  # noqa: PLC0415  # only what speaks needs the network

        section = self()
        if section.fenced is None:
            return section
        before = claims.own_log(section)
        reason = asyncio.run(fence.clear(section, waits=lambda why: click.echo(worded(why), err=True)))
        _tell_taken_back(before, claims.own_log(section))
        if reason is not None:
            words = {"why": reason, "command": f"internationale --home {self.path} fence open"}
            raise Paused(_("%(why)s Nothing was said. Try again later; where nobody can answer: %(command)s") % words)
        return section

    def newest(self, *, unasked: bool) -> Section:
        """The section with the newest roster that any hub has. To be asked for before a root key signs a version, or one is put
        into force: its number may be taken. ``unasked``: also when no hub can be asked. Raises ``Paused``; ``Conflict`` while the
        International is divided.
        """
        from internationale.worker import fence, hubs  # noqa: PLC0415  # only what signs needs the network

        section = self()
        with section.reading() as session:
            version = queries.latest_number(session)
        if version and not asyncio.run(fence.newest(section)) and not unasked:
            raise Paused((_UNASKED if hubs.named(section) else _HUBLESS) % {"version": version, "command": NAMING})
        with section.reading() as session:
            port.require_undivided(session)
        return section

    def host(self) -> Reader:
        """Whoever runs commands here: the section itself speaks, and what the keys on this machine allow is allowed."""
        return self().grants.host()

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if self._section is not None:
            self._section.close()
        self._using.close()


def _tell_taken_back(before: tuple[int, int] | None, now: tuple[int, int] | None) -> None:
    """What this section had forgotten of its own log and has again."""
    if before is None or now is None or now <= before:
        return
    number = now[1] - before[1] if now[0] == before[0] else now[1]
    told = ngettext(
        "%(n)s event of this section's own log came back from the hubs. This looks like a restored backup.",
        "%(n)s events of this section's own log came back from the hubs. This looks like a restored backup.",
        number,
    )
    click.echo(worded(told % {"n": number}), err=True)


class Failure(Said):
    """An error on purpose, for a terminal: the place, then the sentence."""

    def __init__(self, error: InternationaleError) -> None:
        place = f"{error.place}: " if error.place else ""
        super().__init__(place + worded(error.message))


class Misuse(Failure):
    """An error of whoever typed the command, or of the settings."""

    exit_code = 2


@contextmanager
def _on_disk() -> Iterator[None]:
    """What the operating system says of a file in this block, in words."""
    try:
        yield
    except OSError as error:
        why = {"why": error.strerror or error}
        if error.filename is not None:
            told = _("The file or folder cannot be read or written: %(why)s") % why
            raise Misuse(Misconfigured(told, place=os.fsdecode(error.filename))) from error
        if error.errno not in _DISK:  # not about a file: a mistake of ours, to be seen whole
            raise
        raise Misuse(Misconfigured(_("Something could not be read or written to the end: %(why)s") % why)) from error


class Commands(click.Group):
    """Our own commands and those of the plugins of the section that is meant. ``ours``: the module and its attribute, by name."""

    context_class = SpokenContext

    def __init__(self, *arguments: Any, ours: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._ours = ours

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        with typed(), _on_disk():
            return super().make_context(*arguments, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self._ours, *self._theirs(ctx).commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._ours:
            return self._theirs(ctx).commands.get(cmd_name)
        module, _dot, attribute = self._ours[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), attribute)
        return spoken(command)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with typed(), _on_disk():
                return super().invoke(ctx)
        except InternationaleError as error:
            raise (Misuse if isinstance(error, Misconfigured | Invalid) else Failure)(error) from error
        except DatabaseError as error:
            trouble = database.trouble(error, ctx.obj.settings.database) if isinstance(ctx.obj, Home) else None
            if trouble is None:
                raise
            raise Misuse(trouble) from error

    def _theirs(self, ctx: click.Context) -> click.Group:
        """Asked once for each command line, and only when it names none of ours."""
        known: click.Group | None = ctx.meta.get(__name__)
        if known is None:
            known = ctx.meta[__name__] = click.Group("plugins")
            plugins = Home(ctx.params.get("home") or Path(), os.environ).plugins
            for folder in plugins.folders("translations").values():
                i18n.include(folder)
            plugins.each("commands", cli=known)
            spoken(known)
        return known
