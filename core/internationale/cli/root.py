"""The root of the command line: which section is meant, the plugins' commands, and errors in words."""

import contextlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from internationale import settings
from internationale.cli.speech import worded
from internationale.errors import InternationaleError, Invalid, Misconfigured
from internationale.kit import Reader, Role
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.settings import Settings


class Home:
    """The section that lives in a directory. Called, it is opened, and its database brought up to date; once per command."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path.absolute()
        self.environ = environ
        self._section: Section | None = None

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
            self._section = Section.open(self.settings, self.plugins)
            self._section.prepare()
        return self._section

    def host(self) -> Reader:
        """Whoever runs commands here: the section itself speaks, and what the keys on this machine allow is allowed."""
        held = frozenset({None})
        return Reader(id="host", roles=frozenset({Role.HOST}), capabilities={each.name: held for each in self().capabilities})

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if self._section is not None:
            self._section.close()


class Failure(click.ClickException):
    """An error on purpose, for a terminal: the place, then the sentence."""

    def __init__(self, error: InternationaleError) -> None:
        place = f"{error.place}: " if error.place else ""
        super().__init__(place + worded(error.message))


class Misuse(Failure):
    """An error of whoever typed the command, or of the settings."""

    exit_code = 2


class Commands(click.Group):
    """Our own commands and those of the plugins of the section that is meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._theirs(ctx).commands})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self._theirs(ctx).commands.get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InternationaleError as error:
            raise (Misuse if isinstance(error, Misconfigured | Invalid) else Failure)(error) from error

    def _theirs(self, ctx: click.Context) -> click.Group:
        """Asked once for each command line, and only when it names none of ours."""
        known: click.Group | None = ctx.meta.get(__name__)
        if known is None:
            known = ctx.meta[__name__] = click.Group("plugins")
            Home(ctx.params.get("home") or Path(), os.environ).plugins.each("commands", cli=known)
        return known
