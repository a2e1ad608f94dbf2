"""``internationale sealed``: what is kept here and cannot be opened."""

import click

from internationale import i18n
from internationale.cli.root import Home
from internationale.cli.speech import language, say, tell
from internationale.kit.calling import Names
from internationale.messages import marker
from internationale.rooms.exchange import queries

_ = marker("core")


@click.command()
@click.option("--page", "number", type=click.IntRange(1), default=1, help="Which page, the latest first.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def sealed(home: Home, number: int, as_json: bool) -> None:
    """List what sections said to some others only: all that is known of it here."""
    running = home()
    with running.reading() as session:
        found, names = queries.sealed_things(session, number), Names.of(running.sections(session))
    if as_json:
        tell(found)
        return
    for thing in found.things:
        said = {
            "id": thing.id,
            "section": names[thing.section],
            "day": i18n.day(thing.time, language()),
            "kib": thing.kib,
            "readers": ", ".join(names.all(thing.readers)),
        }
        say(_("%(id)s: something from %(section)s, %(day)s, up to %(kib)s KiB, for %(readers)s") % said)
    if not found.things:
        say(_("There is nothing sealed that this section cannot open."))
    if found.locked:
        sentence = _("For this section, but the key is missing: %(n)s. Put keys/sealing back from a backup, then start again.")
        say(sentence % {"n": found.locked})
    if found.page < found.pages:
        say(_("More: %(command)s") % {"command": f"internationale --home {home.path} sealed --page {found.page + 1}"})
