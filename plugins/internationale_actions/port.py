"""The deeds, each in one place for page and API: check what only the time and our own rows can tell, then say it.

Each runs in the caller's transaction and raises ``Refused`` (may not), ``Invalid`` (wrong input), ``Conflict`` (too early,
too late, already so) or ``NotFound``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session as Database

from internationale.kit import (
    INTERNATIONAL,
    Conflict,
    Invalid,
    Message,
    Payload,
    Reader,
    Ref,
    Section,
    Utterance,
    documents,
    marker,
)

from . import queries, rules
from .events import Assessment, Called, Closed, Committed, Figure, Number, Reported, Withdrew
from .queries import Action, Plan, Standing, Summary
from .queries.obstacles import DEEDS
from .queries.waiting import unsettled

_ = marker("actions")
_OTHER_CALL = _("Another call stands here by now. Read it first.")
_OTHER_WORD = _(
    "Since this was written, your section has said something else about this action. Reject it, and look at that first."
)
_PASSED = _("These days have passed.")
_DEED_OF: dict[type[Payload], str] = {Committed: "commit", Withdrew: "withdraw", Reported: "report", Closed: "close"}


@dataclass(frozen=True)
class Calling:
    """A call as somebody wrote it: the appeal in Markdown, the days inclusive."""

    language: str
    title: str
    text: str
    first: date
    last: date
    assessment: Assessment
    audience: str = INTERNATIONAL


@dataclass(frozen=True)
class Promise:
    """A commitment as somebody wrote it. ``call``: the ref of the call that they read."""

    call: str
    language: str
    plan: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Outcome:
    """A report as somebody wrote it. ``numbers``: what planned figures came to, by key."""

    language: str
    done: str
    assessment: str
    lessons: str
    numbers: Sequence[tuple[str, Number]]


def ready(section: Section, session: Database, deed: str, action: str, by: Reader) -> Action:
    """The action, when the reader may do this deed (a key of ``DEEDS``) now; ``Refused`` or ``Conflict`` otherwise."""
    section.require(by, DEEDS[deed][0])
    known = queries.whole(session, action)
    _check(section, session, deed, known.standing(section.code))
    return known


def _standing(section: Section, session: Database, deed: str, action: str, by: Reader) -> Standing:
    """As ``ready``, for a deed that need not read what all have said."""
    section.require(by, DEEDS[deed][0])
    standing = queries.standing(session, action, section.code)
    _check(section, session, deed, standing)
    return standing


def _check(section: Section, session: Database, deed: str, standing: Standing) -> None:
    if (message := _obstacle(section, session, deed, standing)) is not None:
        raise Conflict(message)


def _obstacle(section: Section, session: Database, deed: str, standing: Standing) -> Message | None:
    found = DEEDS[deed][1](standing, section.now().date())
    return unsettled(section, session, standing.summary) if found is None and deed == "commit" else found


def offers(section: Section, session: Database, known: Action, by: Reader) -> frozenset[str]:
    """The deeds that the reader may do now: for the buttons."""
    standing = known.standing(section.code)
    may = [deed for deed, (capability, _obstacle) in DEEDS.items() if section.may(by, capability)]
    return frozenset(deed for deed in may if _obstacle(section, session, deed, standing) is None)


def appeal(section: Section, session: Database, summary: Summary, language: str) -> documents.Reading:
    """The appeal in a language, in the very words with which the action was called, however it was revised since."""
    return section.documents.read(session, summary.document, language, revision=Ref.parse(summary.pinned))


def call(section: Section, session: Database, calling: Calling, by: Reader) -> str:
    """Publish the appeal and the call that stands on it; returns the action's id."""
    check_call(section, calling, by)
    document = section.documents.open(
        session,
        kind=rules.KIND,
        language=calling.language,
        title=calling.title,
        text=calling.text,
        audience=calling.audience,
        by=by,
    )
    called = Called(
        action=rules.mint(section.code),
        document=document,
        language=calling.language,
        first=calling.first.isoformat(),
        last=calling.last.isoformat(),
        assessment=calling.assessment,
    )
    _say(section, session, called, [section.documents.get(session, document).ref], by)
    return called.action


def commit(section: Section, session: Database, action: str, promise: Promise, by: Reader) -> None:
    """Commit the section, or put a new commitment in the place of the last; ``Conflict`` when another call counts by now."""
    standing = _standing(section, session, "commit", action, by)
    check_same(standing.summary, promise)
    check_figures(promise.figures)
    committed = Committed(action=action, language=promise.language, plan=promise.plan, figures=list(promise.figures))
    _say(section, session, committed, [Ref.parse(standing.summary.ref)], by)


def withdraw(section: Section, session: Database, action: str, *, language: str, reason: str, by: Reader) -> None:
    """Take the section's commitment back, with the reason."""
    standing = _standing(section, session, "withdraw", action, by)
    refs = [Ref.parse(ref) for ref in (standing.current,) if ref]
    _say(section, session, Withdrew(action=action, language=language, reason=reason), refs, by)


def report(section: Section, session: Database, action: str, outcome: Outcome, by: Reader) -> None:
    """Report on the section's commitment. A second report corrects the first, visibly."""
    known = ready(section, session, "report", action, by)
    plan = our_plan(section, known)
    answer = known.of(section.code)
    corrected = answer.report.ref if answer and answer.report else None
    said = Reported(
        action=action,
        language=outcome.language,
        done=outcome.done,
        assessment=outcome.assessment,
        lessons=outcome.lessons,
        figures=actual_figures(plan, outcome.numbers),
        correction_of=corrected,
    )
    _say(section, session, said, [Ref.parse(ref) for ref in (plan.ref, corrected) if ref], by)


def close(section: Section, session: Database, action: str, *, language: str, conclusions: str, by: Reader) -> None:
    """Draw the conclusions for all: only the section that called. Closing again puts the earlier conclusions right."""
    known = ready(section, session, "close", action, by)
    closed = Closed(
        action=action, language=language, conclusions=conclusions, counted=dict(known.looked_at), epochs=dict(known.epochs)
    )
    reports = [Ref.parse(answer.report.ref) for answer in known.answers if answer.report]
    _say(section, session, closed, [Ref.parse(known.summary.ref), *reports], by)


def check(section: Section, session: Database, utterance: Utterance, by: Reader, written: datetime) -> None:
    """Of what was ``written`` earlier and is released now: raises ``Conflict`` where it would not be said any more."""
    said = utterance.payload
    if isinstance(said, Called) and date.fromisoformat(said.last) < section.now().date():
        raise Conflict(_PASSED)
    if not isinstance(said, Committed | Withdrew | Reported | Closed):
        return
    known = ready(section, session, _DEED_OF[type(said)], said.action, by)
    if isinstance(said, Committed | Closed):
        if Ref.parse(known.summary.ref) != utterance.refs[0]:
            raise Conflict(_OTHER_CALL)
        if any(each > written for each in _said(section, known, said)):
            raise Conflict(_OTHER_WORD)
    elif _own_words(section, known, said) != list(utterance.refs):
        raise Conflict(_OTHER_WORD)


def _said(section: Section, known: Action, said: Committed | Closed) -> list[datetime]:
    """When our section has said, or taken back, what would be replaced."""
    if isinstance(said, Closed):
        return [closing.said for closing in known.closings]
    answer = known.of(section.code)
    words = [*answer.plans, answer.withdrawn] if answer else []
    return [word.said for word in words if word]


def _own_words(section: Section, known: Action, said: Payload) -> list[Ref]:
    """What our section has said that a withdrawal or a report stands on now: the commitment that holds; and the last report."""
    answer = known.of(section.code)
    plan, report = (answer.current, answer.report) if answer else (None, None)
    words = [plan, report] if isinstance(said, Reported) else [plan]
    return [Ref.parse(word.ref) for word in words if word]


def our_plan(section: Section, known: Action) -> Plan:
    """The commitment of ours that holds; ``Conflict`` without one."""
    answer = known.of(section.code)
    if answer is None or answer.current is None:
        raise Conflict(_("Your section has not committed to this action."))
    return answer.current


def check_call(section: Section, calling: Calling, by: Reader) -> None:
    """Raises ``Refused``, or ``Invalid`` for days in the wrong order or gone by."""
    section.require(by, "actions.called")
    if calling.last < calling.first:
        raise Invalid(_("The last day is before the first."), place="last")
    if calling.last < section.now().date():
        raise Invalid(_PASSED, place="first")


def check_same(summary: Summary, promise: Promise) -> None:
    """Raises ``Conflict`` where what would be committed to is not what was read."""
    if summary.ref != promise.call:
        raise Conflict(_OTHER_CALL)


def check_figures(figures: Sequence[Figure], places: Sequence[str] = ()) -> None:
    """Raises ``Invalid`` where a figure would point at persons. ``places``: where each stands on its page."""
    for number, figure in enumerate(figures):
        if rules.tells_too_few([figure]):
            raise Invalid(
                _("Numbers of people under 10 never leave the section, because they can point at persons. Say “fewer than 10”."),
                place=places[number] if number < len(places) else "number",
            )


def actual_figures(plan: Plan, numbers: Sequence[tuple[str, Number]], places: Sequence[str] = ()) -> list[Figure]:
    """The planned figures with what they came to; raises ``Invalid`` for one that was not planned, or named twice."""
    planned = {figure.key: figure for figure in plan.figures}
    if len({key for key, _number in numbers}) != len(numbers):
        raise Invalid(_("A figure is named twice."), place="figures")
    if unknown := [key for key, _number in numbers if key not in planned]:
        raise Invalid(_("There is no planned figure “%(key)s”.") % {"key": unknown[0]}, place="figures")
    figures = [Figure(key=key, what=planned[key].what, people=planned[key].people, number=number) for key, number in numbers]
    check_figures(figures, places)
    return figures


def _say(section: Section, session: Database, payload: Payload, refs: Sequence[Ref], by: Reader) -> None:
    section.publish(session, Utterance(payload, refs=tuple(refs), author=by.handle or None), by=by)
