"""What sections say to each other about the roster. None of it changes the roster: only signatures of root keys do that."""

from typing import Annotated

from pydantic import Field, StringConstraints

from internationale.events.refs import SECTION
from internationale.kit import Payload

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}\.[A-Za-z0-9_-]{86}$")]
Code = Annotated[str, StringConstraints(pattern=rf"^{SECTION}$")]
Number = Annotated[int, Field(ge=1, le=999_999_999_999_999)]


class Proposed(Payload):
    """A next version of the roster, for the holders of root keys to sign. Its only part is the unsigned bytes.

    ``hash``: of those bytes, as roster versions are named; ``previous``: of the version before.
    """

    version: Number
    previous: Hash
    hash: Hash
    why: str


class Signed(Payload):
    """The signature of one root key on a proposal, which is the cause."""

    hash: Hash
    signature: Signature


class Vouched(Payload):
    """A section vouches for a candidate: it compared the fingerprint of the request's key with people of that section.

    ``request``: the signed bytes, base64url; ``hash``: of those bytes.
    """

    code: Code
    hash: Hash
    request: str
    signature: Signature
    why: str


class Declined(Payload):
    """The committee does not admit the candidate now, and says why; the causes are the vouching."""

    hash: Hash
    why: str


class KeyAnnounced(Payload):
    """A section will sign with another key from number ``first`` on, if the roster says so.

    ``proof``: the new key's signature (payload type ``urn:intl:succession:1``) on ``<section>:<epoch>:<first>``.
    """

    key: Key
    first: Number
    proof: Signature
