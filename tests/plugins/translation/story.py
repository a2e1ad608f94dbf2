"""A statement of the committee, and people in the sections who translate it."""

from internationale.testing import carrying
from internationale.testing.people import member
from internationale_translation import port, queries
from internationale_translation.queries import Bench

TITLE = "Against the war"
TEXT = "We demand peace.\n\nWages must rise with prices.\n\n***\n\nThe rich shall pay.\n"
FRENCH = {
    "Against the war": "Contre la guerre",
    "We demand peace.": "Nous exigeons la paix.",
    "Wages must rise with prices.": "Les salaires doivent suivre les prix.",
    "The rich shall pay.": "Que les riches paient.",
}


class Story:
    """One statement of the committee, and people who translate it."""

    def __init__(self, *sections):
        self.sections = {section.code: section for section in sections}
        self.author = member(self.sections["ic"], "member", "delegate")
        self.document = self.at(
            "ic",
            lambda section, session: section.documents.open(
                session, kind="statement", language="en", title=TITLE, text=TEXT, audience="international", by=self.author
            ),
        )
        self.carry()

    def carry(self):
        carrying.hand_on(*self.sections.values())

    def at(self, code, deed):
        section = self.sections[code]
        with section.writing() as session:
            return deed(section, session)

    def work(self, deed, code="fr", language="fr", roles=("member", "translator"), **kwargs):
        reader = member(self.sections[code], *roles, language="en")
        return self.at(code, lambda section, session: deed(Bench(section, session, self.document, language, reader), **kwargs))

    def desk(self, **who):
        return self.work(queries.desk, **who)

    def block(self, source):
        return next(line.unit.block.id for line in self.desk().lines if line.unit.block.source == source)

    def texts(self):
        return {self.block(source): text for source, text in FRENCH.items()}

    def revise(self, text, title=TITLE):
        base = self.at("ic", lambda section, session: section.documents.get(session, self.document).revision)
        self.at(
            "ic",
            lambda section, session: section.documents.revise(
                session, self.document, base=base, title=title, text=text, note="", by=self.author
            ),
        )
        self.carry()

    def states(self, **who):
        return [line.unit.state for line in self.desk(**who).lines]

    def work_of_another(self, texts, revision=1):
        """Somebody else in the section shares these translations."""
        section = self.sections["fr"]
        reader = member(section, "translator", "delegate", handle="clara")
        with section.writing() as session:
            port.share(Bench(section, session, self.document, "fr", reader), texts, revision=revision)
