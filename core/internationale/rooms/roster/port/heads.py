"""Taking in what the sections sign that they hold."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from sqlmodel import Session

from internationale.errors import Untrusted
from internationale.events import heads
from internationale.events.heads import Heads
from internationale.events.logs import Keyring
from internationale.events.signed import SignedDocument
from internationale.rooms.roster import queries, rules
from internationale.rooms.roster.port import words
from internationale.rooms.roster.port.words import Change
from internationale.rooms.roster.queries import LatestWord

_STEP, _END = timedelta(milliseconds=1), datetime.max.replace(tzinfo=UTC)


def store_heads(session: Session, document: SignedDocument, now: datetime, keyring: Keyring | None = None) -> bool:
    """Take in a section's heads, our own too. True when they are newer than what it said before.

    ``keyring``: that of the roster in force (None: to be read). Raises ``Untrusted`` (``heads.verify``).
    """
    hearing = Hearing(session, [document], now, queries.keyring(session) if keyring is None else keyring)
    new = hearing.take(document)
    hearing.write()
    return new


class Hearing:
    """Taking in the heads of many sections with few statements: where there are hundreds, hundreds come after every event."""

    def __init__(self, session: Session, documents: Sequence[SignedDocument], now: datetime, keyring: Keyring) -> None:
        self._session = session
        self._now = now
        self._keyring = keyring
        self._signers = heads.signers(keyring)
        named = {code for document in documents for code, _key in heads.named(document, self._signers)}
        self._latest = {word.witness: word for word in queries.latest_words(session, named)}
        self._known = {word.document for word in self._latest.values()}
        self._changes: dict[str, Change] = {}

    def take(self, document: SignedDocument) -> bool:
        """See ``store_heads``; kept when ``write`` was called.

        Only a section's own word counts for what is newer: the time that it signed. So what a replaced key has signed, perhaps
        by a thief, bars nothing later.
        """
        if document in self._known:
            return False  # every hub brings it
        said = heads.verify_by(document, self._signers)
        before = self._latest.get(said.section)
        if before is not None and said.time <= before.said_at and in_force(before, self._keyring):
            return False
        if said.section in self._changes:
            self.write()  # one after the other
        self._changes[said.section] = _change(said, document, before)
        self._latest[said.section] = LatestWord(said.section, said.time, document)
        return True

    def write(self) -> None:
        """Put what was taken into the tables."""
        words.write(self._session, list(self._changes.values()), self._now, rules.kept(len(self._keyring)))
        self._changes.clear()


def next_moment(session: Session, section: str, now: datetime, keyring: Keyring) -> datetime | None:
    """The time with which a section's next heads are newer than its last; None: it has signed the end of time."""
    last = next(iter(queries.latest_words(session, [section])), None)
    if last is None or not in_force(last, keyring):
        return now
    return max(now, last.said_at + _STEP) if last.said_at <= _END - _STEP else None


def in_force(word: LatestWord, keyring: Keyring) -> bool:
    """Whether who signed this word may still sign heads."""
    try:
        heads.verify(word.document, keyring)
    except Untrusted:
        return False
    return True


def _change(said: Heads, document: SignedDocument, before: LatestWord | None) -> Change:
    """With many sections nearly all is as it was."""
    known = msgspec.json.decode(before.document.body)["heads"] if before is not None else {}
    changed = {origin: head for origin, head in said.heads.items() if known.get(origin) != [*head]}
    return Change(said, document, changed, gone=tuple(known.keys() - said.heads.keys()), first=before is None)
