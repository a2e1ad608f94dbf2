"""Sealed events: what is said to named sections only, inside an envelope that everybody can check.

The outer event has the type ``org.intl.sealed.v1``, names the sections in ``audience``, and has neither author nor refs. Its
``data`` (or, when that would be too long, its parts joined in order) is an age file. Inside, padded to ``STEP``, is one line
of strict JSON that repeats the outer context, then the contents of the parts one after another, then zeros. So nobody can pass
off a copied age file as their own word: the line inside names the section and the number that it was written for. ``digest`` pins
what is inside (a random ``salt`` in it makes guessing useless), so that it can be shown to others later, and checked.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import msgspec
from pydantic import Field, StringConstraints, ValidationError

from internationale.errors import Untrusted
from internationale.events import keys, sealing, strict
from internationale.events.envelope import MAX_BODY, SEALED, Address, Envelope, is_type, refs_of
from internationale.events.refs import Ref, RefText
from internationale.events.sealing import Identity
from internationale.events.types import Payload

INLINE = 96 * 1024
"""The most bytes of an age file inside the envelope; a longer one travels in parts."""
PART = 256 * 1024 - 16
"""The most bytes of one part of an age file (a part has 16 bytes of salt)."""
MAX_PARTS = 96
"""The most parts of one sealed event: 24 MiB."""
DATASCHEMA = "urn:intl:schema:sealed:1"

_Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Sealed(Payload):
    """The ``data`` of the outer event. ``size``: bytes before encryption, a multiple of ``STEP``; ``digest``: their SHA-256.

    ``content``: the age file in base64url; None: it is in the parts.
    """

    digest: _Hash
    size: Annotated[int, Field(ge=sealing.STEP, le=MAX_PARTS * 256 * 1024, multiple_of=sealing.STEP)]
    content: Annotated[str, StringConstraints(max_length=MAX_BODY)] | None = None


class Reshared(Payload):
    """``sealing.reshared``: what was sealed for some is shown to more. ``events`` are the originals, each by its ref; what is
    inside them are the parts of this event, in the same order, and must be what the originals' signed digests pin.

    ``subject``: what they are about, such as a document's id.
    """

    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    events: Annotated[tuple[RefText, ...], Field(min_length=1, max_length=256)]


class _Inside(Payload):
    """The line inside. ``parts``: the lengths of what follows it, in bytes."""

    section: str
    epoch: int
    sequence: int
    audience: str
    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32,64}$")]
    type: str
    dataschema: str
    refs: Annotated[tuple[str, ...], Field(max_length=256)] = ()
    author: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")] | None = None
    data: dict[str, Any]
    parts: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=256)] = ()


@dataclass(frozen=True)
class Opened:
    """What was inside: the event as if it had been said openly (with the outer number, time and hash), its parts' contents by
    name (the SHA-256 of the content), and the bytes themselves, by which somebody else could check it.
    """

    envelope: Envelope
    parts: dict[str, bytes]
    plain: bytes


def write(said: Envelope, contents: Sequence[bytes], recipients: Sequence[str]) -> tuple[Sealed, tuple[bytes, ...]]:
    """Seal an event with its parts' contents: the outer ``data``, and the contents of the outer parts.

    ``said.audience`` names the sections, sorted, ours among them. Raises ``ValueError`` when it is too long or a recipient is
    none, and ``Untrusted`` when it is not what the strict rules allow.
    """
    inside = {
        "section": said.section,
        "epoch": said.epoch,
        "sequence": said.sequence,
        "audience": said.audience,
        "salt": secrets.token_hex(16),
        "type": said.type,
        "dataschema": said.dataschema,
        "refs": [str(ref) for ref in said.refs],
        "author": said.author,
        "data": dict(said.data),
        "parts": [len(content) for content in contents],
    }
    try:
        line = msgspec.json.encode(inside)
    except UnicodeEncodeError as error:
        raise Untrusted("bad_text") from error
    plain = sealing.padded(b"".join([line, b"\n", *contents]))
    file = sealing.encrypt(plain, recipients)
    if len(line) > MAX_BODY or len(file) > MAX_PARTS * PART:
        raise ValueError("too long to be sealed")
    short = len(file) <= INLINE
    data = Sealed(digest=hashlib.sha256(plain).hexdigest(), size=len(plain), content=keys.encode(file) if short else None)
    return data, () if short else tuple(file[start : start + PART] for start in range(0, len(file), PART))


def outside(outer: Envelope) -> Sealed:
    """The ``data`` of a sealed event, which everybody can read. Raises ``Untrusted("malformed_data")``."""
    try:
        data = Sealed.model_validate(dict(outer.data))
    except ValidationError as error:
        raise Untrusted("malformed_data") from error
    if (data.content is None) != bool(outer.parts) or len(outer.parts) > MAX_PARTS:
        raise Untrusted("malformed_data")
    return data


def open(outer: Envelope, part: Callable[[str], bytes], identities: Sequence[Identity]) -> Opened:
    """Open a sealed event with our identities; ``part`` gives the content of an outer part by its name.

    Raises ``Untrusted``: ``malformed_data`` (known to everybody), ``not_readable`` (none of our identities opens it), and the
    reasons of ``check``.
    """
    data = outside(outer)
    if data.content is None:
        file = b"".join(part(name) for name in outer.parts)
    else:
        try:
            file = keys.decode(data.content)
        except ValueError as error:
            raise Untrusted("malformed_data") from error
    return check(outer, sealing.decrypt(file, identities))


def check(outer: Envelope, plain: bytes) -> Opened:
    """Read what is said to be inside. Raises ``Untrusted``: ``sealed_context`` (it is not what was signed, or was written for
    another number, section or audience), ``sealed_malformed``.
    """
    data = outside(outer)
    if len(plain) != data.size or hashlib.sha256(plain).hexdigest() != data.digest:
        raise Untrusted("sealed_context")
    line, _, rest = plain.partition(b"\n")
    inside = _inside(line)
    outer_context = (outer.section, outer.epoch, outer.sequence, outer.audience)
    if (inside.section, inside.epoch, inside.sequence, inside.audience) != outer_context:
        raise Untrusted("sealed_context")
    end = sum(inside.parts)
    if end > len(rest) or rest[end:].strip(b"\0"):
        raise Untrusted("sealed_malformed")
    contents = _cut(rest, inside.parts)
    said = replace(
        outer,
        type=inside.type,
        dataschema=inside.dataschema,
        refs=_refs(inside.refs),
        author=inside.author,
        data=inside.data,
        parts=tuple(hashlib.sha256(content).hexdigest() for content in contents),
    )
    return Opened(said, dict(zip(said.parts, contents, strict=True)), plain)


def written_for(plain: bytes) -> Address | None:
    """The event that somebody shows us the inside of, by what is written in it; None when it has not the form of an inside."""
    try:
        inside = _inside(plain.partition(b"\n")[0])
    except Untrusted:
        return None
    return Address(inside.section, inside.epoch, inside.sequence)


def may_stand_on(said: Envelope, cause_readers: str | None) -> bool:
    """Whether an event may have a cause that was said to these sections (None: openly): whoever reads it must be able to read
    that too. Known to everyone from the outer events alone.
    """
    if cause_readers is None:
        return True
    return said.readers is not None and set(said.readers.split()) <= set(cause_readers.split())


def _cut(rest: bytes, lengths: Sequence[int]) -> list[bytes]:
    contents, start = [], 0
    for length in lengths:
        contents.append(rest[start : start + length])
        start += length
    return contents


def _inside(line: bytes) -> _Inside:
    if len(line) > MAX_BODY:
        raise Untrusted("sealed_malformed")
    try:
        strict.read(line)
        inside = _Inside.model_validate_json(line)
    except (Untrusted, ValidationError) as error:
        raise Untrusted("sealed_malformed") from error
    if not is_type(inside.type) or inside.type == SEALED:
        raise Untrusted("sealed_malformed")
    return inside


def _refs(words: tuple[str, ...]) -> tuple[Ref, ...]:
    try:
        return refs_of(words)
    except Untrusted as error:
        raise Untrusted("sealed_malformed") from error
