"""``internationale fence …``: silence until it is sure that this section remembers all that it said."""

import click

from internationale.cli.keys import lacks_its_key
from internationale.cli.root import Home
from internationale.cli.speech import say, tell, worded
from internationale.errors import Conflict, Invalid
from internationale.kit.calling import Names
from internationale.ledger import reasons
from internationale.ledger.ownkeys import LOST
from internationale.ledger.reasons import WORDS, Lasting
from internationale.messages import marker
from internationale.section import Section
from internationale.worker.claims import behind_a_hole, own_log

_ = marker("core")

_CERTAIN = _(
    "Later messages of this section are here, signed with its own key, and some before them are missing. Whatever it said now"
    " would be a second history of its log for certain. Import a bundle of a section that has them. If nobody has, its log is"
    " begun anew with another key: %(command)s"
)


@click.group()
def fence() -> None:
    """Whether this section may speak, or stays silent because its own log may be behind what others have of it."""


@fence.command("show")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def show(home: Home, as_json: bool) -> None:
    """Show why this section is silent, if it is. A start without an answer from any hub is shown on the pages only."""
    section = home()
    lasting, keyless = section.gate.lasting, lacks_its_key(section)
    if as_json:
        signed = {"claimants": _claimants(section, disbelieved=False), "disbelieved": _claimants(section, disbelieved=True)}
        tell({"silent": lasting is not None, "reason": lasting, "keyless": keyless, **signed})
        return
    if keyless:
        say(LOST, problem=True)
    elif lasting is None:
        say(_("Nothing that lasts keeps this section silent."))
    if lasting is not None:
        say(WORDS[lasting], problem=True)
        if lasting is not Lasting.ANOTHER:
            say(
                _("It goes on by itself when that is so no more. Where nobody can answer: %(command)s") % {"command": _open(home)}
            )
    if liars := _claimants(section, disbelieved=True):
        say(
            _("Not believed in what they sign to hold of this section's log: %(sections)s")
            % {"sections": _called(section, liars)}
        )


@fence.command("open")
@click.option("--confirm", metavar="CODE", help="The section's code, instead of typing it when asked.")
@click.pass_obj
def lift(home: Home, confirm: str | None) -> None:
    """Go on without an answer, when there is nobody who could give one.

    It counts once, and for an hour: now if the section is running and waits, otherwise for the next command that speaks, or at
    the next start.
    """
    section = home()
    say(WORDS[section.gate.lasting] if section.gate.lasting else _("Nothing that lasts keeps this section silent."))
    if behind_a_hole(section).get((own_log(section) or (0, 0))[0]):
        command = f"internationale --home {home.path} key new-log"
        raise Conflict(_CERTAIN % {"command": command})
    say(
        _(
            "If others hold events of this section that are not here, it will say other things under the same numbers. That is a"
            " fork: its log will then stand still for everybody until the committee decides."
        )
    )
    if claimants := _claimants(section, disbelieved=False):
        say(
            _(
                "These sections have signed to hold more of it than is here: %(sections)s. Ask them. If it is not so, what they"
                " sign to hold of this section's log is not believed from now on, until you say: %(command)s"
            )
            % {"sections": _called(section, claimants), "command": f"internationale --home {home.path} fence close --believe"}
        )
    typed = click.prompt(_sentence(section), type=str) if confirm is None else confirm
    if typed.strip() != section.code:
        raise Invalid(_("This is not the section's code. Nothing was changed."), place="--confirm")
    section.gate.give_word(claimants)
    say(
        _(
            "The section goes on without an answer, once: within moments if it is running, otherwise with the next command that"
            " speaks or at its next start, within an hour from now."
        )
    )


@fence.command("close")
@click.option(
    "--believe", is_flag=True, help="The database was not restored: only believe everybody again, and wait for answers."
)
@click.pass_obj
def close(home: Home, believe: bool) -> None:
    """Stay silent from the next start on until others have answered. To be said after restoring a database by hand.

    All ways in are ended, as they may have been ended before: everybody signs in anew, and open invitations are withdrawn.

    Whoever was not believed any more in what they sign to hold of this section's log is believed again.
    """
    section = home()
    section.gate.believe()
    if believe:
        section.fence(WORDS[Lasting.RESTORED], Lasting.RESTORED)
    else:
        section.gate.put_back()
        section.begin()
    say(WORDS[Lasting.RESTORED])


def _claimants(section: Section, *, disbelieved: bool) -> tuple[str, ...]:
    with section.reading() as session:
        return reasons.claimants(session.connection(), disbelieved=disbelieved)


def _called(section: Section, codes: tuple[str, ...]) -> tuple[str, ...]:
    with section.reading() as session:
        return Names.of(section.sections(session)).all(codes)


def _open(home: Home) -> str:
    return f"internationale --home {home.path} fence open"


def _sentence(section: Section) -> str:
    return worded(_("To go on all the same, type the section's code (%(code)s)") % {"code": section.code})
