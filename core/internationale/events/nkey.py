"""The NATS nkey as which a section signs in at the hubs. It proves nothing about what is said: hubs are trusted with nothing."""

import secrets
from dataclasses import dataclass
from typing import Self

import nkeys  # type: ignore[import-untyped]  # it has no types


@dataclass(frozen=True)
class Nkey:
    """A NATS user key, by its seed ``SU…``. Never printed: ``repr`` shows the public half only."""

    seed: str

    @classmethod
    def generate(cls) -> Self:
        """A new random key."""
        return cls(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER).decode("ascii"))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a seed with its checksum, which the library ignores. Raises ``ValueError`` when it is not a user key's."""
        seed = text.strip()
        try:
            _kind, raw = nkeys.decode_seed(bytearray(seed, "ascii"))
            right = nkeys.encode_seed(bytes(raw), nkeys.PREFIX_BYTE_USER).decode("ascii")
        except (nkeys.NkeysError, ValueError, IndexError) as error:
            raise ValueError("not an nkey seed") from error
        if right != seed:
            raise ValueError("not the seed of a user's nkey")
        return cls(seed)

    @property
    def public(self) -> str:
        """The public half, as the roster has it: ``U…``."""
        return str(nkeys.from_seed(bytearray(self.seed, "ascii")).public_key.decode("ascii"))

    def __repr__(self) -> str:
        return f"Nkey({self.public})"
