"""The story's second half: a section is absent while the others go on, comes back, and all is played to its end."""

import time
from collections.abc import Callable
from typing import Any

import texts
from instances import Broken
from people import Person, Staff
from story import PATIENCE, Story, answers, committed, cosigners, is_complete, signing, translate

FIGURES = {"fr": ("sites", "tracts"), "ar": ("مواقع", "منشورات")}


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
    translate(story, story.fr, "fr", "programme", story.draft, second=True)
    story.crosses("the second revision in French", [story.ic["member"]], lambda person: is_complete(person, story.draft, "fr"))


def _cosignature_and_commitment(story: Story) -> None:
    story.tell("The committee co-signs; the French section commits itself to the action.")
    committee = story.ic["delegate"]
    committee.post(f"statements/{story.statement}/cosignature", signing(committee, story.statement))
    story.crosses("the co-signature", [story.fr["member"]], lambda person: "ic" in cosigners(person, story.statement))
    _commit(story, story.fr, "fr")
    story.crosses("the commitment", [story.ic["member"]], lambda person: "fr" in committed(person, story.action))


def _commit(story: Story, staff: Staff, code: str) -> None:
    plan = texts.ALL["action"][code]
    counted = zip(FIGURES[code], (plan["sites"], plan["leaflets"]), strict=True)
    planned = [{"what": what, "people": False, "number": number} for what, number in counted]
    read = {"event": staff["delegate"].get(f"actions/{story.action}")["action"]["summary"]["ref"]}
    form = {"language": code, "plan": plan["plan"], "planned": planned, **read}
    staff["delegate"].post(f"actions/{story.action}/commitment", form)


def _return(story: Story) -> None:
    """The absent section catches up with all that was said meanwhile, and goes on."""
    arabic = story.ar["member"]
    revised = f"documents/{story.draft}"
    story.crosses("what was missed", [arabic], lambda person: person.get(revised)["document"]["revision"] == 2)
    story.crosses("the commitment", [arabic], lambda person: "fr" in committed(person, story.action))
    states = [unit["state"] for unit in arabic.get(revised, language="ar")["units"]]
    story.holds("in Arabic too two paragraphs are outdated", states.count("outdated") == 2 and states.count("missing") == 1)
    delegate = story.ar["delegate"]
    _patiently(lambda: delegate.post(f"statements/{story.statement}/cosignature", signing(delegate, story.statement)))
    story.crosses("its co-signature", story.everywhere(story.ar), lambda person: "ar" in cosigners(person, story.statement))
    translate(story, story.ar, "ar", "programme", story.draft, second=True)
    others = story.everywhere(story.ar)
    story.crosses("the second revision in Arabic", others, lambda person: is_complete(person, story.draft, "ar"))
    _commit(story, story.ar, "ar")
    story.crosses("its commitment", others, lambda person: "ar" in committed(person, story.action))


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
    story.crosses(
        "the statement in en, complete", [story.fr["member"]], lambda person: is_complete(person, story.statement, "en")
    )
    author = story.fr["delegate"]
    author.post(f"statements/{story.statement}/issue", signing(author, story.statement))
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
            for figure in next(a for a in answers(staff["member"], story.action) if a["section"] == code)["plans"][-1]["figures"]
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
    answer = next(each for each in answers(story.ic["member"], story.action) if each["section"] == "fr")
    beside = [(figure["planned"], figure["actual"]) for figure in answer["reports"][-1]["figures"]]
    told = texts.ALL["action"]["fr"]
    right = [(told["sites"], told["sites_done"]), (told["leaflets"], told["leaflets_done"])]
    story.holds("planned stands beside actual", beside == right)


def _reported(person: Person, action: str) -> set[str]:
    return {answer["section"] for answer in answers(person, action) if answer["reports"]}


def _agreement(story: Story) -> None:
    story.tell("All three show the same, and every chain and signature holds.")
    asked = (
        *(f"documents/{story.draft}?language={language}" for language in ("en", "fr", "ar")),
        f"documents/{story.draft}/amendments",
        f"documents/{story.statement}",
        f"documents/{story.appeal}",
    )
    for path in asked:
        shown = [person.get(path) for person in story.everywhere()]
        story.holds(f"the same at {path}", all(each == shown[0] for each in shown))
    actions = [list(answers(person, story.action)) for person in story.everywhere()]
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
