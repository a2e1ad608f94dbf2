"""``internationale``: the host's commands, one file for each group of them. Exit status 0: done, 1: it failed, 2: misuse."""

import os
import sys
from io import TextIOWrapper
from pathlib import Path

import click

from internationale.cli.root import Commands, Home

OURS = {
    "init": "beginning.init",
    "found": "beginning.found",
    "join": "beginning.join",
    "run": "running.run",
    "plugins": "plugins.plugins",
    "status": "status.status",
    "log": "log.log",
    "bundle": "bundle.bundle",
    "fence": "fence.fence",
    "backup": "backups.backup",
    "restore": "backups.restore",
    "section": "federation.section",
    "roster": "roster.group",
    "key": "keys.group",
    "hub": "hub.hub",
    "attachments": "attachments.attachments",
    "waiting": "waiting.waiting",
    "sent": "sent.sent",
    "sealed": "sealed.sealed",
}
"""Where each command is. Only the one that is meant is imported: web and network take longer to load than most commands."""


@click.group(cls=Commands, ours=OURS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="INTERNATIONALE_HOME",
    default=Path(),
    help="The section's directory (section.toml, keys, database). Also INTERNATIONALE_HOME; the working directory by default.",
)
@click.version_option(package_name="internationale", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, home: Path) -> None:
    """Run and look after one section of an International."""
    context.obj = Home(home, os.environ)
    context.call_on_close(context.obj.close)


def main() -> None:
    """The entry point of the distribution."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows “?” instead of ending the command
    cli(prog_name="internationale")
