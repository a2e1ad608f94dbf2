"""What can be said about attachments.

The content never stands in an event. It travels in chunks that everyone can verify: the event's part is the JSON of a
``Manifest``, which lists the hash of each chunk as it travels. Ids are ``<section>-<12 letters or digits>``, as everywhere.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from internationale.events.types import Payload

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]

NAME = 160
"""The most characters of a file's name."""
UNFIT = re.compile(
    r"[\x00-\x1f\x7f-\x9f/\\\u2028\u2029\ud800-\udfff"
    r"\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e007f]"
)
"""What no name has in it: paths, control characters, and what nobody sees but for the two joiners."""
_AROUND = " .\u200c\u200d"


def fit(name: str) -> str:
    """A name that leads nowhere and deceives nobody: no path, no control characters, nothing invisible.

    The list of characters is fixed: every instance must come to the same verdict, whatever Unicode it knows.
    """
    if UNFIT.search(name) or name != name.strip(" .") or not name.strip(_AROUND):
        raise ValueError("unfit_name")
    return name


Name = Annotated[str, StringConstraints(max_length=NAME), AfterValidator(fit)]
Media = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$")]


class Manifest(Payload):
    """The event's part. ``digest``: SHA-256 of the file. ``blob``: SHA-256 of all chunks as they travel, one after the other;
    the same as ``digest`` unless they are encrypted. ``chunks``: SHA-256 of each.
    """

    digest: Hash
    blob: Hash
    chunks: tuple[Hash, ...]


class Attached(Payload):
    """``attachments.attached``: a file belongs to ``subject``. The first ref is an event that names the subject in its data.

    ``chunk``: bytes of the file in each chunk but the last. ``key``: what the chunks are encrypted with (64 hex digits), where
    not all may read them; such an event is itself sealed.
    """

    attachment: Id
    subject: Id
    name: Name
    media: Media
    size: Annotated[int, Field(ge=0, le=2**40)]
    chunk: Annotated[int, Field(ge=1, le=600 * 1024)]
    note: Annotated[str, StringConstraints(max_length=2000)] = ""
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None


class Withdrawn(Payload):
    """``attachments.withdrawn``: the section that attached it takes it back; everybody deletes the content.

    The first ref is the attachment.
    """

    attachment: Id
    reason: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"\S")]
