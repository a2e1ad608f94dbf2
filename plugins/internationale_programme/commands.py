"""``internationale programme …``: how far the drafts are."""

import click

from internationale.kit import Section, printing
from internationale_programme.rules import KIND


def add_to(cli: click.Group) -> None:
    group = click.Group("programme", help="The drafts of the programme.")
    group.add_command(every)
    cli.add_command(group)


@click.command("list")
@click.pass_context
def every(context: click.Context) -> None:
    """Print each draft: id, revision, open amendments, title, and for each language how many units are current."""
    section: Section = context.obj()
    with section.reading() as session:
        for draft in section.documents.list(session, KIND):
            progress = section.documents.progress(session, draft.id)
            languages = " ".join(f"{each.language} {each.current}/{each.total}" for each in progress)
            click.echo(printing.row(draft.id, draft.revision, draft.open_amendments, draft.title, languages))
