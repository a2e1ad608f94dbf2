"""The list of sections: its versions, what is proposed, and the fingerprints to compare aloud."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Template

from internationale.kit import Reader
from internationale.rooms.roster import queries, rules
from internationale.rooms.roster.pages.showing import shown
from internationale.rooms.roster.port import Instance


class RosterPages(Controller):
    path = "/federation/roster"
    include_in_schema = False

    @get("/", sync_to_thread=True)
    def all(self, section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> Template:
        rules.require_member(reader)
        with section.reading() as session:
            latest = queries.latest(session)
            context = {
                "roster": latest.roster if latest else None,
                "expiry": rules.expiry(latest.roster, section.now()) if latest else None,
                "waiting": queries.pending(session, queries.EXAMINED),
                "unexamined": queries.unexamined(session, queries.latest_number(session)),
                "versions": queries.history(session),
                "contradicting": queries.contradicting(session),
                "may_propose": section.may(reader, "roster.proposed"),
            }
        return Template("roster/roster.html", context=context)

    @get("/ceremony", sync_to_thread=True)
    def ceremony(self, section: NamedDependency[Instance], reader: NamedDependency[Reader]) -> Template:
        rules.require_member(reader)
        with section.reading() as session:
            latest, listed = queries.latest(session), queries.fingerprint(session)
        roster = latest.roster if latest else None
        context = {
            "version": roster.version if roster else 0,
            "listed": shown(listed) if listed is not None else None,
            "roots": [(root.holder, shown(root.key)) for root in roster.roots] if roster else [],
            "sections": [(entry.code, shown(rules.changes.signing(entry))) for entry in roster.sections] if roster else [],
        }
        return Template("roster/ceremony.html", context=context)
