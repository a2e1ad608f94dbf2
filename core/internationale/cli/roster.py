"""``internationale roster …``: what the list of sections says, changing it, signing changes, putting them into force."""

from pathlib import Path

import click

from internationale import settings
from internationale.cli import signing
from internationale.cli.beginning import begin
from internationale.cli.comparing import tell_beginning, tell_list, tell_roots
from internationale.cli.files import named
from internationale.cli.proposing import propose
from internationale.cli.root import Home
from internationale.cli.speech import agreed, say, tell
from internationale.cli.unlocking import unasked_option, unlocked
from internationale.errors import Conflict, Invalid
from internationale.events import fingerprints
from internationale.events.roster import Version
from internationale.kit.calling import Names
from internationale.kit.printing import quoted, visible
from internationale.messages import marker, plural_marker
from internationale.rooms.roster import port, queries, rules
from internationale.rooms.roster.port import RootKey
from internationale.rooms.roster.queries import Examined, Named, Proposal
from internationale.rooms.roster.rules import papers
from internationale.rooms.roster.rules.papers import Paper
from internationale.section import utc_now

_ = marker("core")
ngettext = plural_marker("core")
_AGAIN = _(
    "It is signed although this key may have signed another version of the same number. If both came into force, the"
    " International would be divided: some sections would follow the one, some the other, and neither would hear the other's."
)
FILES = click.Path(dir_okay=False, path_type=Path)


@click.group("roster")
def group() -> None:
    """The signed list of sections: its versions, proposals to change it, signatures."""


group.add_command(propose)


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def every(home: Home, as_json: bool) -> None:
    """List the proposals, and all versions with what each changed."""
    section = home()
    with section.reading() as session:
        names = Names.of(section.sections(session))
        proposals, versions, others = queries.proposals_named(session), queries.history(session), queries.contradicting(session)
        listed, number = queries.fingerprint(session), queries.latest_number(session)
    if as_json:
        compared = {"digits": fingerprints.groups(listed), "words": fingerprints.words(listed)} if listed else None
        looked_into = [_plain(each) for each in proposals if isinstance(each, Proposal)]
        named = [each for each in proposals if isinstance(each, Named)]
        shown = {"proposals": looked_into, "unexamined": named}
        tell({"fingerprint": compared, **shown, "versions": versions, "contradicting": others})
        return
    for each in proposals:
        if isinstance(each, Named):
            _name(each, number, names)
        elif each.state in ("open", "complete", "early"):
            _describe(each, names)
    if others:
        say(_("Versions that stand against ours"), problem=True)
    for version in (*others, *versions):
        words = {"version": version.version, "day": version.issued.date().isoformat(), "hash": version.hash[:16]}
        say(_("Version %(version)s, of %(day)s (%(hash)s):") % words)
        for change in version.changes:
            say(change)
        say(_("Signed by: %(holders)s") % {"holders": ", ".join(version.signed)})


@group.command()
@click.argument("what", required=False, metavar="[FILE|HASH]")
@click.pass_obj
def show(home: Home, what: str | None) -> None:
    """Say in words what a proposal changes, and who has signed it: one in a FILE, or one that came over the hub, by its HASH.

    Without either: the root keys of the version in force, to compare their fingerprints aloud, and that of the whole list.
    """
    if what is not None and (file := named(what)) is not None:
        paper = papers.read_proposal(file.read_bytes(), what)
        before = _known(home, paper)
        _describe_file(home, signing.examine([paper], before), before)
        return
    section = home()
    with section.reading() as session:
        if what is not None:
            _describe(queries.called(session, what), Names.of(section.sections(session)))
            return
        latest = port.latest(session)
        tell_roots(latest.roster)
        tell_list(session, latest.roster.version)


@group.command()
@click.argument("what", metavar="FILE|HASH")
@click.option("--key", type=FILES, help="The root key's file; keys/root.key of this section by default.")
@click.option("--again", is_flag=True, help="Also when this key has signed another proposal for the same version.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@unasked_option
@click.pass_obj
def sign(home: Home, what: str, key: Path | None, *, again: bool, yes: bool, unasked: bool) -> None:
    """Sign a proposal with a root key: one in a FILE, or one that came over the hub, by its HASH.

    Where there is a section, the hubs are asked for the newest list first. A machine with nothing but a root key needs no network
    for a FILE; what the key has signed is noted beside it.
    """
    path = key or home.path / "keys" / "root.key"
    if (file := named(what)) is not None:
        paper = papers.read_proposal(file.read_bytes(), what)
        before = _newest(home, paper, unasked)
        _describe_file(home, signing.examine([paper], before), before)
        signing.sign(file, paper, before, _confirmed(path, again, yes), utc_now())
        return
    section = home.speaking()
    with section.reading() as session:
        shown = queries.called(session, what)
        _describe(shown, Names.of(section.sections(session)))
    root = _confirmed(path, again, yes)
    with section.writing() as session:
        known, in_force = port.sign(section, session, shown.hash, root, by=home.host(), again=again)
    section.roster_changed()
    _tell_outcome(known, in_force)


@group.command()
@click.argument("what", nargs=-1, required=True, metavar="FILE...|HASH")
@click.option("--fingerprint", help="To found: of the list, as a holder of a root key said it to you; else asked for.")
@unasked_option
@click.pass_obj
def adopt(home: Home, what: tuple[str, ...], fingerprint: str | None, unasked: bool) -> None:
    """Put a proposal into force that enough root keys have signed.

    FILE: one or several copies of a proposal, each with some of the signatures. HASH: one that came over the hub. Where the
    files found an International, their list is shown first, and its fingerprint is asked for: a holder of a root key says it.
    """
    files = [papers.read_proposal(path.read_bytes(), str(path)) for path in _copies(what)]
    section = home.newest(unasked=unasked)
    if files:
        version = _adopt_files(home, files, fingerprint)
    else:
        with section.writing() as session:
            version = port.adopt_proposal(section, session, queries.called(session, what[0]).hash)
    section.roster_changed()
    say(_("Version %(version)s is in force here, and travels to the other sections.") % {"version": version.roster.version})


@group.command()
@click.argument("hash")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def decide(home: Home, hash: str, yes: bool) -> None:
    """Say which version of the list counts, by its HASH, when there are two with one number. See “roster list”.

    Those who hold root keys agree first. A section that follows the other version changes over to it.
    """
    section = home()
    if not yes:
        agreed(_("Have those who hold root keys agreed that this version counts?"))
    with section.writing() as session:
        changes = port.decide(section, session, hash)
        version = port.latest(session)
    section.roster_changed()
    words = {"version": version.roster.version, "hash": version.hash[:16]}
    if changes:
        say(_("This section has changed over; version %(version)s (%(hash)s) is in force here.") % words)
    else:
        say(_("Settled: version %(version)s (%(hash)s) stays in force here.") % words)


def _copies(what: tuple[str, ...]) -> list[Path]:
    """The files of one proposal; none for a hash, which stands alone."""
    found = [named(name) for name in what]
    if len(found) > 1 and None in found:
        raise Invalid(_("There is no such file."), place=what[found.index(None)])
    return [path for path in found if path is not None]


def _adopt_files(home: Home, copies: list[Paper], fingerprint: str | None) -> Version:
    section = home()
    before = _known(home, copies[0])
    found = signing.examine(copies, before)
    if found.missing:
        raise Conflict(rules.lacking(found.missing))
    if before is None:
        return begin(home, [paper.roster for paper in copies], fingerprint)
    with section.writing() as session:
        port.store_version(session, found.document, section.now())
        return port.latest(session)


def _newest(home: Home, paper: Paper, unasked: bool) -> Version | None:
    """The version before, when the hubs were asked for it; where there is no section, what the file says."""
    if _inhabited(home):
        home.newest(unasked=unasked)
    return _known(home, paper)


def _known(home: Home, paper: Paper) -> Version | None:
    """The version before, from this section's own chain where there is one: a file may say anything."""
    if _inhabited(home):
        with home().reading() as session:
            chain = queries.versions(session)
        if chain:
            return chain[-1]
    return _of_paper(paper)


def _inhabited(home: Home) -> bool:
    return (home.path / settings.FILE).exists()


def _of_paper(paper: Paper) -> Version | None:
    if paper.previous is None:
        return None
    say(_("What it changes is told by the file itself: there is no list of sections here to compare it with."))
    found = port.combine([paper.previous], None)
    return Version(paper.previous, found.draft)


def _confirmed(path: Path, again: bool, yes: bool) -> RootKey:
    if again:
        say(_AGAIN, problem=True)
    if not yes:
        agreed(_("Sign it?"))
    return unlocked(path, again=again)


def _describe(known: Proposal, names: Names) -> None:
    words = {"version": known.version, "section": names[known.section], "hash": known.hash}
    say(_("Proposal %(hash)s for version %(version)s, by section “%(section)s”:") % words)
    for sentence in (*known.changes, *known.asked):
        say(sentence)
    if known.why:
        say(_("Section “%(section)s” says why:") % words)
        click.echo(quoted(known.why))
    _signers(known.holders, known.missing)


def _name(known: Named, number: int, names: Names) -> None:
    """What nobody looks into here: its section has proposed much. ``number``: of the version in force."""
    if known.version > number:
        words = {
            "version": known.version,
            "section": names[known.section],
            "command": f"internationale roster show {known.hash}",
        }
        say(_("One more proposal for version %(version)s, by section “%(section)s”. What it changes: %(command)s") % words)


def _describe_file(home: Home, found: Examined, before: Version | None) -> None:
    say(_("Proposal for version %(version)s:") % {"version": found.draft.version})
    for change in rules.told(before.roster if before else None, found.draft):
        say(change)
    if before is not None and _inhabited(home):
        with home().reading() as session:
            for sentence in queries.asked(session, before.roster, found.draft):
                say(sentence)
    if before is None:
        tell_beginning(found.document.body)
    _signers(found.holders, found.missing)


def _signers(holders: tuple[queries.Holder, ...], missing: int) -> None:
    if missing:
        say(rules.lacking(missing))
    for holder in holders:
        click.echo(f"  {'✓' if holder.signed else '·'} {visible(holder.name)}  {fingerprints.groups(holder.key)}")


def _tell_outcome(known: Proposal, in_force: bool) -> None:
    if in_force:
        say(_("That was the last signature needed: version %(version)s is in force.") % {"version": known.version})
    else:
        _signers(known.holders, known.missing)


def _plain(known: Proposal) -> dict[str, object]:
    holders = [{"holder": each.name, "key": str(each.key), "signed": each.signed} for each in known.holders]
    shown = {
        name: getattr(known, name)
        for name in ("hash", "version", "section", "said", "why", "state", "changes", "asked", "missing")
    }
    return {**shown, "holders": holders}
