"""Opening a root key on the command line: where it is locked, its passphrase is asked for and not shown."""

from pathlib import Path

import click

from internationale.events.keys import SigningKey
from internationale.rooms.roster import port


def unlocked(path: Path) -> SigningKey:
    """The root key in a file. Raises ``Misconfigured`` and ``Invalid`` like ``port.root_key``."""
    locked = port.root_state(path) == "locked"
    return port.root_key(path, click.prompt("Passphrase of the root key", hide_input=True) if locked else "")
