"""``internationale documents …``: what the host may need of shared texts: which there are, and their exact bytes."""

import click

from internationale.kit.ports import Section
from internationale.kit.printing import row
from internationale.rooms.documents.queries import documents
from internationale.text.blocks import join


def add_to(cli: click.Group) -> None:
    group = click.Group("documents", help="The texts shared among the sections.")
    group.add_command(every)
    group.add_command(text)
    cli.add_command(group)


@click.command("list")
@click.pass_context
def every(context: click.Context) -> None:
    """Print each document: id, kind, revision, audience, language, title."""
    section: Section = context.obj()
    with section.reading() as session:
        for each in documents.summaries(session):
            click.echo(row(each.id, each.kind, each.revision, each.audience, each.language, each.title))


@click.command("text")
@click.argument("document")
@click.option("--revision", type=click.IntRange(1), help="The latest when left out.")
@click.pass_context
def text(context: click.Context, document: str, revision: int | None) -> None:
    """Write the exact text of DOCUMENT (Markdown) to standard output."""
    section: Section = context.obj()
    with section.reading() as session:
        blocks = documents.text(session, document, revision).blocks
    click.echo(join(blocks).encode(), nl=False)
