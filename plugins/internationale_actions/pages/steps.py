"""The three steps of every deed about an action: enter, see what will be signed, sign."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from litestar.response import Redirect, Template
from sqlmodel import Session as Database

from internationale.kit import Message, Reader, Section
from internationale.kit.entered import Entered
from internationale.kit.fields import Form
from internationale_actions import port
from internationale_actions.events import Figure
from internationale_actions.queries import Action
from internationale_actions.queries.obstacles import DEEDS


@dataclass(frozen=True)
class Preview:
    """The words that will be signed, and the form that carries them on. ``path``: where it is posted; ``says``: the names of the
    messages that it becomes.
    """

    heading: Message
    language: str
    texts: Sequence[tuple[Message, str]]
    path: str
    button: Message
    fields: Sequence[tuple[str, str]]
    says: Sequence[str]
    days: tuple[date, date] | None = None
    figures: Sequence[Figure] = ()


def hidden(data: Form) -> list[tuple[str, str]]:
    """The fields of a form as they were posted, without the step."""
    return list(_flat(data.model_dump(mode="json", exclude={"step"})))


def _flat(values: dict[str, object]) -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        for item in value if isinstance(value, list) else [value]:
            yield name, "" if item is None else str(item)


@dataclass(frozen=True)
class Deed:
    """One deed about one action, by one reader: a key of ``port``'s deeds, whose form is ``actions/<name>.html``."""

    section: Section
    reader: Reader
    action: str
    name: str

    @classmethod
    def of(cls, entered: Entered, name: str) -> Self:
        """The deed that something was entered for."""
        return cls(entered.section, entered.reader, entered.place["action"], name)

    @property
    def path(self) -> str:
        return f"/actions/{self.action}/{self.name}"

    @property
    def says(self) -> tuple[str]:
        """The name of the message that it becomes: what allows it is called the same."""
        return (DEEDS[self.name][0],)

    def blank(self, values: Callable[[Action], dict[str, Any]]) -> Template:
        """The form to begin with, filled from what is known."""
        with self.section.reading() as session:
            known = self._ready(session)
            return self._form(session, known, values(known))

    def again(self, values: Callable[[Action], dict[str, Any]], preview: Callable[[Action], Preview], *, edit: bool) -> Template:
        """What will be signed, or the form once more with what was entered."""
        with self.section.reading() as session:
            known = self._ready(session)
            if edit:
                return self._form(session, known, values(known))
            audience = self.section.documents.get(session, known.summary.document).audience
            return Template("actions/preview.html", context={"preview": preview(known), "audience": audience})

    def sign(self, deed: Callable[[Database], None]) -> Redirect:
        """Do it, and show the action."""
        with self.section.writing() as session:
            deed(session)
        return Redirect(f"/actions/{self.action}", status_code=303)

    def _ready(self, session: Database) -> Action:
        return port.ready(self.section, session, self.name, self.action, self.reader)

    def _form(self, session: Database, known: Action, values: dict[str, Any]) -> Template:
        reading = port.appeal(self.section, session, known.summary, self.reader.language)
        languages = self.section.federation_languages(session)
        context = {"action": known, "reading": reading, "values": values, "languages": languages, "path": self.path}
        return Template(f"actions/{self.name}.html", context=context)
