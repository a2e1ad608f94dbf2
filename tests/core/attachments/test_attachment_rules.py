"""Cutting and joining, names, traces in files: what is pure."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.kit.attachments import Limits
from internationale.rooms.attachments.events import NAME, fit
from internationale.rooms.attachments.rules import names
from internationale.rooms.attachments.rules.chunking import CHUNK, Cutter, Damaged, hash_of, opened, step, travelling
from internationale.rooms.attachments.rules.hidden import Hidden, hidden

KEY = bytes(range(32))
HIDDEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202e\u2060\u2064\u2065\u2069\u206f\ufeff\ufff9\U0001d173\U000e0001\U000e0041\U000e007f"
)
"""What nobody sees in a name, so that two files seem to have the same."""


@given(st.lists(st.binary(max_size=3000), max_size=8), st.sampled_from([b"", KEY]), st.integers(1, 2000))
def test_a_file_is_cut_and_joined_again(pieces: list[bytes], key: bytes, chunk: int) -> None:
    cutter = Cutter(key, chunk)
    chunks = [body for piece in pieces for body in cutter.add(piece)] + cutter.end()
    content, whole = cutter.content(), b"".join(pieces)
    assert len(content.chunks) == len(chunks) == -(-len(whole) // chunk)
    assert b"".join(content.plain(number, body) for number, body in enumerate(chunks)) == whole
    assert (content.size, content.blob == content.digest) == (len(whole), not (key and whole))
    if key:
        assert all(len(body) % 4096 == 16 for body in chunks)


@pytest.mark.parametrize(
    ("size", "class_"),
    [
        (1, 4096),
        (4096, 4096),
        (100_000, 102_400),
        (524_288, 524_288),
        (600_001, 606_208),
        (1_000_000, 1_015_808),
        (5_000_000, 5_111_808),
        (5_100_000, 5_111_808),
        (200_000_000, 200_278_016),
    ],
)
def test_of_an_encrypted_file_a_size_class_is_seen(size: int, class_: int) -> None:
    """The classes of Padmé (``PURBs``, section 4): with exponent E of the size, the last E - (bits of E) bits are zeros; at least
    4 KiB, and at most what fills the last chunk.
    """
    assert size - size % CHUNK + -(-(size % CHUNK) // step(size)) * step(size) == class_


@given(st.integers(1, 2**40))
def test_padding_costs_an_eighth_at_most(size: int) -> None:
    assert step(size) <= max(4096, size / 8)
    assert CHUNK % step(size) == 0


@pytest.mark.parametrize("size", [1, CHUNK, CHUNK + 1, 2 * CHUNK + 300_000])
def test_a_file_that_an_earlier_version_has_padded_is_read(size: int) -> None:
    whole = bytes(range(256)) * (size // 256) + bytes(range(size % 256))
    cutter = Cutter(KEY)
    chunks = cutter.add(whole) + cutter.end()
    content = cutter.content()
    number = len(chunks) - 1
    last = whole[number * CHUNK :]
    before = travelling(last, number, KEY)
    earlier = replace(content, chunks=(*content.chunks[:-1], hash_of(before)))
    assert (content.plain(number, chunks[-1]), earlier.plain(number, before)) == (last, last)
    assert len(chunks[-1]) == len(last) + -len(last) % step(size) + 16
    longer = travelling(last, number, KEY, 2 * CHUNK)
    assert not replace(content, chunks=(*content.chunks[:-1], hash_of(longer))).fits(number, longer)


def test_an_encrypted_chunk_opens_in_its_place_only() -> None:
    cutter = Cutter(KEY, 10)
    first, second = cutter.add(b"0123456789" * 2)
    assert b"0123456789" not in first
    assert opened(second, 1, KEY)[:10] == b"0123456789"
    for body, number, key in ((first, 1, KEY), (first, 0, bytes(32)), (first[:-1] + b"x", 0, KEY), (b"", 0, KEY)):
        with pytest.raises(Damaged):
            opened(body, number, key)
    with pytest.raises(Damaged):
        cutter.content().plain(0, second)


@given(st.text(max_size=400))
def test_any_name_becomes_fit(name: str) -> None:
    assert fit(names.safe(name)) == names.safe(names.safe(name))
    assert len(names.safe(name)) <= NAME
    assert names.headers(name, "0" * 64)["Content-Disposition"].isascii()


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\rosa\\plan.pdf", "plan.pdf"),
        ("..", "file"),
        ("", "file"),
        (" .bashrc ", "bashrc"),
        ("a\x00b\nc.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("خطة العمل.pdf", "خطة العمل.pdf"),
        ("می\u200cرود.pdf", "میرود.pdf"),
        ("pl\u200ban\U000e0041\u2065.pdf", "plan.pdf"),
        ("x" * 300 + ".pdf", "x" * (NAME - 4) + ".pdf"),
        ("x" * 300, "x" * NAME),
    ],
)
def test_names(given_: str, kept: str) -> None:
    assert names.safe(given_) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a/b",
        "a\\b",
        "a\x00",
        "a\u202eb",
        " a",
        "a.",
        "\x85",
        *(f"a{each}b" for each in HIDDEN),
        *HIDDEN,
        "\u200c",
        "\u200d. ",
    ],
)
def test_names_that_no_event_may_have(name: str) -> None:
    with pytest.raises(ValueError, match="unfit_name"):
        fit(name)


def test_types_are_told_and_never_believed() -> None:
    assert names.media("Text/HTML; charset=utf-8") == "text/html"
    assert names.media("nonsense") == names.media("a/b c") == names.media("") == names.UNKNOWN


def test_what_a_file_may_tell() -> None:
    assert hidden(b"\xff\xd8\xff\xe1..Exif\x00\x00..") is Hidden.PHOTOGRAPH
    assert hidden(b"\xff\xd8\xff\xe0..JFIF..") is Hidden.PICTURE
    assert hidden(b"\x89PNG....eXIf") is Hidden.PHOTOGRAPH
    assert hidden(b"%PDF-1.7") is hidden(b"PK\x03\x04") is Hidden.TEXT
    assert hidden(b"words") is hidden(b"") is Hidden.NOTHING


def test_the_settings() -> None:
    assert Limits.read({"file": 20}) == Limits(file=20)
    assert Limits.read('{"all": 5, "days": 1}') == Limits(all=5, days=1)


def test_a_chunk_has_exactly_the_length_that_was_announced() -> None:
    """A section cannot send more than the room that it was given."""
    cutter = Cutter(b"", 4)
    chunks = cutter.add(b"0123456") + cutter.end()
    content = cutter.content()
    assert [content.fits(number, body) for number, body in enumerate(chunks)] == [True, True]
    assert not replace(content, size=5).fits(1, chunks[1])
    assert not replace(content, chunk=3).fits(0, chunks[0])
