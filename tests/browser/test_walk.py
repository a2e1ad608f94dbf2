"""The story by clicks: once at a desk with everything on, once on a phone without JavaScript; each with texts of its own."""

from datetime import UTC, datetime

import pytest
from telling import ARABIC, FRENCH, Told
from visiting import MARKS

pytestmark = MARKS
PASSWORD = "seven red umbrellas"
RESTS = "We fight for two days of rest in every week."
SHORTER = "We fight for two days of rest in every week, and for a shorter week on night shifts."
ALONE = "Nobody works alone at night."
NEVER = "Nobody works alone at night or in the heat."


@pytest.mark.parametrize("told", [FRENCH, ARABIC], ids=["at a desk", "on a phone without scripts"])
def test_the_story_by_clicks(visitor, told: Told) -> None:
    committee = visitor("ic", "delegate", language="en", screen=told.screen)
    delegate, member, translator = (
        visitor(told.code, role, language=told.language, screen=told.screen) for role in ("delegate", "member", "translator")
    )
    draft = circulate(committee, f"Rest, as told in {told.code}")
    translate(translator, draft, {RESTS: told.rests, ALONE: told.alone}, title=told.title)
    motion = debate_and_propose(member, told, draft)
    amendment = carry(delegate, draft, motion)
    decide(committee, amendment)
    revise(committee, draft, told.proposal)
    bring_up_to_date(translator, told, draft)

    other = visitor(told.other, "delegate", language=told.other, screen=told.screen)
    statement = propose_statement(delegate, told)
    co_sign(committee, statement)
    languages = {"en": committee, told.language: delegate, told.other: other}
    issue(delegate, languages, told, statement)
    for language in languages:
        public = visitor(told.other, language=language, screen=told.screen)
        public.awaits(
            f"{statement}/in/{language}", f"{told.statement} ({language})" if language != told.language else told.statement
        )

    action = call(committee, told)
    commit_and_report(delegate, told, action)
    committee.awaits(action, told.done)
    committee.sees(told.places, "3", "2")
    keep_house(member, told)


def circulate(committee, title: str) -> str:
    """The committee circulates a draft. Returns its page."""
    committee.follow("Programme", within="nav")
    committee.follow("Circulate a draft")
    committee.write("Title", title)
    committee.write("Text (Markdown)", f"{RESTS}\n\n{ALONE}\n")
    committee.press("Review before sending")
    committee.sees(title, RESTS)
    committee.press("Sign and circulate")
    committee.sees(RESTS, ALONE)
    return committee.path


def translate(translator, draft: str, words: dict[str, str], title: str) -> None:
    """At the desk: every paragraph, then shared after a look at what leaves the section."""
    translator.awaits(draft, RESTS)
    desk = draft.replace("/documents/", "/translation/") + f"/{translator.language}"
    translator.go(desk)
    for unit in translator.page.locator(".unit").all():
        source = unit.locator(".src").first.inner_text().strip()
        unit.locator("textarea").fill(words.get(source, title))
    translator.press("Save drafts")
    translator.reads("Saved. Only you can see your drafts until you share them.")
    translator.press("Share with all sections …")
    translator.sees(*words.values())
    translator.press("Sign and send to all sections")
    translator.reads("Shared. It is on its way to all sections.")


def debate_and_propose(member, told: Told, draft: str) -> str:
    """A member reads in their language, debates a paragraph, proposes other words for it. Returns the proposal's page."""
    member.go("/programme")
    member.read(told.title)
    member.sees(told.rests, told.alone)
    member.follow("Debate")
    member.sees(told.rests)
    member.write("Your contribution", told.says)
    member.press("Say it in our section")
    member.sees(told.says)
    member.go(draft)
    member.follow("Amend")
    member.write("Your words", told.shorter)
    member.write("In a few words", told.proposal)
    member.write("Your reasons", told.reason)
    member.press("Review before sending")
    member.sees(told.shorter, told.reason)
    member.press("Propose it in our section")
    member.sees(told.proposal)
    return member.path


def carry(delegate, draft: str, motion: str) -> str:
    """The delegate puts it into the language of the draft, looks at what leaves the section, sends it. Returns its page."""
    delegate.go(motion)
    delegate.page.locator("#field-text").fill(SHORTER)
    delegate.press("Review before sending")
    delegate.sees("shorter week")
    delegate.press("Sign and send to all sections")
    assert delegate.path.startswith(f"{draft}/amendments/")
    return delegate.path


def decide(committee, amendment: str) -> None:
    """The committee sees it compared by words, and decides with reasons."""
    committee.awaits(amendment, "shorter week")
    inserted = committee.page.locator("ins").first
    assert "and for a shorter week on night shifts" in inserted.inner_text()
    committee.tick("Accept")
    committee.write("The reasons", "Night work wears people out.")
    committee.press("Review before sending")
    committee.sees("Night work wears people out.")
    committee.press("Sign and send to all sections")
    committee.reads("Accepted")


def revise(committee, draft: str, proposal: str) -> None:
    """The next revision, through the editor: the accepted amendment is in it, one paragraph is rewritten by hand."""
    committee.go(draft)
    committee.follow("Write the next revision")
    committee.page.get_by_role("checkbox", name=proposal).check()
    committee.press("Begin again with these")
    text = committee.page.locator("#field-text")
    assert SHORTER in text.input_value()
    text.fill(text.input_value().replace(ALONE, NEVER))
    committee.press("Compare before publishing")
    committee.sees("shorter week", "or in the heat")
    committee.press("Sign and send to all sections")
    committee.sees(SHORTER, NEVER)


def bring_up_to_date(translator, told: Told, draft: str) -> None:
    """The desk shows what is outdated, with the change of the source; the translations follow."""
    desk = draft.replace("/documents/", "/translation/") + f"/{told.language}"
    translator.awaits(desk, "or in the heat")
    translator.go(draft)
    translator.follow("The original has changed since this was translated: what changed")
    assert translator.page.locator("ins").count() == 1
    translator.go(desk)
    translator.follow("Show only what is left to do")
    for unit in translator.page.locator(".unit.outdated").all():
        added = unit.locator("ins").first.inner_text()
        unit.locator("textarea").fill(told.never if "heat" in added else told.shorter)
    translator.press("Share with all sections …")
    translator.sees(told.never, told.shorter)
    translator.press("Sign and send to all sections")
    translator.awaits(draft, told.never)
    translator.sees(told.shorter)


def propose_statement(delegate, told: Told) -> str:
    delegate.follow("Statements", within="nav")
    delegate.follow("Propose a statement")
    delegate.page.locator("#field-language").select_option(told.language)
    delegate.write("Title", told.statement)
    delegate.write("Text", told.stands)
    delegate.press("See what will be signed")
    delegate.sees(told.statement, told.stands)
    delegate.press("Sign and propose")
    delegate.sees(told.statement)
    return delegate.path


def co_sign(committee, statement: str) -> None:
    committee.awaits(statement, "Co-sign")
    committee.follow("Co-sign")
    committee.press("Sign")


def issue(delegate, languages, told: Told, statement: str) -> None:
    """It is translated into the other two languages, and issued."""
    for language, person in languages.items():
        if language == told.language:
            continue
        person.awaits(statement, told.stands)
        person.go(statement.replace("/statements/", "/translation/") + f"/{language}")
        for field, words in zip(person.page.locator(".unit textarea").all(), (told.statement, told.stands), strict=True):
            field.fill(f"{words} ({language})")
        person.press("Share with all sections …")
        person.press("Sign and send to all sections")
    delegate.awaits(statement, "International Committee")
    for language in languages:
        delegate.awaits(f"/documents{statement.removeprefix('/statements')}?read={language}", told.statement)
    delegate.go(statement)
    delegate.follow("Issue")
    delegate.press("Sign and issue")
    delegate.sees(told.statement)


def call(committee, told: Told) -> str:
    """The committee calls a joint action with its assessment. Returns its page."""
    committee.follow("Actions", within="nav")
    committee.follow("Call a joint action")
    committee.write("Title", f"An hour at night, with {told.code}")
    committee.write("Appeal", "We stop for one hour.")
    committee.page.locator("input[name=first]").fill(datetime.now(UTC).date().isoformat())
    for area in committee.page.locator("fieldset textarea").all():
        area.fill("We are strong in two ports.")
    committee.press("See what will be signed")
    committee.sees("We stop for one hour.", "We are strong in two ports.")
    committee.page.locator("main button[value=sign]").click()
    committee.sees("We stop for one hour.")
    return committee.path


def commit_and_report(delegate, told: Told, action: str) -> None:
    delegate.awaits(action, "We stop for one hour.")
    delegate.follow("Commit your section")
    delegate.page.locator("#field-plan").fill(told.plan)
    delegate.page.locator("#what-1").fill(told.places)
    delegate.page.locator("#number-1").fill("3")
    delegate.press("See what will be signed")
    delegate.sees(told.plan, told.places)
    delegate.page.locator("main button[value=sign]").click()
    delegate.sees(told.plan)
    delegate.follow("Take the commitment back")
    delegate.go(action)
    delegate.follow("Report")
    delegate.page.locator("#field-done").fill(told.done)
    delegate.page.locator("#number-1").fill("2")
    for name in ("assessment", "lessons"):
        delegate.page.locator(f"#field-{name}").fill(told.says)
    delegate.press("See what will be signed")
    delegate.sees(told.done)
    delegate.page.locator("main button[value=sign]").click()
    delegate.sees(told.done)


def keep_house(member, told: Told) -> None:
    """On one's own page: a password, with it a token, another language, and the way out."""
    member.go("/members/account")
    member.write("New password", PASSWORD)
    member.press("Set the password")
    member.write("What the new token is for", "reading list")
    member.page.locator("#token-password").fill(PASSWORD)
    member.press("Make a token")
    member.reads("Your new token")
    member.page.locator("main select[name=language]").select_option("en")
    member.press("Save", then="en")
    member.reads("Tokens for the API")
    member.page.locator("main select[name=language]").select_option(told.language)
    member.press("Save", then=told.language)
    member.press("Sign out")
    assert member.page.locator("header").get_by_role("link", name=member.said("Sign in")).count() == 1
