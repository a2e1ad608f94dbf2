"""A fork that the list of sections has decided is nothing new, whoever brings it, and how often; nor is one that is known."""

import asyncio
import io

import pytest

from internationale.bundle import form, packing, unpacking
from internationale.bundle.packing import Wanted
from internationale.events.roster import LastGood
from internationale.testing import carrying, forking
from internationale.web import logs
from internationale.worker import direct

from .test_faults import rival
from .test_reopened import reopened

SECOND = b'"intl.v1.log.ar.1.2"'


@pytest.fixture
def questions(monkeypatch):
    """Who has asked over HTTPS, in order."""
    asked, answer = [], logs.answer

    def noted(section, request):
        asked.append(request.section)
        return answer(section, request)

    monkeypatch.setattr(logs, "answer", noted)
    return asked


@pytest.fixture
def twins(pair, say):
    """``fr`` has the three things that ``ar`` has said. What others have signed in its name as the second; and its own third."""
    fr, ar = pair
    say(ar, "one")
    found = [rival(ar, text) for text in ("another two", "one more two")]
    for text in ("two", "three"):
        say(ar, text)
    carrying.hand_on(ar, fr)
    return found, carrying.said(ar)[-1]


@pytest.fixture
def decided(pair, twins, say):
    """Both know of the fork. The list has decided, and the log goes on."""
    (other, _more), last = twins
    for section in pair:
        assert section.accept([other]) == ["forked"]
    fr, ar = pair
    reopened(ar, fr, good=LastGood(epoch=1, sequence=3, hash=last.signed.hash))
    say(ar, "four")


def bundle(section, deliveries):
    """What anybody may send."""
    writer = form.Writer()
    lines = [writer.event(each.subject, each.body, each.signature) for each in deliveries]
    return b"".join([writer.header(form.Header(section.code, ()), section.now()), *lines, writer.end()])


def packed(section, **wanted):
    return b"".join(packing.lines(section, Wanted(**wanted)))


@pytest.mark.usefixtures("decided")
def test_an_honest_answer_silences_nobody_and_nobody_asks_on(pair, questions):
    fr, ar = pair
    closings = ar.gate.closings
    assert asyncio.run(direct.hear(ar)) == direct.Heard(("fr",), 0)
    assert (ar.gate.closings, ar.fenced, questions) == (closings, None, ["ar"])
    assert (packed(fr, spans=()).count(SECOND), packed(fr).count(SECOND)) == (0, 3)


@pytest.mark.usefixtures("decided")
def test_nor_does_who_sends_it_again_and_again(pair, twins, monkeypatch):
    """Also another one under the same number, which is in no proof."""
    _fr, ar = pair
    asked, (found, _last) = [], twins

    def answer(section, request):
        asked.append(request.section)
        return bundle(section, found)

    monkeypatch.setattr(logs, "answer", answer)
    closings = ar.gate.closings
    assert asyncio.run(direct.hear(ar)) == direct.Heard(("fr",), 0)
    assert (ar.gate.closings, ar.fenced, asked) == (closings, None, ["ar"])


def test_one_that_is_not_decided_goes_with_an_answer_and_is_new_once(pair, twins, questions):
    fr, ar = pair
    assert fr.accept(twins[0][:1]) == ["forked"]
    assert asyncio.run(direct.hear(ar)) == direct.Heard(("fr",), 1)
    with ar.reading() as session:
        assert ar.ledger.head(session, "ar").frozen
    del questions[:]
    assert asyncio.run(direct.hear(ar)) == direct.Heard(("fr",), 0)
    assert questions == ["ar"]


def test_of_one_log_the_first_is_enough(pair, twins):
    fr, ar = pair
    later = forking.rival(ar, 3)
    assert fr.accept([later, *twins[0][:1]]) == ["forked"] * 2
    assert [packed(fr, **wanted).count(later.subject.encode()) for wanted in ({"spans": ()}, {})] == [0, 2]
    assert packed(fr, spans=()).count(SECOND) == 2


def test_a_bundle_tells_what_was_not_here(pair, twins):
    _fr, ar = pair
    found, _last = twins
    for new in (1, 0):
        assert unpacking.unpack(ar, io.BytesIO(bundle(ar, found[:1])), "a stick").new == new
