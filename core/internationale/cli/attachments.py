"""``internationale attachments …``: what is attached and kept here, fetching it, and making room."""

from pathlib import Path

import click

from internationale.cli.root import Home
from internationale.cli.speech import say
from internationale.errors import Conflict, Misconfigured
from internationale.kit.attachments import MIB
from internationale.kit.printing import row
from internationale.messages import marker
from internationale.rooms.attachments.port import fetching, keeping, taking
from internationale.rooms.attachments.port.keeping import Tidied
from internationale.rooms.attachments.port.room import room
from internationale.rooms.attachments.queries import files

_ = marker("core")
LISTED = 10_000
_HELD = _(
    "%(why)s Messages that it does not have may speak of files that are here, so nothing was deleted. Try again when that is"
    " over."
)
_WAITING = _(
    "Pieces of which nothing here speaks, and which are still kept: %(pieces)s. They go a day after they were found to be so, but"
    " not in the first seven days after a database or a folder was put back or begun anew: what speaks of them may still come."
)


@click.group()
def attachments() -> None:
    """Files attached to texts, calls and reports."""


@attachments.command("list")
@click.pass_obj
def every(home: Home) -> None:
    """Print each attachment: id, state, bytes, section, what it belongs to, name; the newest first."""
    section = home()
    with section.reading() as session:
        here, found = room(section), files.newest(session, LISTED)
        living = {file.ref for file in here.living(session, [known.file for known in found])}
        for card in (here.card(known) for known in found if known.file.ref in living):
            state = f"{card.presence.value}:{card.trouble}" if card.trouble else card.presence.value
            click.echo(row(card.id, state, card.size, card.section, card.subject, card.name))
        kept = keeping.taken(section, session)
    say(_("%(taken)s of %(all)s MiB are taken.") % {"taken": kept.taken // MIB, "all": kept.all // MIB})


@attachments.command("fetch")
@click.argument("attachment")
@click.pass_obj
def fetch(home: Home, attachment: str) -> None:
    """Have ATTACHMENT fetched by the running section, in the background."""
    section = home()
    with section.writing() as session:
        fetching.request(section, session, attachment, None)
    say(
        _(
            "It is fetched while “internationale run” is running and a hub can be reached. See how far it is with:"
            " internationale attachments list"
        )
    )


@attachments.command("save")
@click.argument("attachment")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def save(home: Home, attachment: str, file: Path) -> None:
    """Write the content of ATTACHMENT into FILE, which must not exist yet."""
    _known, pieces = taking.take(home(), attachment, None)
    try:
        with file.open("xb") as target:
            for piece in pieces:
                target.write(piece)
    except FileExistsError as error:
        raise Misconfigured(_("This file exists already. Give another name."), place=str(file)) from error
    say(_("Written: %(path)s") % {"path": file})


@attachments.command("gc")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would be deleted.")
@click.pass_obj
def gc(home: Home, dry: bool) -> None:
    """Delete what was taken back, copies that nobody took for long, and files that were never attached."""
    done = keeping.tidy(home(), dry=dry)
    if done.held is not None:
        raise Conflict(_HELD % {"why": done.held})
    _report(done, dry=dry)
    if done.waiting:
        say(_WAITING % {"pieces": done.waiting})


def _report(done: Tidied, *, dry: bool) -> None:
    told = {
        "mib": done.bytes // MIB,
        "withdrawn": done.withdrawn,
        "expired": done.expired,
        "uploads": done.uploads,
        "pieces": done.chunks,
    }
    if dry:
        say(
            _(
                "This would free %(mib)s MiB (%(pieces)s pieces). Taken back: %(withdrawn)s. Not used for long: %(expired)s."
                " Never attached: %(uploads)s. Nothing was deleted; leave out --dry-run to do it."
            )
            % told
        )
    else:
        say(
            _(
                "Freed: %(mib)s MiB (%(pieces)s pieces). Taken back: %(withdrawn)s. Not used for long: %(expired)s."
                " Never attached: %(uploads)s."
            )
            % told
        )
