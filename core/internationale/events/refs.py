"""A cause, pinned: the address of one event together with the beginning of its hash."""

import re
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator

from internationale.errors import Untrusted

SECTION = r"[a-z][a-z0-9-]{1,31}"
"""The code of a section as it is written: 2 to 32 lower-case letters, digits and hyphens, a letter first."""

REF = rf"({SECTION}):([1-9][0-9]{{0,8}}):([1-9][0-9]{{0,14}}):([0-9a-f]{{16}})"
"""A ref as it is written."""
_REF = re.compile(REF)


@dataclass(frozen=True, order=True)
class Ref:
    """``section:epoch:sequence:hash16``. Two histories of one section can never be meant by the same ref."""

    section: str
    epoch: int
    sequence: int
    hash16: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one ref; raise ``Untrusted("malformed_refs")`` when it is not one."""
        match = _REF.fullmatch(text)
        if match is None:
            raise Untrusted("malformed_refs", place="refs")
        return cls(match[1], int(match[2]), int(match[3]), match[4])

    @property
    def event_id(self) -> str:
        """The id of the event it points to, without the hash: ``fr:1:1234``."""
        return f"{self.section}:{self.epoch}:{self.sequence}"

    def __str__(self) -> str:
        return f"{self.event_id}:{self.hash16}"


def _well_formed(text: str) -> str:
    try:
        return str(Ref.parse(text))
    except Untrusted as error:
        raise ValueError("not a ref") from error  # what a shape's check has to raise


RefText = Annotated[str, AfterValidator(_well_formed)]
"""A ref inside an event's ``data``."""
