"""``internationale hub purge``: deleting what one section has left at a hub, for who looks after it."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import click

from internationale.bus import genuine, purging, shares
from internationale.bus.purging import Left, Operator, Rule
from internationale.cli import provisioning, sharing
from internationale.cli.root import Home
from internationale.cli.speech import agreed, say, worded
from internationale.errors import Invalid
from internationale.events.refs import SECTION
from internationale.kit.calling import Names
from internationale.messages import Message, marker, plural_marker
from internationale.rooms.roster import queries
from internationale.section import Section

_ = marker("core")
ngettext = plural_marker("core")

_KIB = 1024
_AFTERWARDS: Mapping[str, Message] = {
    "log": _(
        "Every section that has read its log keeps it. The section sends it again within an hour or so; while it is away, another"
        " that holds it does. To have it done at once: “bundle seed” on any instance that holds it."
    ),
    "blob": _("Attachments of the last 30 days come again from whoever has them; older ones are fetched from the sections."),
    "seed": _("What it brought of others, whoever holds it brings again where it is missing."),
    "roster": _("Lists of sections that it brought come again from whoever has them."),
    "proof": _("Proofs that it brought come again from whoever has them."),
}


@click.command()
@click.argument("url")
@click.argument("code")
@click.option("--kind", "kinds", type=click.Choice([*shares.KINDS]), multiple=True, help="Only of this kind. May be repeated.")
@click.option("--junk", is_flag=True, help="Of what stands as its log, only what it did not sign and what no event of it names.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(home: Home, url: str, code: str, kinds: tuple[str, ...], *, junk: bool, yes: bool) -> None:
    """Delete what section CODE has left at the hub at URL under its own names. For who looks after it."""
    if not re.fullmatch(SECTION, code):
        raise Invalid(_("This is no code of a section."), place=code)
    if junk and kinds not in ((), ("log",)):
        raise Invalid(_("What is junk can only be told of a log."), place="--kind")
    section, wanted = home(), ("log",) if junk else tuple(kind for kind in shares.KINDS if kind in (kinds or shares.KINDS))
    streams = [stream for kind in wanted for stream in shares.KINDS[kind] if stream not in shares.UNCOUNTED]
    hub = provisioning.hub_at(section, url)
    operator = Operator(hub.addresses, provisioning.administrator_of(section), hub.certificates)
    with provisioning.asking(section, url):
        found = asyncio.run(purging.look(operator, code, streams, _rules(section, junk=junk)))
    if not any(left.messages for left in found):
        say(_("%(section)s has left nothing there that could be deleted.") % {"section": _called(section, code)})
        _say_inseparable(found)
        return
    _tell(_called(section, code), wanted, found, junk=junk)
    if not yes:
        agreed(_("Delete this from the hub?"))
    with provisioning.asking(section, url):
        deleted = asyncio.run(purging.purge(operator, found))
    told = ngettext("Deleted: %(n)s message.", "Deleted: %(n)s messages.", deleted)
    say(told % {"n": deleted})
    if (missed := sum(left.messages for left in found) - deleted) > 0:
        told = ngettext(
            "%(n)s message of those counted was not deleted: it was gone before, or is there still. Say it again to see.",
            "%(n)s messages of those counted were not deleted: they were gone before, or are there still. Say it again to see.",
            missed,
        )
        say(told % {"n": missed}, problem=True)


def _rules(section: Section, *, junk: bool) -> Mapping[str, Rule]:
    with section.reading() as session:
        keyring, versions = section.keyring(session), queries.subjects(session)
    if junk and not keyring:
        raise Invalid(_("This instance has no list of sections: it cannot tell what is junk."), place="--junk")
    return genuine.Log(keyring, datetime.now(UTC)).rules() if junk else genuine.of_others(keyring, versions)


def _called(section: Section, code: str) -> str:
    with section.reading() as session:
        return Names.of(section.sections(session))[code]


def _tell(name: str, kinds: Sequence[str], found: Sequence[Left], *, junk: bool) -> None:
    """What is about to be deleted, and what that means."""
    say(_("At this hub, under the names of %(section)s:") % {"section": name})
    for kind in kinds:
        some = [left for left in found if left.stream in shares.KINDS[kind] and left.messages]
        if some:
            count, size = sum(left.messages for left in some), -(-sum(left.bytes for left in some) // _KIB)
            told = ngettext("%(what)s: %(n)s message, %(kib)s KiB", "%(what)s: %(n)s messages, %(kib)s KiB", count)
            what = _("not signed by it, or named by no event of it") if junk else sharing.KINDS[kind]
            click.echo(f"  {worded(told % {'what': what, 'n': count, 'kib': size})}")
            if not junk:
                click.echo(f"    {worded(_AFTERWARDS[kind])}")
    if junk:
        say(_("What it signed by the list of sections that this instance has stays, with the long contents that it names."))
    _say_inseparable(found)
    say(_("It may add to the hub as before, unless it is cut. Only the roster takes its rights away for longer."))


def _say_inseparable(found: Sequence[Left]) -> None:
    if number := sum(left.inseparable for left in found):
        told = ngettext(
            "%(n)s message has a name that stands for others as well, and cannot be deleted without them.",
            "%(n)s messages have names that stand for others as well, and cannot be deleted without them.",
            number,
        )
        say(told % {"n": number})
