"""``internationale sent``: everything that this section has signed, and who can read it."""

import sys

import click

from internationale.cli.root import Home
from internationale.cli.speech import say
from internationale.kit.printing import visible
from internationale.messages import marker
from internationale.rooms.exchange import queries, rules

_ = marker("core")


@click.command()
@click.option("--type", "type_", default="", help="Only this type, such as org.intl.documents.opened.v1.")
@click.option("--csv", "form", flag_value="csv", help="Everything, as a table for spreadsheets.")
@click.option("--json", "form", flag_value="jsonl", help="Everything, one JSON object per line, for programs.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True, help="Of the list that people read.")
@click.pass_obj
def sent(home: Home, type_: str, form: str | None, page: int) -> None:
    """List everything that this section has signed, the latest first: number, time, type, by whom, who can read it."""
    section = home()
    if form is not None:
        found = queries.everything_sent(section.ledger, section.reading, type_)
        for line in queries.as_lines(found) if form == "jsonl" else queries.table(found):
            sys.stdout.write(line)
        return
    with section.reading() as session:
        shown = queries.page(section.ledger, session, type_, page, page)
    if not shown.total and not shown.uncounted.total:
        say(_("This section has not said anything to the others yet."))
    for each in shown.sent:
        _show(each)
    if shown.uncounted.sent:
        say(_("Signed with a key of this section too, and does not count. Other sections may have it all the same:"))
    for each in shown.uncounted.sent:
        _show(each)
        say(rules.why_uncounted(each.reason))
    if (pages := max(shown.pages, shown.uncounted.pages)) > 1:
        say(_("Page %(page)s of %(pages)s. Others: --page; everything: --csv or --json.") % {"page": page, "pages": pages})


def _show(each: queries.Sent) -> None:
    readers = " ".join(each.readers) or each.audience
    author = visible(each.author or "-")
    click.echo(f"{each.name:16} {each.time:%Y-%m-%d %H:%M}  {each.type:50} {author:20} {readers}")
