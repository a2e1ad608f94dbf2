"""The carrier: brings bytes from section to section and opens nothing.

A hub keeps what it was given under a subject, once. It is trusted with nothing: what it delivers is verified by whoever
receives it, and losing a hub costs time, never data. Source of the subjects and stream rules: ``README.md`` beside this file.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

LOG = "INTL_LOG"
"""Signed events: ``intl.v1.log.<section>.<epoch>.<sequence>``, one message for each subject, for ever."""
HEADS = "INTL_HEADS"
"""Signed heads: ``intl.v1.heads.<section>``, the latest few of each section."""
ROSTER = "INTL_ROSTER"
"""Signed rosters: ``intl.v1.roster.<publisher>.v<version>``, below the name of who brings them."""
PART = "INTL_PART"
"""Content-addressed parts: ``intl.v1.part.<section>.<hash>``. Pulled by name, never delivered."""

PROOF = "INTL_PROOF"
"""Proofs of forks, both events of each: ``intl.v1.proof.<publisher>.<section>.<epoch>.<sequence>-<hash16>``."""
SEED = "INTL_SEED"
"""Events that somebody else republished: ``intl.v1.seed.<publisher>.<section>.<epoch>.<sequence>``, for 30 days."""
BLOB = "INTL_BLOB"
"""Chunks of attachments: ``intl.v1.blob.<publisher>.<hash>.<number>``, one message for each subject."""

INBOX = "_INBOX_"
"""Where the hub's own answers to section ``<section>`` go: ``_INBOX_<section>.…``, so that none may read another's."""


class Unreachable(Exception):
    """The hub does not answer now. Nothing is known about what was in flight; try again later."""


class Unprovisioned(Unreachable):
    """The hub answers, but a stream or our consumer is not there: it is new, or was emptied."""


class NotAuthorised(Unreachable):
    """The hub does not know our key. Only its operator can change that: do not hammer."""


class NotAllowed(Unreachable):
    """The hub does not allow us something that we did. Only its operator can change that: do not hammer."""


class Declined(Unreachable):
    """The hub does not do what was asked of it, such as keeping copies on servers that it does not have. It says why."""


class Insecure(Unreachable):
    """The hub's certificate is not the one that its address must lead to, or it does not encrypt. Nothing was sent."""


class Outcome(Enum):
    """What became of something published."""

    STORED = "stored"
    PRESENT = "present"
    """The hub already had exactly this: as good as stored."""
    TAKEN = "taken"
    """The hub has something else under this subject: another instance of ours, or somebody squats it."""
    UNKNOWN = "unknown"
    """No answer. It may have been stored or may still be; publishing it again is harmless."""


@dataclass(frozen=True)
class Parcel:
    """Bytes under a subject, with the signature that travels beside them (ASCII; empty for parts)."""

    subject: str
    body: bytes
    signature: str = ""


@dataclass(frozen=True)
class Batch:
    """Parcels in the hub's order. Call ``done`` once they are safe here; until then the hub will bring them again."""

    parcels: Sequence[Parcel]
    done: Callable[[], Awaitable[None]]


Answer = Callable[[bytes], Awaitable[Sequence[Parcel]]]
"""Answers another section's question."""


class Bus(Protocol):
    """One section's connection to one hub. Methods raise ``Unreachable`` where no outcome says it."""

    @property
    def hub(self) -> str:
        """The hub's address, for people."""
        ...

    async def identity(self) -> str:
        """Names this hub's store: changes when it was emptied or made anew. Cursors are kept for it."""
        ...

    async def provision(self) -> None:
        """Make the streams and this section's consumers where they are missing. Safe to repeat.

        Raises ``NotAllowed`` where something is missing and the hub leaves making it to its operator.
        """
        ...

    async def publish(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """Store parcels of one stream, in order; several go as atomic batches. One outcome for each."""
        ...

    async def receive(self, stream: str, limit: int, wait: float) -> Batch:
        """The next parcels of a stream: at once when there are any, empty after ``wait`` seconds (or 0) when there are none.

        What was delivered and not ``done`` before the next call is delivered again.
        """
        ...

    async def get(self, subjects: Sequence[str]) -> dict[str, Parcel]:
        """What the hub keeps under these exact subjects, all of one stream; those it has not are left out."""
        ...

    async def last(self, pattern: str) -> Parcel | None:
        """What was stored last under a pattern such as ``intl.v1.log.fr.1.*``."""
        ...

    async def kept(self, pattern: str) -> set[str]:
        """The subjects under a pattern of which the hub keeps anything: names only, cheap for long logs."""
        ...

    async def ask(self, section: str, question: bytes, wait: float, largest: int | None = None) -> list[Parcel]:
        """Ask another section directly; empty when it does not answer. What it says is as untrusted as the hub.
        ``largest``: after how many bytes nothing more is read (None: ``asking.LARGEST``).
        """
        ...

    async def answer(self, answer: Answer) -> None:
        """Answer what the others ask this section, as long as the connection lasts."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...
