"""The envelope: one event as a CloudEvents 1.0 JSON object, exactly the bytes that were signed.

Nothing is canonicalised: the bytes are the record, the signature covers their DSSE encoding, and a receiver verifies
before it parses. Format and test vectors are documented in ``core/internationale/events/README.md``.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self

import msgspec

from internationale.errors import Untrusted
from internationale.events import keys, strict
from internationale.events.refs import SECTION, Ref

MAX_BODY = 256 * 1024
"""The largest envelope, in bytes. What is larger travels as parts."""
MAX_REFS = 256
MAX_TYPE = 200
"""The longest type, in characters. Every database has it in its indexes, and PostgreSQL has no room there for 2,704 bytes."""
MAX_READERS = 128
"""The most sections that a sealed event may name: a file that more could open is not opened (``sealing.MAX_RECIPIENTS``)."""
SEALED = "org.intl.sealed.v1"
PUBLIC = "public"
INTERNATIONAL = "international"

_SUBJECT = re.compile(rf"intl\.v1\.log\.({SECTION})\.([1-9][0-9]{{0,8}})\.([1-9][0-9]{{0,14}})")
_TYPE = re.compile(r"org\.intl(\.[a-z][a-z0-9_]*)+\.v[1-9][0-9]{0,3}")
_TIME = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z")
_HEX64 = re.compile(r"[0-9a-f]{64}")
_AUTHOR = re.compile(r"[^\x00-\x20\x7f]([^\x00-\x1f\x7f]{0,62}[^\x00-\x20\x7f])?")
_REQUIRED = frozenset(
    [
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "datacontenttype",
        "dataschema",
        "epoch",
        "sequence",
        "prevhash",
        "audience",
        "data",
    ]
)
_TEXTS = _REQUIRED - {"specversion", "datacontenttype", "epoch", "data"} | {"refs", "parts"}
_LONGEST = {"type": MAX_TYPE}
_EXTENSION = re.compile(r"[a-z0-9]{1,20}")
_SOURCE = re.compile(rf"urn:intl:section:({SECTION})")
_PATTERNS = (("type", _TYPE), ("time", _TIME), ("prevhash", _HEX64), ("sequence", re.compile(r"[1-9][0-9]{0,14}")))


@dataclass(frozen=True)
class Address:
    """Where an event stands: the section that said it, the epoch of its log, its number (from 1, without holes)."""

    section: str
    epoch: int
    sequence: int

    @classmethod
    def of_subject(cls, subject: str) -> Self:
        """Read ``intl.v1.log.<section>.<epoch>.<sequence>``; raises ``Untrusted("subject_malformed")``."""
        match = _SUBJECT.fullmatch(subject)
        if match is None:
            raise Untrusted("subject_malformed", place=subject[:200])
        return cls(match[1], int(match[2]), int(match[3]))

    @property
    def subject(self) -> str:
        """The NATS subject it travels under."""
        return f"intl.v1.log.{self.section}.{self.epoch}.{self.sequence}"

    def __str__(self) -> str:
        return f"{self.section}:{self.epoch}:{self.sequence}"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """A parsed envelope. ``hash`` is that of the signed bytes, 64 hex digits; ``data`` is plain JSON."""

    section: str
    epoch: int
    sequence: int
    type: str
    time: datetime
    dataschema: str
    prevhash: str
    refs: tuple[Ref, ...] = ()
    parts: tuple[str, ...] = ()
    author: str | None = None
    audience: str = INTERNATIONAL
    data: Mapping[str, Any]
    hash: str = ""

    @cached_property
    def address(self) -> Address:
        return Address(self.section, self.epoch, self.sequence)

    @property
    def id(self) -> str:
        """``fr:1:1234``, unique in the federation as long as nobody forks."""
        return str(self.address)

    @property
    def readers(self) -> str | None:
        """The sections that a sealed event is for, as its audience names them; None: it was said openly."""
        return None if self.audience in (PUBLIC, INTERNATIONAL) else self.audience

    @property
    def sealed(self) -> bool:
        """Whether it was said to named sections only. Opened, it has its true type, author, refs and data."""
        return self.readers is not None

    @property
    def closed(self) -> bool:
        """Whether it is sealed and not opened: nothing is known of it but what everybody sees."""
        return self.type == SEALED

    @property
    def ref(self) -> Ref:
        """How other events name this one as their cause."""
        return Ref(self.section, self.epoch, self.sequence, self.hash[:16])


@dataclass(frozen=True)
class Signed:
    """An envelope as it travels: the bytes and, beside them, ``keyid.base64url``."""

    body: bytes
    signature: str

    @property
    def hash(self) -> str:
        """SHA-256 of the DSSE encoding, 64 hex digits."""
        return keys.digest(keys.EVENT, self.body).hex()


def genesis(section: str, epoch: int, roster_hash: str) -> str:
    """The ``prevhash`` of a log's first event: it pins the roster version (by hash) that opened the epoch."""
    return hashlib.sha256(f"intl-genesis-v1\0{section}\0{epoch}\0".encode() + bytes.fromhex(roster_hash)).hexdigest()


def serialize(envelope: Envelope) -> bytes:
    """The bytes to sign. Own events are validated to the letter: raises ``Untrusted`` when they would be refused."""
    return write(envelope)[0]


def write(envelope: Envelope) -> tuple[bytes, Envelope]:
    """The bytes to sign, and the envelope as everyone will read it from them (with its hash, its time in milliseconds)."""
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": envelope.id,
        "source": f"urn:intl:section:{envelope.section}",
        "type": envelope.type,
        "time": envelope.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": envelope.dataschema,
        "epoch": envelope.epoch,
        "sequence": str(envelope.sequence),
        "prevhash": envelope.prevhash,
        "audience": envelope.audience,
    }
    if envelope.author is not None:
        document["author"] = envelope.author
    if envelope.refs:
        document["refs"] = " ".join(map(str, envelope.refs))
    if envelope.parts:
        document["parts"] = " ".join(envelope.parts)
    document["data"] = dict(envelope.data)
    try:
        body = msgspec.json.encode(document)
    except UnicodeEncodeError as error:
        raise Untrusted("bad_text") from error
    return body, parse(body)


def seal(envelope: Envelope, key: keys.SigningKey) -> Signed:
    """Sign an envelope."""
    body = serialize(envelope)
    return Signed(body, key.sign(keys.EVENT, body))


def parse(body: bytes) -> Envelope:
    """Read verified bytes strictly. Raises ``Untrusted`` with a stable reason and the place that is wrong."""
    if len(body) > MAX_BODY:
        raise Untrusted("oversize")
    document = strict.read(body)
    if not isinstance(document, dict):
        raise Untrusted("malformed_envelope")
    if missing := _REQUIRED - document.keys():
        raise Untrusted("malformed_envelope", place=min(missing))
    for name, value in document.items():
        _check_attribute(name, value)
    envelope = _read(document, keys.digest(keys.EVENT, body).hex())
    if document["id"] != envelope.id:
        raise Untrusted("malformed_envelope", place="id")
    _check_audience(envelope)
    return envelope


def is_type(text: str) -> bool:
    """Whether this is the form of a CloudEvents type of ours."""
    return len(text) <= MAX_TYPE and _TYPE.fullmatch(text) is not None


def recall(body: bytes, hash_: str) -> Envelope:
    """Read bytes that ``parse`` has read before, from the own log: the same envelope, in a third of the time."""
    return _read(msgspec.json.decode(body), hash_)


def _read(document: dict[str, Any], hash_: str) -> Envelope:
    source = _SOURCE.fullmatch(document["source"])
    if source is None:
        raise Untrusted("malformed_envelope", place="source")
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(document[name]) is None:
            raise Untrusted("malformed_envelope", place=name)
    try:
        time = datetime.fromisoformat(document["time"])
    except ValueError as error:
        raise Untrusted("malformed_envelope", place="time") from error
    return Envelope(
        section=source[1],
        epoch=document["epoch"],
        sequence=int(document["sequence"]),
        type=document["type"],
        time=time,
        dataschema=document["dataschema"],
        prevhash=document["prevhash"],
        refs=_refs(document.get("refs")),
        parts=_parts(document.get("parts")),
        author=document.get("author"),
        audience=document["audience"],
        data=document["data"],
        hash=hash_,
    )


def _refs(text: str | None) -> tuple[Ref, ...]:
    if text is None:
        return ()
    return refs_of(text.split(" "))


def refs_of(words: Iterable[str]) -> tuple[Ref, ...]:
    """Causes from their texts: at most ``MAX_REFS``, none twice. Raises ``Untrusted("malformed_refs")``."""
    refs = tuple(map(Ref.parse, words))
    if len(refs) > MAX_REFS or len(set(refs)) != len(refs):
        raise Untrusted("malformed_refs", place="refs")
    return refs


def _parts(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    parts = tuple(text.split(" "))
    if len(parts) > MAX_REFS or len(set(parts)) != len(parts) or not all(map(_HEX64.fullmatch, parts)):
        raise Untrusted("malformed_envelope", place="parts")
    return parts


def _check_attribute(name: str, value: object) -> None:
    """CloudEvents attributes are simple values; unknown ones of the right form are kept in the bytes and ignored."""
    if name in _TEXTS:
        right = isinstance(value, str) and 0 < len(value) <= _LONGEST.get(name, 32_768)
    elif name == "data":
        right = isinstance(value, dict)
    elif name == "epoch":
        right = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 999_999_999
    elif name == "specversion":
        right = value == "1.0"
    elif name == "datacontenttype":
        right = value == "application/json"
    elif name == "author":
        right = isinstance(value, str) and _AUTHOR.fullmatch(value) is not None
    else:
        right = _EXTENSION.fullmatch(name) is not None and isinstance(value, str | int)
    if not right:
        raise Untrusted("malformed_envelope", place=name[:64])


def _check_audience(envelope: Envelope) -> None:
    """``public``, ``international``, or the named sections that a sealed event is encrypted to (and only it)."""
    if envelope.audience in (PUBLIC, INTERNATIONAL):
        if envelope.type == SEALED:
            raise Untrusted("malformed_envelope", place="audience")
        return
    names = envelope.audience.split(" ")
    well_named = all(re.fullmatch(SECTION, name) for name in names) and sorted(set(names)) == names
    well_named = well_named and len(names) <= MAX_READERS
    if envelope.type != SEALED or not well_named or envelope.author is not None or envelope.refs:
        raise Untrusted("malformed_envelope", place="audience")
