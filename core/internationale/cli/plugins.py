"""``plugins``: which are on."""

import click

from internationale.cli.root import Home


@click.command()
@click.pass_obj
def plugins(home: Home) -> None:
    """List the plugins that are on, and those that could not be loaded."""
    found = home.plugins
    for name, module in found.modules():
        click.echo(f"{name:16} {module.__name__}")
    for name, reason in found.broken.items():
        click.secho(f"{name:16} {reason}", fg="red")
    if found.broken:
        raise SystemExit(1)
