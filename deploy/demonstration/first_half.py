"""The story's first half. It leaves something to do for each visitor."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import texts
from story import Story, is_complete, sections, translate, unit


def first_half(story: Story) -> None:
    """People come, a draft circulates, is translated and debated, an amendment travels, a statement and an action are begun."""
    _people(story)
    _draft(story)
    _translations(story)
    _debate_and_amendment(story)
    _statement(story)
    _action(story)


def _people(story: Story) -> None:
    story.tell("Members are invited and sign in.")
    for staff, language in ((story.ic, "en"), (story.fr, "fr"), (story.ar, "ar")):
        staff.engage(language)
    story.crosses("the roster of three sections", story.everywhere(), lambda person: sections(person) == {"ic", "fr", "ar"})


def _draft(story: Story) -> None:
    story.tell("The committee circulates a programme draft.")
    title = texts.ALL["programme"]["title"]["en"]
    form = {"kind": "programme", "language": "en", "title": title, "text": texts.markdown("programme", "en")}
    story.draft = story.ic["delegate"].post("documents", {**form, "audience": "international"})["id"]
    story.crosses("the draft", story.everywhere(story.ic), lambda person: person.finds(f"documents/{story.draft}"))
    page = story.fr["member"].page(f"/documents/{story.draft}", language="fr")
    story.holds("in Lyon the draft can be read, in English where French is missing", "thirty-five hours" in page)


def _translations(story: Story) -> None:
    story.tell("Translators in both sections translate it, paragraph by paragraph.")
    for staff, language in ((story.fr, "fr"), (story.ar, "ar")):
        translate(story, staff, language, "programme", story.draft)
        done = f"the draft in {language}, complete"
        story.crosses(done, story.everywhere(staff), lambda person, language=language: is_complete(person, story.draft, language))
    page = story.fr["member"].page(f"/documents/{story.draft}", language="fr")
    story.holds("in Lyon it is read in French", "trente-cinq heures" in page)


def _debate_and_amendment(story: Story) -> None:
    story.tell("In Lyon a paragraph is debated; an amendment comes of it.")
    talk, amendment = texts.ALL["debate"], texts.ALL["amendment"]
    block = unit(story.fr["member"], story.draft, "We fight for a working week")["id"]
    thread = f"documents/{story.draft}/debate/{block}"
    story.fr["member"].post(thread, {"text": talk["first"]["fr"]})
    story.fr["delegate"].post(thread, {"text": talk["second"]["fr"]})
    story.holds("the debate is read in the section", story.fr["translator"].get(thread)["total"] == 2)
    proposal = {
        "block": block,
        "revision": 1,
        "change": "replace",
        "language": "en",
        "title": amendment["title"]["en"],
        "text": amendment["text"]["en"],
        "reason": amendment["reason"]["en"],
    }
    motion = story.fr["member"].post(f"documents/{story.draft}/motions", proposal)["id"]
    carried = {**proposal, "motion": motion}
    story.amendment = story.fr["delegate"].post(f"documents/{story.draft}/amendments", carried)["id"]
    where = f"documents/{story.draft}/amendments/{story.amendment}"
    story.crosses("the amendment", story.everywhere(story.fr), lambda person: person.finds(where))
    for person in story.everywhere(story.fr):
        page = person.page(f"/{where}")
        marked = "<ins" in page and "staffing decided by those who do the work" in page
        story.holds(f"{person.instance.code} sees it with a word-level comparison", marked)
        story.holds(f"nothing of the debate is in {person.instance.code}", person.get(thread)["total"] == 0)


def _statement(story: Story) -> None:
    story.tell("The French section proposes a statement; it is translated.")
    form = {"language": "fr", "title": texts.ALL["statement"]["title"]["fr"], "text": texts.markdown("statement", "fr")}
    story.statement = story.fr["delegate"].post("statements", form)["id"]
    story.crosses("the statement", story.everywhere(story.fr), lambda person: person.finds(f"documents/{story.statement}"))
    translate(story, story.ar, "ar", "statement", story.statement)
    others = story.everywhere(story.ar)
    story.crosses("the statement in ar, complete", others, lambda person: is_complete(person, story.statement, "ar"))


def _action(story: Story) -> None:
    story.tell("The committee calls a joint action, with its assessment.")
    called = texts.ALL["action"]
    day = (datetime.now(UTC) + timedelta(days=called["day_in_days"])).date().isoformat()
    form = {"language": "en", "title": called["title"]["en"], "text": texts.markdown("action", "en"), "first": day}
    answer = story.ic["delegate"].post("actions", {**form, **called["assessment"]})
    story.action, story.appeal = _action_ids(answer)
    story.crosses("the call", story.everywhere(story.ic), lambda person: person.finds(f"actions/{story.action}"))


def _action_ids(answer: Mapping[str, Any]) -> tuple[str, str]:
    summary = answer["action"]["summary"]
    return summary["id"], summary["document"]
