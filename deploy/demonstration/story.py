"""The story that the demo tells, act by act. Every act goes through a section's API; every crossing is waited for and timed.

``first_half`` leaves something to do for each visitor; ``second_half`` plays it to the end.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
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


def first_half(story: Story) -> None:
    """People come, a draft circulates, is translated and debated, an amendment travels, a statement and an action are begun."""
    _people(story)
    _draft(story)
    _translations(story)
    _debate_and_amendment(story)
    _statement(story)
    _action(story)


def second_half(story: Story) -> None:
    """One section is absent while the others go on; then it comes back, catches up, and the story is played to its end."""
    story.tell("The Arabic section's machine is stopped.")
    story.federation["ar"].process.stop()
    _revision(story)
    _cosignature_and_commitment(story)
    story.tell("The Arabic section's machine is started again.")
    story.federation["ar"].start()
    _return(story)
    _issue(story)
    _reports(story)
    _agreement(story)


def _people(story: Story) -> None:
    story.tell("Members are invited and sign in.")
    for staff, language in ((story.ic, "en"), (story.fr, "fr"), (story.ar, "ar")):
        staff.engage(language)
    story.crosses("the roster of three sections", story.everywhere(), lambda person: _sections(person) == {"ic", "fr", "ar"})


def _sections(person: Person) -> set[str]:
    return {each["code"] for each in person.get("federation")["sections"]}


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
        _translate(story, staff, language, "programme", story.draft)
        done = f"the draft in {language}, complete"
        story.crosses(done, story.everywhere(staff), lambda person, language=language: _complete(person, story.draft, language))
    page = story.fr["member"].page(f"/documents/{story.draft}", language="fr")
    story.holds("in Lyon it is read in French", "trente-cinq heures" in page)


def _translate(story: Story, staff: Staff, language: str, name: str, document: str, *, second: bool = False) -> None:
    """Translate what is missing or outdated: exactly that."""
    translator = staff["translator"]
    source = translator.get(f"documents/{document}")["document"]["language"]
    reading = translator.get(f"documents/{document}", language=language)
    due = [unit for unit in reading["units"] if unit["state"] != "current"]
    offers = texts.translations(name, due, source, language, second=second)
    form = {"revision": reading["revision"], "texts": offers}
    translator.post(f"documents/{document}/translations/{language}", form)


def _progress(person: Person, document: str, language: str) -> Mapping[str, Any]:
    return next((line for line in person.get(f"documents/{document}/progress") if line["language"] == language), {})


def _complete(person: Person, document: str, language: str) -> bool:
    return bool(_progress(person, document, language).get("complete"))


def _unit(person: Person, document: str, beginning: str, language: str = "") -> Mapping[str, Any]:
    """The unit whose source begins so."""
    query = {"language": language} if language else {}
    units = person.get(f"documents/{document}", **query)["units"]
    return next(unit for unit in units if unit["source"].startswith(beginning))


def _debate_and_amendment(story: Story) -> None:
    story.tell("In Lyon a paragraph is debated; an amendment comes of it.")
    talk, amendment = texts.ALL["debate"], texts.ALL["amendment"]
    block = _unit(story.fr["member"], story.draft, "We fight for a working week")["id"]
    thread = f"documents/{story.draft}/debate/{block}"
    story.fr["member"].post(thread, {"text": talk["first"]["fr"]})
    story.fr["delegate"].post(thread, {"text": talk["second"]["fr"]})
    story.holds("the debate is read in the section", len(story.fr["translator"].get(thread)) == 2)
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
        story.holds(f"nothing of the debate is in {person.instance.code}", person.get(thread) == [])


def _statement(story: Story) -> None:
    story.tell("The French section proposes a statement; it is translated.")
    form = {"language": "fr", "title": texts.ALL["statement"]["title"]["fr"], "text": texts.markdown("statement", "fr")}
    story.statement = story.fr["delegate"].post("statements", form)["id"]
    story.crosses("the statement", story.everywhere(story.fr), lambda person: person.finds(f"documents/{story.statement}"))
    _translate(story, story.ar, "ar", "statement", story.statement)
    others = story.everywhere(story.ar)
    story.crosses("the statement in ar, complete", others, lambda person: _complete(person, story.statement, "ar"))


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


def _revision(story: Story) -> None:
    story.tell("The committee answers the amendment and publishes a second revision.")
    where = f"documents/{story.draft}/amendments/{story.amendment}"
    reason = texts.ALL["amendment"]["recommendation"]["en"]
    story.ic["delegate"].post(f"{where}/decide", {"decision": "accepted", "reason": reason})
    before = {unit["id"]: unit["source"] for unit in story.ic["delegate"].get(f"documents/{story.draft}")["units"]}
    title = texts.ALL["programme"]["title"]["en"]
    text = texts.markdown("programme", "en", second=True)
    form = {"base": 1, "title": title, "text": text, "note": texts.ALL["programme"]["note"], "amendments": story.amendment}
    story.ic["delegate"].post(f"documents/{story.draft}/revisions", form)
    french = story.fr["member"]
    revised = f"documents/{story.draft}"
    story.crosses("the second revision", [french], lambda person: person.get(revised)["document"]["revision"] == 2)
    after = {unit["id"]: unit["source"] for unit in french.get(revised)["units"]}
    changed = {id for id, source in after.items() if id in before and before[id] != source}
    states = {unit["id"]: unit["state"] for unit in french.get(revised, language="fr")["units"]}
    outdated = {id for id, state in states.items() if state == "outdated"}
    story.holds("exactly the two changed paragraphs are outdated in French", len(changed) == 2 and outdated == changed)
    story.holds(
        "only the new paragraph is missing", {id for id, s in states.items() if s == "missing"} == set(after) - set(before)
    )
    desk = story.fr["translator"].page(f"/translation/{story.draft}/fr")
    story.holds("the desk shows the change of the source", "<del" in desk and "<ins" in desk)
    _translate(story, story.fr, "fr", "programme", story.draft, second=True)
    story.crosses("the second revision in French", [story.ic["member"]], lambda person: _complete(person, story.draft, "fr"))


def _cosignature_and_commitment(story: Story) -> None:
    story.tell("The committee co-signs; the French section commits itself to the action.")
    story.ic["delegate"].post(f"statements/{story.statement}/cosignature", {"revision": 1})
    story.crosses("the co-signature", [story.fr["member"]], lambda person: "ic" in _cosigners(person, story.statement))
    _commit(story, story.fr, "fr")
    story.crosses("the commitment", [story.ic["member"]], lambda person: "fr" in _committed(person, story.action))


def _cosigners(person: Person, statement: str) -> set[str]:
    signing = person.get(f"statements/{statement}")["signing"]
    return {each["section"] for each in signing["signatures"] if each["withdrawn"] is None}


def _answers(person: Person, action: str) -> Iterator[Mapping[str, Any]]:
    yield from person.get(f"actions/{action}")["action"]["answers"]


def _committed(person: Person, action: str) -> set[str]:
    return {answer["section"] for answer in _answers(person, action) if answer["plans"]}


FIGURES = {"fr": ("sites", "tracts"), "ar": ("مواقع", "منشورات")}


def _commit(story: Story, staff: Staff, code: str) -> None:
    plan = texts.ALL["action"][code]
    counted = zip(FIGURES[code], (plan["sites"], plan["leaflets"]), strict=True)
    planned = [{"what": what, "people": False, "number": number} for what, number in counted]
    form = {"language": code, "plan": plan["plan"], "planned": planned}
    staff["delegate"].post(f"actions/{story.action}/commitment", form)


def _return(story: Story) -> None:
    """The absent section catches up with all that was said meanwhile, and goes on."""
    arabic = story.ar["member"]
    revised = f"documents/{story.draft}"
    story.crosses("what was missed", [arabic], lambda person: person.get(revised)["document"]["revision"] == 2)
    story.crosses("the commitment", [arabic], lambda person: "fr" in _committed(person, story.action))
    states = [unit["state"] for unit in arabic.get(revised, language="ar")["units"]]
    story.holds("in Arabic too two paragraphs are outdated", states.count("outdated") == 2 and states.count("missing") == 1)
    delegate = story.ar["delegate"]
    _patiently(lambda: delegate.post(f"statements/{story.statement}/cosignature", {"revision": 1}))
    story.crosses("its co-signature", story.everywhere(story.ar), lambda person: "ar" in _cosigners(person, story.statement))
    _translate(story, story.ar, "ar", "programme", story.draft, second=True)
    others = story.everywhere(story.ar)
    story.crosses("the second revision in Arabic", others, lambda person: _complete(person, story.draft, "ar"))
    _commit(story, story.ar, "ar")
    story.crosses("its commitment", others, lambda person: "ar" in _committed(person, story.action))


def _patiently(act: Callable[[], Any]) -> None:
    """After a start a section first asks the hub whether its own log is whole; until then it says that it waits."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            act()
        except Broken as error:
            if " 503: " not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _issue(story: Story) -> None:
    story.tell("The statement is issued and stands on public pages in every complete language.")
    # the committee's member turns it into English, as a translator of their own section would
    ic = story.ic
    reading = ic["delegate"].get(f"documents/{story.statement}", language="en")
    offers = texts.translations("statement", reading["units"], "fr", "en")
    ic["delegate"].post(f"documents/{story.statement}/translations/en", {"revision": 1, "texts": offers})
    story.crosses("the statement in en, complete", [story.fr["member"]], lambda person: _complete(person, story.statement, "en"))
    story.fr["delegate"].post(f"statements/{story.statement}/issue", {"revision": 1})
    story.crosses("the issued statement", story.everywhere(story.fr), lambda p: p.get(f"statements/{story.statement}")["issued"])
    for language in ("en", "fr", "ar"):
        title = texts.ALL["statement"]["title"][language]
        for person in story.everywhere():
            path = f"{person.instance.url}/statements/{story.statement}/in/{language}"
            page = person.http.build_request("GET", path)
            page.headers.pop("Authorization")
            answer = person.http.send(page)
            story.holds(f"in {language} on {person.instance.code}'s public page", answer.is_success and title in answer.text)


def _reports(story: Story) -> None:
    story.tell("The sections report what really happened.")
    for staff, code in ((story.fr, "fr"), (story.ar, "ar")):
        told = texts.ALL["action"][code]
        keys = [
            figure["key"]
            for figure in next(a for a in _answers(staff["member"], story.action) if a["section"] == code)["plans"][-1]["figures"]
        ]
        counted = zip(keys, (told["sites_done"], told["leaflets_done"]), strict=True)
        figures = [{"key": key, "number": number} for key, number in counted]
        form = {
            "language": code,
            "done": told["done"],
            "assessment": told["honest"],
            "lessons": told["lessons"],
            "figures": figures,
        }
        staff["delegate"].post(f"actions/{story.action}/report", form)
        story.crosses(
            f"the report of {code}", story.everywhere(staff), lambda person, code=code: code in _reported(person, story.action)
        )
    answer = next(each for each in _answers(story.ic["member"], story.action) if each["section"] == "fr")
    beside = [(figure["planned"], figure["actual"]) for figure in answer["reports"][-1]["figures"]]
    told = texts.ALL["action"]["fr"]
    right = [(told["sites"], told["sites_done"]), (told["leaflets"], told["leaflets_done"])]
    story.holds("planned stands beside actual", beside == right)


def _reported(person: Person, action: str) -> set[str]:
    return {answer["section"] for answer in _answers(person, action) if answer["reports"]}


def _agreement(story: Story) -> None:
    story.tell("All three show the same, and every chain and signature holds.")
    asked = (
        *(f"documents/{story.draft}?language={language}" for language in ("en", "fr", "ar")),
        f"documents/{story.draft}/amendments",
        f"documents/{story.statement}",
        f"documents/{story.appeal}",
    )
    for path in asked:
        answers = [person.get(path) for person in story.everywhere()]
        story.holds(path.split("?")[0].split("/")[0] + " " + path.partition("/")[2], all(each == answers[0] for each in answers))
    actions = [list(_answers(person, story.action)) for person in story.everywhere()]
    story.holds("the action's plans and reports", all(each == actions[0] for each in actions))
    story.crosses("everyone's log", story.everywhere(), lambda person: _all_hold(person, story))
    exports = [story.federation[code].command("log", "export") for code in ("ic", "fr", "ar")]
    story.holds(
        "the three logs are the same, byte for byte",
        all(sorted(each.splitlines()) == sorted(exports[0].splitlines()) for each in exports),
    )
    for code in ("ic", "fr", "ar"):
        story.federation[code].command("log", "verify")
        story.holds(f"log verify in {code}", right=True)


def _all_hold(person: Person, story: Story) -> bool:
    """Whether this section has it from all others that they hold the draft's latest revision."""
    return all(receipt["holds"] for receipt in person.get(f"documents/{story.draft}/receipts"))
