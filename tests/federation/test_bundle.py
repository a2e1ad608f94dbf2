"""A bundle brings what it holds by the same doors as a hub; damage costs what is damaged and nothing else."""

import io
import json
from collections.abc import Callable

import pytest

from internationale.bundle import packing, since, taking, unpacking
from internationale.bundle.packing import Wanted
from internationale.bundle.unpacking import Unpacked, unpack
from internationale.errors import Conflict, Untrusted
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries
from internationale.testing import builds, oracle


@pytest.fixture
def pack() -> Callable[..., bytes]:
    """``pack(fr, sections=…, since=…)``: a bundle."""
    return lambda section, **wanted: b"".join(packing.lines(section, Wanted(**wanted)))


@pytest.fixture
def give() -> Callable[..., Unpacked]:
    """``give(ar, bundle)``: what came of taking it in."""
    return lambda section, content: unpack(section, io.BytesIO(content), "a stick")


def test_everything_travels_in_one_file(three, say, pack, give):
    ic, fr, ar = three
    first = say(ic, "a question", parts=(b"at length",))
    give(fr, pack(ic))
    say(fr, "an answer", first, parts=(b"longer",))
    content = pack(fr)
    found = give(ar, content)
    assert (found.new, found.parts, found.whole, found.damages) == (2, 2, True, 0)
    assert found.outcomes == {"waiting": 2}
    give(ic, content)
    for section in three:
        give(ic, pack(section))
    oracle.agree(*three, said=2)
    again = give(ar, content)
    assert (again.new, again.outcomes["duplicate"], again.parts) == (0, 2, 0)


def test_events_of_several_logs_come_with_their_causes_before_them(three, say, pack, give):
    ic, fr, ar = three
    last = say(ic, "0")
    for number in range(1, 30):
        one, other = (ic, fr) if number % 2 else (fr, ic)
        give(other, pack(one))
        last = say(other, str(number), last)
    assert dict(give(ar, pack(other)).outcomes) == {"applied": 30}


def test_only_some_logs_and_only_what_is_new(three, say, pack, give):
    ic, fr, ar = three
    say(ic, "one")
    say(fr, "two")
    give(ic, pack(fr))
    assert give(ar, pack(ic, sections=["fr"])).outcomes == {"applied": 1}
    say(fr, "three")
    had = since.covered(io.BytesIO(pack(ic)))
    assert had == {("ic", 1): 1, ("fr", 1): 1}
    found = give(ic, pack(fr, since=had))
    assert (found.announced, found.outcomes) == (1, {"applied": 1})


def test_a_bundle_without_events_says_what_somebody_has(three, say, pack, give):
    ic, fr, _ar = three
    say(ic, "one")
    say(fr, "two")
    give(fr, pack(ic))
    assert since.covered(io.BytesIO(pack(fr, spans=()))) == {("ic", 1): 1, ("fr", 1): 1}


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_off_counts_as_far_as_it_goes(three, say, pack, give, kept):
    ic, fr, _ar = three
    for number in range(20):
        say(ic, str(number))
    content = pack(ic)
    found = give(fr, content[: int(len(content) * kept)])
    assert not found.whole
    assert 0 < found.new < 20
    assert give(fr, content).whole
    assert {row[2] for row in oracle.rows(fr)["notes_note"]} == {str(number) for number in range(20)}


def test_a_damaged_line_is_told_of_and_the_rest_counts(three, say, pack, give):
    ic, fr, _ar = three
    for number in range(3):
        say(ic, str(number), parts=(b"long",))
    lines = pack(ic).splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if b'"part"' in line)
    spoiled = [*lines]
    spoiled[place] = b'{"part":"?"}\n'
    found = give(fr, b"".join(spoiled))
    assert [(damaged.number, damaged.reason) for damaged in found.damaged] == [(place + 1, "malformed_line")]
    assert (found.outcomes.total(), found.parts, found.whole) == (3, 2, False)
    assert give(fr, b"".join(lines)).parts == 1


def test_a_line_without_end_takes_no_memory(three, say, pack, give):
    ic, fr, _ar = three
    say(ic, "one")
    lines = pack(ic).splitlines(keepends=True)
    found = give(fr, lines[0] + b"x" * 2_000_000 + b"\n" + b"".join(lines[1:]))
    assert [(damaged.number, damaged.reason) for damaged in found.damaged] == [(2, "oversize")]
    assert (found.new, found.whole) == (1, False)


SPELT = {"bad_text": ("\\u0000", "\\ud800", "\\u009b"), "": ("x" * 40_000, "é" * 40_000, ", ")}


@pytest.mark.parametrize("more", [each for some in SPELT.values() for each in some], ids=lambda each: each[:6])
def test_no_database_stumbles_over_what_stands_beside_a_true_signature(three, say, pack, give, more):
    """Not over what PostgreSQL has no room for, nor over what is no character: the true things still come, and nothing fails."""
    ic, _fr, ar = three
    say(ic, "one")
    say(ic, "two")
    header, *lines = pack(ic).splitlines()[:-1]
    signed = [json.loads(line) for line in lines]
    signatures = {each.get("signature") or (each.get("roster") or each.get("heads"))["signatures"][0] for each in signed}
    spoiled = [line.replace(each.encode(), each.encode() + more.encode()) for line in lines for each in signatures]
    spoiled = [line for line in spoiled if line not in lines]
    assert len(spoiled) >= 3, "events, and heads or a roster"
    found = give(ar, b"".join(line + b"\n" for line in (header, *spoiled, *lines)))
    damages = len(spoiled) if more in SPELT["bad_text"] else 0
    assert (found.damages, {each.reason for each in found.damaged}) == (damages, {"bad_text"} if damages else set())
    assert dict(found.outcomes) == {"applied": 2} | ({} if damages else {"quarantined": 2})
    assert oracle.rows(ar) == oracle.rows(ic)


def test_what_is_not_authentic_is_turned_away_and_the_true_event_still_comes(three, say, pack, give):
    ic, fr, _ar = three
    say(ic, "true")
    content = pack(ic)
    event = next(json.loads(line) for line in content.splitlines() if b'"subject"' in line)
    forged = json.dumps(event | {"signature": event["signature"][:-4] + "AAAA"}).encode()
    found = give(fr, content.splitlines(keepends=True)[0] + forged + b"\n")
    assert dict(found.outcomes) == {"quarantined": 1}
    assert dict(give(fr, content).outcomes) == {"applied": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"[]\n",
        b'{"bundle":2,"by":"fr","logs":[]}\n',
        b'{"bundle":1,"by":"fr"}\n',
        b'{"bundle":1,"by":"fr","logs":[{"section":"fr","epoch":1,"first":2,"last":1}]}\n',
        b'{"bundle":1,"by":"fr","logs":[{"section":"fr","epoch":1,"first":true,"last":1}]}\n',
        b'{"bundle":1,"by":"fr","logs":[]}',
    ],
)
def test_what_is_no_bundle(three, give, content):
    with pytest.raises(Untrusted, match="malformed_bundle"):
        give(three[0], content)


def test_joining_comes_first(three, federation, say, pack, give):
    say(three[0], "one")
    with pytest.raises(Conflict):
        give(federation.alone("it", plugins=builds.today()), pack(three[0]))


def test_two_histories_travel_as_a_proof(three, say, pack, give, backup):
    ic, fr, ar = three
    say(fr, "before")
    restore = backup(fr)
    say(fr, "one history")
    other = restore()
    say(other, "another")
    give(ic, pack(fr))
    assert "forked" in give(ic, pack(other)).outcomes
    found = give(ar, pack(ic))
    assert found.outcomes["forked"] == 1
    assert [row[2] for row in oracle.rows(ar)["notes_note"]] == ["before"]
    other.close()


def test_what_is_nearly_nothing_does_not_gather_for_ever(three, say, pack, give, monkeypatch):
    """Empty parts make a small file, and would be as many things in memory; and what stands beside a body counts, too."""
    ic, fr, _ar = three
    say(ic, "one", parts=(b"at length",))
    lines = pack(ic).splitlines(keepends=True)
    monkeypatch.setattr(unpacking, "BYTES", 64 * 1024)
    held: list[tuple[str, int]] = []
    for name in ("accept", "add_parts"):
        deed = getattr(fr, name)

        def watched(items, name=name, deed=deed):
            held.append((name, len(items)))
            return deed(items)

        monkeypatch.setattr(fr, name, watched)
    event = b'{"subject":"' + b"x" * 10_000 + b'","body":"","signature":""}\n'
    found = give(fr, b"".join([lines[0], *[b'{"part":""}\n'] * 1_000, *lines[1:-1], *[event] * 20]))
    most = 64 * 1024 // unpacking.RECORD
    assert max(number for name, number in held if name == "add_parts") <= most
    assert max(number for name, number in held if name == "accept") <= 7
    assert (found.outcomes["applied"] + found.outcomes["waiting"], found.outcomes["quarantined"], found.parts) == (1, 20, 1)


def test_what_claims_to_be_a_list_keeps_nobody_waiting(three, pack, give, monkeypatch):
    """Of what cannot be read nothing is written; of the rest a few are judged at a time, and others write in between."""
    ic, fr, _ar = three
    monkeypatch.setattr(taking, "AT_ONCE", 2)
    with ic.reading() as session:
        document = queries.chain(session)[0]
    bodies = [document.body.replace(b'"version":1', b'"version":%d' % number) for number in range(11, 16)]
    claims = [SignedDocument(body, document.signatures) for body in [*bodies, *[b"{}"] * 99]]
    first, last = (line for line in pack(ic).splitlines(keepends=True) if b"roster" not in line)
    lines = [json.dumps({"roster": each.plain()}).encode() + b"\n" for each in claims]
    writing, turns = fr.writing, []
    monkeypatch.setattr(fr, "writing", lambda **how: turns.append(how) or writing(**how))
    found = give(fr, b"".join([first, *lines, last]))
    assert (found.rosters, len(turns)) == (0, 3)
