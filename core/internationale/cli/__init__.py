"""``internationale``: the host's commands, one file for each group of them. Exit status 0: done, 1: it failed, 2: misuse."""

import os
from pathlib import Path

import click

from internationale.cli import (
    attachments,
    beginning,
    bundle,
    federation,
    fence,
    hub,
    keys,
    log,
    roster,
    running,
    sealed,
    sent,
    status,
    waiting,
)
from internationale.cli.root import Commands, Home


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="INTERNATIONALE_HOME",
    default=Path(),
    help="The section's directory (section.toml, keys, database). Also INTERNATIONALE_HOME; the working directory by default.",
)
@click.version_option(package_name="internationale")
@click.pass_context
def cli(context: click.Context, home: Path) -> None:
    """Run and look after one section of an International."""
    context.obj = Home(home, os.environ)
    context.call_on_close(context.obj.close)


for command in (
    beginning.init,
    beginning.found,
    beginning.join,
    running.run,
    running.plugins,
    status.status,
    log.log,
    bundle.bundle,
    fence.fence,
    fence.backup,
    federation.section,
    roster.group,
    keys.group,
    hub.hub,
    attachments.attachments,
    waiting.waiting,
    sent.sent,
    sealed.sealed,
):
    cli.add_command(command)


def main() -> None:
    """The entry point of the distribution."""
    cli(prog_name="internationale")
