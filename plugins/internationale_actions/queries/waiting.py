"""What waits for a delegate: calls to answer, reports to give, conclusions to draw."""

from datetime import date

from sqlmodel import Session as Database

from internationale.kit import Message, Need, Reader, Ref, Section, marker, undecided
from internationale.kit.documents import Title

from . import every
from .obstacles import to_commit, to_report
from .values import Action, Summary

_ = marker("actions")

COMMIT, REPORT = "actions.committed", "actions.reported"


def needs(section: Section, session: Database, reader: Reader) -> list[Need]:
    """For this reader, by what they may do; one need at most for each action."""
    may = {capability for capability in (COMMIT, REPORT) if section.may(reader, capability)}
    if not may or not section.may(reader, "documents.read"):
        return []
    today = section.now().date()
    waiting = [(known.summary, _due(known, section.code, today)) for known in every(session, of=section.code)]
    found = [(call, due) for call, due in waiting if due in may and (due != COMMIT or unsettled(section, session, call) is None)]
    appeals = [Ref.parse(call.pinned) for call, _due in found]
    titles = section.documents.titles_pinned(session, appeals, reader.language)
    return [_need(call, titles[appeal], due) for (call, due), appeal in zip(found, appeals, strict=True)]


def _due(known: Action, section: str, today: date) -> str | None:
    """The deed that the action waits for."""
    if known.closing:
        return None
    answer = known.of(section)
    standing = known.standing(section)
    if answer is None and known.summary.caller != section and to_commit(standing, today) is None:
        return COMMIT
    if answer is not None and not answer.reports and to_report(standing, today) is None and known.summary.last <= today:
        return REPORT
    return None


def unsettled(section: Section, session: Database, call: Summary) -> Message | None:
    """Why nobody is asked to commit yet: its caller said something under this id before, which is not decided here."""
    return undecided.obstacle(section.undecided(session, Ref.parse(call.ref), ["actions.called"], call.id))


def _need(call: Summary, title: Title, due: str) -> Need:
    path = f"/actions/{call.id}"
    if due == COMMIT:
        sentence = _("A call waits for your section's answer: %(title)s") % {"title": title.text}
        return Need(sentence, _("It is called for %(day)s.") % {"day": call.first}, path, _("Read and answer"), weight=60)
    sentence = _("Report what came of: %(title)s") % {"title": title.text}
    return Need(sentence, _("Your section committed; the day has come."), f"{path}/report", _("Report"), weight=70)
