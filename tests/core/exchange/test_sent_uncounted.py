"""What left this house and does not count: after a cut, in a fork, under an earlier key. Others have it all the same."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from internationale.cli.sent import sent as command
from internationale.errors import Conflict
from internationale.events import envelope, keys
from internationale.events.envelope import Address, Envelope
from internationale.ledger.deliveries import Delivery
from internationale.rooms.exchange.queries import uncounted
from internationale.rooms.roster import queries as roster
from internationale.section import Section
from internationale.testing import carrying
from internationale.testing.founding import ROOT

from .test_withdrawing import carry, house, of, opened, rival, take_back, texts
from .test_withdrawing_stopped import decided

Make = Callable[..., Any]
PAGE, API = "/federation/sent", "/api/v1/federation/sent"
__all__ = ["house"]


@pytest.fixture
def reader(house: Sequence[Section], browser: Make, member: Make) -> httpx.Client:
    """Somebody of ``fr`` who may take texts back."""
    client: httpx.Client = browser(house[1], "delegate", "secretary", language="en")
    return client


def spoken(section: Section, member: Make, times: int) -> list[Envelope]:
    for _time in range(times):
        opened(section, member(section, "delegate"))
    return [of(each) for each in carrying.said(section)]


def listed(client: httpx.Client) -> list[tuple[str, str, str]]:
    """Number, state and reason of all that does not count."""
    found = client.get(API).json()["uncounted"]
    assert found["total"] == len(found["sent"])
    return [(each["id"], each["state"], each["reason"]) for each in found["sent"]]


@pytest.fixture
def cut(house: list[Section], member: Make) -> list[Envelope]:
    """``fr`` has said four things, and the International decided that its log ends after two; it goes on in a new epoch."""
    ic, fr, ar = house
    said = spoken(fr, member, 4)
    carry(fr, ic, ar)
    decided(fr, said[1], house)
    return said


def test_what_was_cut_off_the_log_is_listed_as_not_counting(
    house: list[Section], cut: list[Envelope], reader: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uncounted, "AT_ONCE", 1)
    assert [each["id"] for each in reader.get(API).json()["sent"]] == ["fr:1:2", "fr:1:1"]
    assert listed(reader) == [("fr:1:4", "parked", "ended_by_roster"), ("fr:1:3", "parked", "ended_by_roster")]
    page = reader.get(PAGE).text
    assert "Signed with a key of this section, and does not count" in page
    assert page.count("The list of sections ends this log before this number.") == 2
    everything = [(f"fr:1:{n}", state) for n, state in ((2, "applied"), (1, "applied"), (4, "parked"), (3, "parked"))]
    lines = list(map(json.loads, reader.get(PAGE + "/export?format=jsonl").text.splitlines()))
    assert [(line["id"], line["state"]) for line in lines] == everything
    rows = list(csv.DictReader(reader.get(PAGE + "/export?format=csv").text.splitlines()))
    assert [(row["number"], row["state"]) for row in rows] == everything
    assert reader.get(PAGE + "/export?format=jsonl&type=org.intl.nothing.v1").text == ""
    told = CliRunner().invoke(command, obj=lambda: house[1]).output
    assert [line.split()[0] for line in told.splitlines() if line.startswith("fr:")] == [
        "fr:1:2",
        "fr:1:1",
        str(cut[3].ref),
        str(cut[2].ref),
    ]


def test_it_is_opened_and_its_text_taken_back_from_all(
    house: list[Section], cut: list[Envelope], reader: httpx.Client, member: Make
) -> None:
    ic, fr, _ar = house
    for id in ("fr:1:3", str(cut[2].ref)):
        page = reader.get(f"{PAGE}/{id}").text
        assert "does not count" in page
        assert f"{PAGE}/{cut[2].ref}/withdraw" in page
    assert "Every section deletes the text" in reader.get(f"{PAGE}/{cut[2].ref}/withdraw").text
    before = texts(ic)
    form = {"reason": "safety", "sure": "true"}
    answer = reader.post(f"{PAGE}/{cut[2].ref}/withdraw", data=form)
    assert answer.status_code == 200
    assert "Taken back on" in answer.text
    carry(fr, ic)
    assert texts(fr) == texts(ic) == before - len(cut[2].parts)
    with pytest.raises(Conflict, match="already taken back"):
        take_back(fr, "fr:1:3", member(fr, "delegate", "secretary"))


def test_a_twin_is_listed_beside_ours(house: list[Section], reader: httpx.Client, member: Make) -> None:
    _ic, fr, _ar = house
    spoken(fr, member, 2)
    other = rival(fr, Address("fr", 1, 2))
    assert fr.accept([other]) == ["forked"]
    found = reader.get(API).json()["uncounted"]["sent"]
    assert {(each["id"], each["state"], each["reason"], each["author"]) for each in found} == {
        ("fr:1:2", "parked", "forked", "rosa"),
        ("fr:1:2", "forked", "forked", "somebody"),
    }
    for each in found:
        assert reader.get(f"{API}/{each['ref']}").json()["sent"]["author"] == each["author"]
        assert "Two different messages were signed with this number" in reader.get(f"{PAGE}/{each['ref']}").text
    assert reader.get(f"{PAGE}/fr:1:2:{'0' * 16}").status_code == 404


def test_a_twin_of_what_counts_is_listed_and_ours_only_once(house: list[Section], reader: httpx.Client, member: Make) -> None:
    """The International has decided for ours."""
    _ic, fr, _ar = house
    said = spoken(fr, member, 2)
    other = rival(fr, Address("fr", 1, 2))
    fr.accept([other])
    decided(fr, said[1], house)
    assert [each["id"] for each in reader.get(API).json()["sent"]] == ["fr:1:2", "fr:1:1"]
    (twin,) = reader.get(API).json()["uncounted"]["sent"]
    assert (twin["id"], twin["state"], twin["author"]) == ("fr:1:2", "forked", "somebody")
    assert reader.get(f"{API}/fr:1:2").json()["sent"]["ref"] == str(said[1].ref)
    assert reader.get(f"{API}/{twin['ref']}").json()["sent"]["author"] == "somebody"


def test_what_an_earlier_key_signs_is_listed_and_what_others_make_up_is_not(
    house: list[Section], cut: list[Envelope], reader: httpx.Client, member: Make
) -> None:
    _ic, fr, _ar = house
    old = next(each for each in carrying.said(fr) if of(each).sequence == 1).signature.partition(".")[0]
    body, _written = envelope.write(replace(cut[0], epoch=2, author="thief"))
    stolen = next(key for key in fr.log_keys.all if key.public.id == old)
    true = stolen.sign(keys.EVENT, body)
    false = ROOT.sign(keys.EVENT, body).replace(ROOT.public.id, old)
    subject = Address("fr", 2, 1).subject
    assert fr.accept([Delivery(subject, body, each, "test") for each in (false, true)]) == ["quarantined"] * 2
    (refused,) = [each for each in listed(reader) if each[1] == "refused"]
    assert refused == ("fr:2:1", "refused", "unknown_key")
    page = reader.get(f"{PAGE}/fr:2:1").text
    assert "It is signed with a key that the list of sections does not know." in page
    assert "/withdraw" not in page
    with pytest.raises(Conflict, match="not one of this section"):
        take_back(fr, "fr:2:1", member(fr, "delegate", "secretary"))


def test_what_would_not_be_heeded_is_not_said(house: list[Section], federation: Make, browser: Make, member: Make) -> None:
    """A message takes back what has a lower number than its own. Here the log has a gap: its beginning is not back yet."""
    _ic, fr, _ar = house
    spoken(fr, member, 3)
    restored = federation.fresh("fr")  # type: ignore[attr-defined]  # of the federation that the fixture makes
    restored.accept(carrying.said(fr)[1:])
    assert listed(browser(restored, "delegate")) == [("fr:1:3", "parked", "gap"), ("fr:1:2", "parked", "gap")]
    with pytest.raises(Conflict, match="has come to number 0"):
        take_back(restored, "fr:1:3", member(fr, "delegate", "secretary"))


def test_versions_signed_here_are_known_by_the_notes_beside_the_root_key(house: list[Section], reader: httpx.Client) -> None:
    _ic, fr, _ar = house
    assert "Version 1 of the list of sections" not in reader.get(PAGE).text
    with fr.reading() as session:
        first = roster.hashes(session)[1]
    notes = [f"{ROOT.public.id} 1 {first}", f"{ROOT.public.id} 9 {'0' * 64}"]
    fr.settings.root_key.with_suffix(".signed").write_text("".join(f"{each}\n" for each in notes))
    page = reader.get(PAGE).text
    assert "Version 1 of the list of sections, of" in page
    assert "Version 9 of the list of sections, with a root key that is kept here. It is not in the list here" in page


def test_the_page_says_what_it_cannot_list(reader: httpx.Client) -> None:
    page = reader.get(PAGE).text
    assert "Requests to join, root cards, and questions to other sections" in page
    assert "Nothing else" not in page
