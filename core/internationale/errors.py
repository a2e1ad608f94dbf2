"""Everything that can go wrong on purpose, as one tree.

InternationaleError           carries a Message, and the place (a field, a line, a file) where it is wrong
├── Refused                   the reader may not do this                              403
│   └── SignedOut             whoever asks is nobody any more                         403
├── Invalid                   what was entered is wrong, at ``place``                  400
├── NotFound                  there is no such thing, or it is not for this reader    404
├── Conflict                  something changed meanwhile, or is already so           409
├── TooSoon                   too many at once, or too often: again after ``seconds`` 429
├── Paused                    shared writing waits (fence, not joined, no hub yet)    503
├── Held                      not done yet: a second person has to release it        202
├── Misconfigured             settings, files or arguments of the host are wrong      exit status 2
└── Untrusted                 what a stranger sent is not authentic: ``reason`` is the quarantine's code
"""

import traceback
from collections.abc import Iterator

from internationale.messages import Message


class InternationaleError(Exception):
    """Base of all errors raised on purpose.

    ``message`` is put into words at the edge, in the reader's language. ``place`` names the field, line or file that is
    wrong, as the person who entered it knows it; empty when the error is about the whole.
    """

    def __init__(self, message: Message, *, place: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.place = place


class Refused(InternationaleError):
    """The reader may not do this."""


class SignedOut(Refused):
    """Whoever asks was signed out, closed out or has left since the request came; nothing was changed."""


class Invalid(InternationaleError):
    """What was entered is wrong; nothing was changed."""

    def __init__(self, message: Message, *, place: str = "", others: "tuple[Invalid, ...]" = ()) -> None:
        super().__init__(message, place=place)
        self.others = others
        """Further errors of the same form, so that a person can mend all of them at once."""


class NotFound(InternationaleError):
    """There is no such thing, or not for this reader: the two are never told apart to a stranger."""


class Conflict(InternationaleError):
    """It changed meanwhile, or is already so; the answer says what to do."""


class TooSoon(InternationaleError):
    """Too many ask at once, or one asks too often; nothing was done. It can be sent again after ``seconds``."""

    def __init__(self, message: Message, *, seconds: int, place: str = "") -> None:
        super().__init__(message, place=place)
        self.seconds = seconds


class Paused(InternationaleError):
    """Shared writing waits for something outside; what was entered can be sent again later."""


class Held(InternationaleError):
    """What was entered is kept under ``id`` and not done: a second person has to release it first."""

    def __init__(self, message: Message, *, id: str) -> None:
        super().__init__(message)
        self.id = id


class Misconfigured(InternationaleError):
    """The host's settings, files or arguments are wrong."""


class Untrusted(InternationaleError):
    """What came from outside is not authentic. ``reason`` is a stable code (``bad_signature``, ``unknown_key`` …)."""

    def __init__(self, reason: str, *, place: str = "") -> None:
        super().__init__(Message(reason), place=place)
        self.reason = reason


def origins(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it arose from, each once: an error that is kept and raised again may have come of itself."""
    seen = set[int]()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def without_content(error: BaseException) -> str:
    """Kind and place of an error and of its causes, without their messages: those may quote what people wrote."""
    lines = []
    for each in origins(error):
        lines += [type(each).__qualname__, *traceback.format_list(traceback.extract_tb(each.__traceback__))]
    return "\n".join(lines)
