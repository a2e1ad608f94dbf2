"""Signed documents that are not log events: the roster, the heads, a section's card.

As with events the bytes are the record and signatures stand beside them. Each kind has its own DSSE payload type, so that a
signature on one kind is worth nothing on another.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
)

from internationale.errors import Untrusted
from internationale.events import codes, envelope, keys, names, strict
from internationale.events.refs import SECTION

MAX_SIGNATURES = 64
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")


def _key(value: object) -> object:
    return keys.PublicKey.parse(value) if isinstance(value, str) else value


def _moment(value: object) -> object:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    raise ValueError("not a moment in UTC")


def _printed(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fit(code: str) -> str:
    if not codes.fit(code):
        raise ValueError("a word that means everybody")
    return code


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("something stands twice")
    return values


Code = Annotated[str, StringConstraints(pattern=rf"^{SECTION}$"), AfterValidator(_fit)]
Count = Annotated[int, Field(ge=0, le=999_999_999_999_999)]
Number = Annotated[int, Field(ge=1, le=999_999_999_999_999)]
Epoch = Annotated[int, Field(ge=1, le=999_999_999)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=names.LONGEST, pattern=names.PATTERN)]
Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^[a-z]+://[^\s@/?#]+([/?#]\S*)?$")]
"""An address, without a name or password in it: everybody reads it."""
Nkey = Annotated[str, StringConstraints(pattern=r"^U[A-Z2-7]{55}$")]
"""The public half of a NATS nkey: as whom a section signs in at the hubs. It proves nothing about what is said."""
Recipient = Annotated[str, StringConstraints(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
"""An age X25519 recipient: to whom a section's sealed things are encrypted."""
Recipients = Annotated[tuple[Recipient, ...], Field(min_length=1, max_length=8), AfterValidator(_distinct)]
Certificate = Annotated[str, StringConstraints(max_length=16_384, pattern=r"^-----BEGIN CERTIFICATE-----\n[\x20-\x7e\n]+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Languages = Annotated[tuple[Language, ...], Field(min_length=1, max_length=64), AfterValidator(_distinct)]
Key = Annotated[keys.PublicKey, BeforeValidator(_key), PlainSerializer(str, return_type=str)]
Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(_printed, return_type=str)]


class Document(BaseModel):
    """Base of what is signed. Types are strict; unknown fields are ignored in reading, and stay in the signed bytes."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, arbitrary_types_allowed=True)

    def serialize(self) -> bytes:
        """The bytes to sign."""
        return self.model_dump_json(exclude_none=True).encode()


D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class SignedDocument:
    """The bytes of a document and, beside them, one or more ``keyid.base64url`` signatures."""

    body: bytes
    signatures: tuple[str, ...]

    @classmethod
    def seal(cls, payload_type: bytes, document: Document, *signers: keys.SigningKey) -> Self:
        """Sign a document with each of the keys."""
        body = document.serialize()
        return cls(body, tuple(key.sign(payload_type, body) for key in signers))

    @classmethod
    def from_plain(cls, plain: object) -> Self:
        """Read what ``plain`` gives. Raises ``Untrusted("malformed_document")``."""
        if not isinstance(plain, dict) or not isinstance(plain.get("body"), str) or not isinstance(plain.get("signatures"), list):
            raise Untrusted("malformed_document")
        try:
            body = keys.decode(plain["body"])
        except ValueError as error:
            raise Untrusted("malformed_document", place="body") from error
        signatures = tuple(plain["signatures"])
        if len(signatures) > MAX_SIGNATURES or not all(isinstance(signature, str) for signature in signatures):
            raise Untrusted("malformed_document", place="signatures")
        return cls(body, signatures)

    @classmethod
    def from_header(cls, body: bytes, header: str) -> Self:
        """From what travels: the bytes and, beside them, the signatures separated by commas."""
        return cls(body, tuple(word.strip() for word in header.split(",")[:MAX_SIGNATURES]))

    @property
    def header(self) -> str:
        """The signatures as they travel beside the bytes."""
        return ", ".join(self.signatures)

    def plain(self) -> dict[str, object]:
        """For files and web answers: ``{"body": base64url, "signatures": [...]}``."""
        return {"body": keys.encode(self.body), "signatures": list(self.signatures)}


def signers(payload_type: bytes, signed: SignedDocument, trusted: tuple[keys.PublicKey, ...]) -> frozenset[keys.PublicKey]:
    """Which of the trusted keys have signed. Each key counts once, however often it signed or is listed."""
    found = set()
    for key in set(trusted):
        for signature in signed.signatures[:MAX_SIGNATURES]:
            try:
                key.verify(payload_type, signed.body, signature)
            except Untrusted:
                continue  # another key's, or a false one: it counts for nothing and harms nothing
            found.add(key)
            break
    return frozenset(found)


def parse(kind: type[D], body: bytes, reason: str) -> D:
    """Read bytes by the envelope's strict JSON rules into a document. Raises ``Untrusted``: the JSON's reasons, or ``reason``."""
    if len(body) > envelope.MAX_BODY:
        raise Untrusted("oversize")
    strict.read(body)
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Untrusted(reason, place=".".join(map(str, first["loc"]))[:200]) from error
