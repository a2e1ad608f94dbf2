"""``internationale waiting …``: what came in and does not count, or not yet; and what can be done about it."""

import json

import click

from internationale.cli.root import Home
from internationale.cli.speech import say, tell, worded
from internationale.kit.calling import Names
from internationale.kit.printing import visible
from internationale.messages import marker, plural_marker
from internationale.rooms.exchange import port, queries, rules
from internationale.rooms.exchange.queries import Kind

_ = marker("core")
ngettext = plural_marker("core")

KIND = click.Choice([kind.value for kind in Kind])


@click.group()
def waiting() -> None:
    """What came in and does not count, or not yet: waiting, parked, void, failed, quarantined."""


@waiting.command("list")
@click.argument("kind", type=KIND, metavar="[KIND]", required=False)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def listed(home: Home, kind: str | None, page: int, as_json: bool) -> None:
    """List what is held back, with its reason and what would change it: all kinds, or one page of KIND.

    KIND is waiting, parked, void, failed or quarantined.
    """
    section = home()
    with section.reading() as session:
        found = [queries.listing(session, each, page) for each in ([Kind(kind)] if kind else Kind)]
        sources, names = queries.sources(session), Names.of(section.sections(session))
    if as_json:
        tell({"held": found, "sources": sources})
        return
    for listing in found:
        click.echo(f"{listing.kind.value}: {listing.total}" + (f" ({listing.page}/{listing.pages})" if listing.pages > 1 else ""))
        for held in listing.held:
            why = [rules.awaited(what, name, names) for what, name in held.what] or [rules.worded(held.reason)]
            click.echo(f"  {held.id}  {visible(held.source)}  {held.at:%Y-%m-%d %H:%M}  {' '.join(map(worded, why))}")
            click.echo(f"    {worded(rules.remedy(listing.kind.value, held.reason))}")
    for source in sources:
        told = _("%(source)s: turned away %(n)s times, %(kib)s KiB kept")
        say(told % {"source": source.source, "n": source.count, "kib": -(-source.kept // 1024)})
        if source.muted:
            say(_("  It is muted: what is not authentic is only counted."))


@waiting.command("retry")
@click.argument("kind", type=KIND, metavar="KIND")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.pass_obj
def retry(home: Home, kind: str, ids: tuple[str, ...]) -> None:
    """Try these again (or everything of KIND). What does not succeed stays where it is."""
    section = home()
    done = port.retry(section, Kind(kind), ids) if ids else port.retry_all(section, Kind(kind))
    told = ngettext("%(n)s message is held back no longer.", "%(n)s messages are held back no longer.", done)
    say(told % {"n": done})


@waiting.command("export")
@click.argument("kind", type=KIND, metavar="KIND")
@click.argument("id")
@click.pass_obj
def export(home: Home, kind: str, id: str) -> None:
    """Print one message as it came: a JSON object with subject, body (base64url), signature, and why it is held back."""
    section = home()
    with section.reading() as session:
        click.echo(json.dumps(queries.exported(*queries.one(session, Kind(kind), id))))


@waiting.command("mute")
@click.argument("source")
@click.pass_obj
def mute(home: Home, source: str) -> None:
    """Only count what comes in the name of SOURCE (a section's code, or ? for strangers) and is not authentic."""
    section = home()
    with section.writing() as session:
        port.mute(session, source, section.now())
    say(_("From now on it is only counted. What is authentic still counts. To undo: internationale waiting unmute"))


@waiting.command("unmute")
@click.argument("source")
@click.pass_obj
def unmute(home: Home, source: str) -> None:
    """Keep again what comes in the name of SOURCE."""
    section = home()
    with section.writing() as session:
        port.unmute(session, source)
    say(_("It is kept again, with its reasons: internationale waiting list"))
