"""Files and answers from anywhere: bundles, proofs, questions over the bus, sealed bodies, chunks of attachments."""

import hashlib
import io
import json
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.bundle.form import Damaged, Ending
from internationale.bundle.packing import Wanted, lines
from internationale.bundle.reading import MAX_LINE, read
from internationale.events import proofs, roster, sealed, sealing
from internationale.events.envelope import SEALED, seal
from internationale.events.sealing import Identity
from internationale.kit import Utterance
from internationale.rooms.attachments.rules import chunking, names
from internationale.rooms.roster import queries
from internationale.testing import notes
from internationale.testing.people import speaker

from .mutating import BYTE_MUTATIONS, JSON_MUTATIONS, byte_mutants, fuzzing, json_mutants, text_mutants, tried
from .test_fuzz_events import ENVELOPE


def say(section, *texts, parts=()):
    with section.writing() as session:
        said = [Utterance(notes.Written(text=text), parts=parts, author="rosa") for text in texts]
        return section.publish(session, *said, by=speaker(section))


@fuzzing(100)
@given(st.binary(max_size=200))
def test_any_file_where_a_bundle_should_be(content):
    items, reason = tried(lambda: list(read(io.BytesIO(content), "a file")))
    assert reason in ("", "malformed_bundle")
    assert reason or isinstance(items[-1], Ending)


def test_a_line_without_an_end_takes_no_memory(pair):
    """A hundred times the longest line, and no more memory than a few of them."""
    _ic, fr = pair
    say(fr, "first")
    header = next(lines(fr, Wanted()))

    class Endless(io.RawIOBase):
        left = 100 * MAX_LINE

        def readable(self):
            return True

        def readinto(self, buffer):
            count = min(len(buffer), self.left)
            buffer[:count] = b"x" * count
            self.left -= count
            return count

    endless = io.BufferedReader(Endless())
    tracemalloc.start()
    items = [item for item in read(_After(header, endless), "a file") if isinstance(item, Damaged | Ending)]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert items == [Damaged(2, "oversize"), Ending(whole=False)]
    assert peak < 10 * MAX_LINE


class _After:
    """A stream that begins with a line."""

    def __init__(self, line, stream):
        self._line, self._stream = line, stream

    def readline(self, size):
        line, self._line = self._line, b""
        return line or self._stream.readline(size)


def test_proofs_of_forks(pair):
    """No file proves a fork that there is not; whatever else is in it."""
    _ic, fr = pair
    (envelope,) = say(fr, "one way")
    with fr.reading() as session:
        (event,) = fr.ledger.own_events_after(session, 1, 0)
        chain = roster.verify_chain(queries.chain(session))
    rival = seal(replace(envelope, data={"text": "another way"}, parts=()), fr.key)
    true = list(proofs.lines(chain, envelope.address, [event.signed, rival]))
    assert [proof.address for proof in proofs.check(true)] == [envelope.address]

    @fuzzing(200)
    @given(st.integers(0, len(true) - 1), BYTE_MUTATIONS | JSON_MUTATIONS)
    def rounds(place, change):
        changed = [*true[:place], change(true[place].encode()).decode("utf-8", "replace"), *true[place + 1 :]]
        found, _reason = tried(proofs.check, changed)
        assert {proof.address for proof in found or ()} <= {envelope.address}

    rounds()


OURS, STRANGER = Identity.generate(), Identity.generate()
SECRET = replace(ENVELOPE, audience="fr ic", refs=(), parts=(), type="org.intl.notes.written.v1")
SEALED_REASONS = {"malformed_data", "not_readable", "sealed_context", "sealed_malformed"}


def outer(data, parts=()):
    names_of = tuple(f"{number:064x}" for number, _part in enumerate(parts))
    return replace(SECRET, type=SEALED, author=None, refs=(), data=data, parts=names_of)


@pytest.mark.parametrize("contents", [(), (b"a part", b""), (b"long" * 60_000,)], ids=["short", "with parts", "long"])
def test_sealed_bodies(contents):
    """Changed on the way, or made in malice by who seals: a declared reason, never something else than was signed."""
    data, parts = sealed.write(SECRET, contents, [OURS.recipient])
    true = outer(data.model_dump(mode="json"), parts)
    by_name = dict(zip(true.parts, parts, strict=True))
    opened = sealed.open(true, by_name.__getitem__, [STRANGER, OURS])
    assert opened.envelope.data == SECRET.data

    def reason(envelope, part=by_name.__getitem__, identities=(OURS,)):
        found, why = tried(sealed.open, envelope, part, identities)
        assert why in SEALED_REASONS | {""}
        assert why or (found.envelope.address, found.envelope.audience) == (envelope.address, envelope.audience)
        return why

    assert reason(true, identities=(STRANGER,)) == "not_readable"
    assert reason(replace(true, sequence=true.sequence + 1)) == "sealed_context"
    assert reason(replace(true, section="ic")) == "sealed_context"
    body = json.dumps(dict(true.data)).encode()

    @fuzzing(60)
    @given(json_mutants(body) | byte_mutants(body), byte_mutants(parts[0] if parts else b"file"), st.booleans())
    def on_the_way(changed, part, which):
        if parts and which:
            assert reason(true, {**by_name, true.parts[0]: part}.__getitem__) in ("", "not_readable", "sealed_context")
            return
        try:
            value = json.loads(changed)
        except (ValueError, RecursionError):
            return
        if isinstance(value, dict):
            reason(replace(true, data=value))

    line = opened.plain.partition(b"\n")[0]

    @fuzzing(60)
    @given(json_mutants(line) | byte_mutants(line))
    def in_malice(changed):
        plain = sealing.padded(b"".join([changed, b"\n", *contents]))
        digest = hashlib.sha256(plain).hexdigest()
        envelope = outer({"digest": digest, "size": len(plain), "content": ""})
        found, why = tried(sealed.check, envelope, plain)
        assert why in SEALED_REASONS | {""}
        assert why or found.envelope.address == envelope.address

    on_the_way()
    in_malice()


@pytest.mark.parametrize("key", [b"", bytes(32)], ids=["open", "encrypted"])
def test_chunks_of_attachments(key):
    """A chunk that is not what was attached is never taken for it."""
    cutter = chunking.Cutter(key, chunk=1000)
    chunks = [*cutter.add(bytes(range(256)) * 10), *cutter.end()]
    content = cutter.content()
    assert b"".join(content.plain(number, chunk) for number, chunk in enumerate(chunks)) == bytes(range(256)) * 10

    @fuzzing(100)
    @given(st.integers(0, 2), st.integers(0, 2).flatmap(lambda number: byte_mutants(chunks[number])))
    def rounds(number, changed):
        if changed != chunks[number]:
            with pytest.raises(chunking.Damaged):
                content.plain(number, changed)

    rounds()


@fuzzing(300)
@given(text_mutants("../dir/report.pdf") | st.text(max_size=400))
def test_names_of_files(name):
    """No way out of the folder, nothing that deceives, nothing empty."""
    safe = names.safe(name)
    assert safe
    assert safe not in (".", "..")
    assert not set(safe) & set("/\\\0\n\r\u202e")
    safe.encode()
    assert "\n" not in names.headers(safe, 1)["Content-Disposition"]
    assert "/" in names.media(name)
