"""``internationale translation …``: how far the translations are, for the host and for scripts."""

import click

from internationale.kit import Section, printing

from . import queries


def add_to(cli: click.Group) -> None:
    translation = click.Group("translation", help="Translations of shared documents.")
    translation.add_command(progress)
    cli.add_command(translation)


@click.command("progress")
@click.pass_context
def progress(context: click.Context) -> None:
    """One line for each document and language: current, outdated, missing units, the language, the document, its title."""
    section: Section = context.obj()
    with section.reading() as session:
        for row in queries.matrix(section, session):
            for cell in filter(None, row.cells):
                counts = (cell.current, cell.outdated, cell.missing)
                click.echo(printing.row(*counts, cell.language, row.document.id, row.document.title))
