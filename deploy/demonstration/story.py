"""The story that the demo tells, act by act. Every act goes through a section's API; every crossing is waited for and timed.

``first_half`` leaves something to do for each visitor; ``second_half`` plays it to the end.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import texts
from instances import Broken, Federation
from people import Person, Staff

PATIENCE = 20
"""Seconds that anything may take to cross before the story is given up."""
AIM = 1.0
"""Seconds within which a crossing should be done."""


class Story:
    """The three sections' people, what they have made so far, and what is told about it."""

    def __init__(self, federation: Federation, tell: Callable[[str], None]) -> None:
        self.federation = federation
        self.tell = tell
        self.ic, self.fr, self.ar = (Staff(federation[code]) for code in ("ic", "fr", "ar"))
        self.draft = self.amendment = self.statement = self.action = self.appeal = ""
        self.crossings: list[float] = []

    def everywhere(self, *but: Staff) -> list[Person]:
        """A member of each section but some: who can see what all members see."""
        return [staff["member"] for staff in (self.ic, self.fr, self.ar) if staff not in but]

    def crosses(self, what: str, people: list[Person], seen: Callable[[Person], Any]) -> None:
        """Wait until each of these people sees it, and tell how long that took. Raises ``Broken`` when they never do."""
        began = time.perf_counter()
        for person in people:
            while not seen(person):
                if time.perf_counter() - began > PATIENCE:
                    raise Broken(f"{what}: not seen in {person.instance.code} after {PATIENCE} s")
                time.sleep(0.01)
            took = time.perf_counter() - began
            self.crossings.append(took)
            late = "" if took <= AIM else f"  (more than {AIM:.0f} s)"
            self.tell(f"    {what} → {person.instance.code}: {took * 1000:.0f} ms{late}")

    def holds(self, claim: str, right: object) -> None:
        """Something that must be so now."""
        if not right:
            raise Broken(f"not as told: {claim}")
        self.tell(f"    {claim}: so it is")


def translate(story: Story, staff: Staff, language: str, name: str, document: str, *, second: bool = False) -> None:
    """Translate what is missing or outdated: exactly that."""
    translator = staff["translator"]
    source = translator.get(f"documents/{document}")["document"]["language"]
    reading = translator.get(f"documents/{document}", language=language)
    due = [unit for unit in reading["units"] if unit["state"] != "current"]
    offers = texts.translations(name, due, source, language, second=second)
    form = {"revision": reading["revision"], "texts": offers}
    translator.post(f"documents/{document}/translations/{language}", form)


def progress(person: Person, document: str, language: str) -> Mapping[str, Any]:
    return next((line for line in person.get(f"documents/{document}/progress") if line["language"] == language), {})


def is_complete(person: Person, document: str, language: str) -> bool:
    return bool(progress(person, document, language).get("complete"))


def unit(person: Person, document: str, beginning: str, language: str = "") -> Mapping[str, Any]:
    """The unit whose source begins so."""
    query = {"language": language} if language else {}
    units = person.get(f"documents/{document}", **query)["units"]
    return next(unit for unit in units if unit["source"].startswith(beginning))


def answers(person: Person, action: str) -> Iterator[Mapping[str, Any]]:
    yield from person.get(f"actions/{action}")["action"]["answers"]


def committed(person: Person, action: str) -> set[str]:
    return {answer["section"] for answer in answers(person, action) if answer["plans"]}


def sections(person: Person) -> set[str]:
    return {each["code"] for each in person.get("federation")["sections"]}


def signing(person: Person, statement: str) -> dict[str, str]:
    """What names the text of a statement that this person reads, to sign that and no other."""
    return {"event": person.get(f"statements/{statement}")["event"]}


def cosigners(person: Person, statement: str) -> set[str]:
    signing = person.get(f"statements/{statement}")["signing"]
    return {each["section"] for each in signing["signatures"] if each["withdrawn"] is None}
