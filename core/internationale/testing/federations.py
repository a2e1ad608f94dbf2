"""Sections of one International, side by side in this process: what the fixture ``federation`` hands out, whose name a module
beside it would take away.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from internationale.events.keys import SigningKey
from internationale.plugins import Plugins
from internationale.rooms.roster import queries
from internationale.section import Section, utc_now
from internationale.testing.databases import place
from internationale.testing.founding import adopt, begin, open_section, unite


@dataclass(frozen=True)
class _Build:
    """What an instance is made of."""

    plugins: Plugins | None
    now: Callable[[], datetime]
    settings: dict[str, Any]


class Federation:
    """Makes prepared sections below ``folder``, each with its own database, and closes them in the end.

    Databases are SQLite files, or fresh PostgreSQL databases when ``INTERNATIONALE_TEST_DATABASE`` names a server. What each
    of its deeds takes by name goes for all sections that it makes: ``plugins``, others than the installed ones; ``now``, their
    clock; and any setting (``hubs=(hub.url,)``) that is not as ``founding.begin`` has it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._homes = 0
        self._united: Section | None = None
        self._build = _Build(None, utc_now, {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    def __call__(self, *codes: str, absent: Sequence[str] = (), root: SigningKey | None = None, **build: Any) -> list[Section]:
        """Sections that are united: the first is the committee. ``absent``: codes of members who are in the roster and not
        here; ``root``: the key that signs the roster (``founding.ROOT``).
        """
        sections = [self.alone(code, **build) for code in codes]
        self._united = sections[0]
        unite(sections, root, absent)
        return sections

    def alone(
        self, code: str, *, plugins: Plugins | None = None, now: Callable[[], datetime] = utc_now, **settings: Any
    ) -> Section:
        """A section that belongs to no International yet; ``founding.unite`` and ``founding.admit`` change that."""
        self._build = _Build(plugins, now, settings)
        return self._open(code)

    def fresh(self, code: str) -> Section:
        """One more instance of a member: with its key and the roster that the committee has, built like the last one, and with
        an empty database.
        """
        if self._united is None:
            raise LookupError(f"{code} is a member of nothing: no sections were united")
        section = self._open(code)
        with self._united.reading() as session:
            chain = queries.chain(session)
        adopt(section, chain)
        section.roster_changed()
        return section

    def _open(self, code: str) -> Section:
        self._homes += 1
        home = self._folder / (code if not (self._folder / code).exists() else f"{code}-{self._homes}")
        settings = begin(home, code, self._stack.enter_context(place(home)), **self._build.settings)
        section = open_section(settings, self._build.plugins, self._build.now)
        self._stack.callback(section.close)
        return section
