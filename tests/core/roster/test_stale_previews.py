"""What is proposed on pages is what somebody has looked at."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from internationale.events import fingerprints
from internationale.events.keys import SigningKey
from internationale.kit import Utterance
from internationale.rooms.roster import queries
from internationale.section import Section
from internationale.testing import carrying, notes
from internationale.testing.builds import today
from internationale.testing.people import speaker

from .conftest import announce_unasked, propose, sent_by

PATH = "/federation/roster/propose"
FIRST, OTHER = (SigningKey(bytes([number]) * 32) for number in (7, 8))


@pytest.fixture
def two(federation: Any) -> list[Section]:
    sections: list[Section] = federation("ic", "fr", plugins=today())
    return sections


def announce(ic: Section, fr: Section, key: SigningKey, first: int) -> None:
    announce_unasked(fr, key, first)
    carrying.hand_on(fr, ic)


def proposed(section: Section) -> list[str]:
    """What was proposed, in words."""
    with section.reading() as session:
        return [str(change) for proposal in queries.pending(session) for change in proposal.changes]


def test_a_key_that_came_in_meanwhile_is_shown_before_it_is_proposed(two: list[Section], browser: Callable[..., Any]) -> None:
    ic, fr = two
    announce(ic, fr, FIRST, 100)
    rosa = browser(ic, "delegate", language="en")
    preview = rosa.post(PATH, data={"change": "rotate", "section": "fr", "why": "They told us & all.", "step": "preview"})
    digits, other = (fingerprints.groups(key.public) for key in (FIRST, OTHER))
    assert (digits in preview.text, other in preview.text) == (True, False)
    announce(ic, fr, OTHER, 50)
    again = rosa.post(PATH, data=sent_by(preview), follow_redirects=False)
    assert (again.status_code, "Since you looked at it, something has come in" in again.text, proposed(ic)) == (409, True, [])
    assert (digits in again.text, other in again.text, "They told us &amp; all." in again.text) == (False, True, True)
    assert rosa.post(PATH, data=sent_by(again), follow_redirects=False).status_code == 303
    assert [other in change for change in proposed(ic) if "50" in change] == [True]
    assert digits not in " ".join(proposed(ic))


def test_where_a_log_ends_is_shown_before_it_is_proposed(two: list[Section], browser: Callable[..., Any]) -> None:
    ic, fr = two
    rosa = browser(ic, "delegate", language="en")
    preview = rosa.post(PATH, data={"change": "expel", "section": "fr", "why": "x", "step": "preview"})
    assert "up to number 0" in preview.text
    with fr.writing() as session:
        fr.publish(session, Utterance(notes.Written(text="One more.")), by=speaker(fr))
    carrying.hand_on(fr, ic)
    again = rosa.post(PATH, data=sent_by(preview), follow_redirects=False)
    assert (again.status_code, "up to number 1" in again.text, proposed(ic)) == (409, True, [])


def test_what_was_never_shown_is_not_proposed(two: list[Section], browser: Callable[..., Any]) -> None:
    ic, _fr = two
    rosa = browser(ic, "delegate", language="en")
    form = {"change": "renew", "section": "", "why": "x", "step": "sign"}
    assert rosa.post(PATH, data=form, follow_redirects=False).status_code == 409
    assert rosa.post(PATH, data={**form, "shown": "0" * 64}, follow_redirects=False).status_code == 409
    assert proposed(ic) == []


def test_the_date_alone_is_no_other_proposal(two: list[Section], browser: Callable[..., Any]) -> None:
    """Whoever thinks for three hours about what they propose is not asked again."""
    ic, _fr = two
    rosa = browser(ic, "delegate", language="en")
    preview = rosa.post(PATH, data={"change": "renew", "section": "", "why": "x", "step": "preview"})
    later = ic.now() + timedelta(hours=3)
    ic.now = lambda: later  # type: ignore[method-assign]
    assert rosa.post(PATH, data=sent_by(preview), follow_redirects=False).status_code == 303
    assert propose(rosa, {"change": "suspend", "section": "fr", "why": "y"}).status_code == 303
