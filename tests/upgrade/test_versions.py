"""One version behind and one ahead, both ways: what is not understood is kept and carried on, and counts after an upgrade."""

from collections.abc import Callable
from typing import Any

import pytest

from internationale.kit import Payload, Utterance
from internationale.plugins import Plugins
from internationale.section import Section
from internationale.testing import notes, oracle
from internationale.testing.builds import older, today
from internationale.testing.founding import open_section
from internationale.testing.people import speaker

from .builds import Coloured, Titled, tomorrow

Reopen = Callable[[Section, Plugins], Section]


@pytest.fixture
def reopened():
    """``reopened(fr, tomorrow())``: the section after an upgrade or a downgrade of its software."""
    opened: list[Section] = []

    def reopen(section: Section, plugins: Plugins) -> Section:
        section.close()
        opened.append(open_section(section.settings, plugins))
        return opened[-1]

    yield reopen
    for section in opened:
        section.close()


def say(section: Section, payload: Payload, *causes: Any) -> Any:
    with section.writing() as session:
        return section.publish(session, Utterance(payload, refs=causes), by=speaker(section))[0].ref


def states(section: Section) -> dict[str, tuple[str, str]]:
    with section.reading() as session:
        return {str(event.address): (event.state.value, event.reason) for event in section.ledger.every_event(session)}


def same_log(*sections: Section) -> None:
    """Whoever understands what: everyone holds the same bytes, chained and signed, and nothing was refused."""
    for section in sections:
        oracle.verify(section)
        oracle.replayed(section)
        assert oracle.quarantined(section) == []
        assert oracle.log(section) == oracle.log(sections[0])


def texts(section: Section) -> list[str]:
    return sorted(row[2] for row in oracle.rows(section)["notes_note"])


def test_one_behind_keeps_what_it_does_not_know(federation, reopened: Reopen, carry) -> None:
    """A type, and what stands on it, wait; what is known goes on; after the upgrade both are the same."""
    ic, fr = federation("ic", "fr", plugins=today())
    fr = reopened(fr, older())
    later = say(ic, notes.Later(text="of a type to come"))
    say(ic, notes.Answered(text="answer to it"), later)
    note = say(ic, notes.Written(text="plain"))
    carry(ic, fr)
    say(fr, notes.Answered(text="from behind"), note)
    carry(ic, fr)
    same_log(ic, fr)
    assert states(fr) == {
        "fr:1:1": ("applied", ""),
        "ic:1:1": ("waiting", "unknown_type"),
        "ic:1:2": ("waiting", "missing_cause"),
        "ic:1:3": ("applied", ""),
    }
    assert {state for state, _reason in states(ic).values()} == {"applied"}
    fr = reopened(fr, today())
    carry(ic, fr)
    oracle.agree(ic, fr, said=4)


def test_a_newer_version_of_a_type_waits_and_an_older_one_is_brought_up(federation, reopened: Reopen, carry) -> None:
    ic, fr = federation("ic", "fr", plugins=today())
    ic = reopened(ic, tomorrow())
    note = say(fr, notes.Written(text="question"))
    say(fr, notes.Answered(text="of the first version"), note)
    carry(ic, fr)
    say(ic, Titled(title="Title", body="of the second version"), note)
    carry(ic, fr)
    same_log(ic, fr)
    assert states(fr)["ic:1:1"] == ("waiting", "unknown_type")
    assert [row[1:] for row in oracle.rows(ic)["notes_titled"]] == [
        ("", "of the first version"),
        ("Title", "of the second version"),
    ]
    fr = reopened(fr, tomorrow())
    carry(ic, fr)
    oracle.agree(ic, fr, said=3)


def test_a_field_more_is_ignored_and_stays_in_the_bytes(federation, reopened: Reopen, carry) -> None:
    ic, fr = federation("ic", "fr", plugins=today())
    ic = reopened(ic, tomorrow())
    say(ic, Coloured(text="note", colour="red"))
    say(fr, notes.Written(text="plain"))
    carry(ic, fr)
    same_log(ic, fr)
    assert {state for state, _reason in states(fr).values()} == {"applied"}
    assert (texts(ic), texts(fr)) == (["note (red)", "plain"], ["note", "plain"])
    fr = reopened(fr, tomorrow())
    oracle.agree(ic, fr, said=2)


def test_a_downgrade_loses_nothing_and_goes_on(federation, reopened: Reopen, carry) -> None:
    """Own events that the older software no longer understands stay in the log, go out, and count again after the upgrade."""
    ic, fr = federation("ic", "fr", plugins=tomorrow())
    note = say(fr, Coloured(text="one", colour="red"))
    say(fr, Titled(title="Two", body="not sent yet"), note)
    say(fr, notes.Later(text="three"))
    fr = reopened(fr, older())
    assert states(fr) == {"fr:1:1": ("applied", ""), "fr:1:2": ("waiting", "unknown_type"), "fr:1:3": ("waiting", "unknown_type")}
    say(fr, notes.Written(text="four, by the older software"))
    carry(ic, fr)
    same_log(ic, fr)
    assert {state for state, _reason in states(ic).values()} == {"applied"}
    assert texts(fr) == ["four, by the older software", "one"]
    fr = reopened(fr, tomorrow())
    carry(ic, fr)
    oracle.agree(ic, fr, said=4)


def test_back_and_forth_between_three_builds(federation, reopened: Reopen, carry) -> None:
    """Each writes what it can, and is replaced by another build, twice; in the end all show the same."""
    sections = federation("ic", "fr", "ar", plugins=today())
    builds = [older, today, tomorrow]
    for turn in range(3):
        sections = [reopened(section, builds[(place + turn) % 3]()) for place, section in enumerate(sections)]
        for section in sections:
            known = set(section.vocabulary.by_payload)
            note = say(section, Coloured(text="x", colour="red") if Coloured in known else notes.Written(text="x"))
            say(section, Titled(title="t", body="b") if Titled in known else notes.Answered(text="b"), note)
            if notes.Later in known:
                say(section, notes.Later(text="l"))
        carry(*sections)
        same_log(*sections)
    sections = [reopened(section, tomorrow()) for section in sections]
    carry(*sections)
    oracle.agree(*sections, said=3 * (2 + 3 + 3))
