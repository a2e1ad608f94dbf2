"""What a programme draft may be."""

import base64
import binascii
from datetime import datetime, timedelta

from internationale.kit import Invalid, marker

_ = marker("programme")

KIND = "programme"
READ = "documents.read"
OPEN = "documents.opened"
RECENT = timedelta(days=14)
"""How long a new draft, or a new revision, stands among the things to read."""


def is_recent(changed: datetime, now: datetime) -> bool:
    """Whether it is new enough to be pointed out."""
    return now - changed < RECENT


def decoded(content: bytes) -> str:
    """The text of an uploaded file. Raises ``Invalid`` when it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(_("The file is not a text in UTF-8."), place="file") from error


def wrapped(text: str) -> str:
    """A text as one word, so that a browser brings back every byte of it: forms change line ends."""
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def unwrapped(word: str) -> str:
    """What ``wrapped`` made. Raises ``Invalid`` for anything else."""
    try:
        return base64.b64decode(word, altchars=b"-_", validate=True).decode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise Invalid(_("The text did not come back as it was shown. Please begin again."), place="content") from error
