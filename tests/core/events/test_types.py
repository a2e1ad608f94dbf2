"""Types: names on the wire, tolerant reading, strict values, and old versions brought up to date."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from pydantic import ValidationError

from internationale.events.envelope import Envelope
from internationale.events.types import EventType, Payload, Vocabulary


class Mood(StrEnum):
    CALM = "calm"


class Said(Payload):
    text: str
    loud: bool = False
    words: tuple[str, ...] = ()
    at: datetime | None = None
    mood: Mood = Mood.CALM


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    return {"text": data["words"]}


def louder(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "loud": True}


SAID = EventType(name="talk.said", payload=Said, version=3, upcasts={1: renamed, 2: louder})
VOCABULARY = Vocabulary.of([SAID])


def event(version: int, data: dict[str, Any]) -> Envelope:
    return Envelope(
        section="fr",
        epoch=1,
        sequence=1,
        type=f"org.intl.talk.said.v{version}",
        time=datetime(2026, 1, 1, tzinfo=UTC),
        dataschema="urn:intl:schema:talk.said:1",
        prevhash="0" * 64,
        data=data,
    )


def test_names_on_the_wire():
    assert (SAID.wire, SAID.dataschema) == ("org.intl.talk.said.v3", "urn:intl:schema:talk.said:3")
    assert [VOCABULARY.knows(f"org.intl.talk.said.v{version}") for version in (1, 2, 3, 4)] == [True, True, True, False]


def test_old_versions_are_brought_up_to_date():
    assert VOCABULARY.decode(event(1, {"words": "hello"})) == Said(text="hello", loud=True)
    assert VOCABULARY.decode(event(2, {"text": "hello"})) == Said(text="hello", loud=True)
    assert VOCABULARY.decode(event(3, {"text": "hello"})) == Said(text="hello")


def test_fields_of_a_later_build_are_ignored():
    assert VOCABULARY.decode(event(3, {"text": "hello", "tone": "warm"})) == Said(text="hello")


@pytest.mark.parametrize(
    "data", [{}, {"text": 5}, {"text": "x", "loud": 1}, {"text": "x", "loud": "yes"}, {"text": "x", "mood": "wild"}]
)
def test_values_are_never_coerced(data: dict[str, Any]):
    with pytest.raises(ValidationError):
        VOCABULARY.decode(event(3, data))


def test_what_json_has_no_word_for_comes_back_as_it_was():
    said = Said(text="x", words=("a", "b"), at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert VOCABULARY.decode(event(3, said.model_dump(mode="json"))) == said


def test_two_types_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="declared twice"):
        Vocabulary.of([SAID, EventType(name="talk.said", payload=Payload, version=2)])
