"""What somebody has already, told by a bundle of theirs: so that the next one need not repeat it."""

from collections import defaultdict
from typing import BinaryIO

from internationale.bundle.form import Header
from internationale.bundle.packing import Log
from internationale.bundle.reading import read


def covered(stream: BinaryIO) -> dict[Log, int]:
    """How far each log is in a bundle, or was with who made it. It is believed: who gets too little asks for the rest.

    Raises ``Untrusted("malformed_bundle")``.
    """
    found: dict[Log, int] = defaultdict(int)
    header = next(read(stream, "since"))
    if isinstance(header, Header):
        for span in (*header.logs, *header.held):
            found[span.section, span.epoch] = max(found[span.section, span.epoch], span.last)
    return dict(found)
