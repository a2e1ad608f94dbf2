"""Opening a root key on the command line: where it is locked, its passphrase is asked for and not shown."""

from pathlib import Path

import click

from internationale.cli.speech import worded
from internationale.messages import marker
from internationale.rooms.roster import port
from internationale.rooms.roster.port import RootKey

_ = marker("core")

unasked_option = click.option("--unasked", is_flag=True, help="Also when no hub can be asked whether there is a newer list.")
"""For what signs a version of the roster or puts one into force: see ``Home.newest``."""


def unlocked(path: Path, *, again: bool = False) -> RootKey:
    """The root key in a file. Raises ``Misconfigured`` and ``Invalid`` like ``port.root_key``."""
    locked = port.root_state(path) == "locked"
    passphrase = click.prompt(worded(_("Passphrase of the root key")), hide_input=True) if locked else ""
    return port.root_key(path, passphrase, again=again)


def chosen_passphrase() -> str:
    """A passphrase for a new root key, typed twice, until it is the same both times."""
    while True:
        passphrase: str = click.prompt(worded(_("A passphrase for it")), hide_input=True)
        if click.prompt(worded(_("Repeat for confirmation")), hide_input=True) == passphrase:
            return passphrase
        click.echo(worded(_("These are not the same.")), err=True)
