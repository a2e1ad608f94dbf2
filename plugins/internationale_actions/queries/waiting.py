"""What waits for a delegate: calls to answer, reports to give, conclusions to draw."""

from collections.abc import Iterator
from datetime import date

from sqlmodel import Session as Database

from internationale.kit import Need, Reader, Section, marker

from . import calls, whole
from .obstacles import to_commit, to_report
from .values import Action

_ = marker("actions")


def needs(section: Section, session: Database, reader: Reader) -> list[Need]:
    """For this reader, by what they may do; one need at most for each action."""
    today = section.now().date()
    found: list[Need] = []
    for summary in calls(session):
        known = whole(session, summary.id)
        if known.closing:
            continue
        language = reader.language
        title = section.documents.read(session, summary.document, language).title
        found.extend(need for capability, need in _of(known, section.code, title, today) if section.may(reader, capability))
    return found


def _of(known: Action, section: str, title: str, today: date) -> Iterator[tuple[str, Need]]:
    path = f"/actions/{known.summary.id}"
    answer, days = known.of(section), {"title": title}
    if answer is None and known.summary.caller != section and to_commit(known, section, today) is None:
        yield (
            "actions.committed",
            Need(
                _("A call waits for your section's answer: %(title)s") % days,
                _("It is called for %(day)s.") % {"day": known.summary.first},
                path,
                _("Read and answer"),
                weight=60,
            ),
        )
    elif answer is not None and not answer.reports and to_report(known, section, today) is None and known.summary.last <= today:
        yield (
            "actions.reported",
            Need(
                _("Report what came of: %(title)s") % days,
                _("Your section committed; the day has come."),
                f"{path}/report",
                _("Report"),
                weight=70,
            ),
        )
