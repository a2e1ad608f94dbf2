"""What pages call the sections: by their names, and by their codes, which are told apart where names look alike."""

from collections.abc import Callable

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from internationale.section import Section
from internationale.web.visits import visit


def naming(section: Section) -> Callable[[Context, str], Markup]:
    """The filter ``|section_name``: a code as an element with the section's name and the code, ``Section française (fr)``; the
    code alone where no name is known. It stands as one in a sentence that is read from the right, too.

    Anybody can call a section like another, or with letters of another script that look the same; no two have one code.

    The roster is read once per request, however many names stand on the page.
    """

    @pass_context
    def section_name(_context: Context, code: str) -> Markup:
        names = visit.get().names
        if not names:
            names |= _names(section)
        if code not in names:
            return Markup("<bdi>{}</bdi>").format(code)
        name, language = names[code]
        return Markup('<span class="section"><bdi lang="{}">{}</bdi> <small dir="ltr">({})</small></span>').format(
            language, name, code
        )

    return section_name


def _names(section: Section) -> dict[str, tuple[str, str]]:
    """Name and main language by code; our own also before joining."""
    with section.reading() as session:
        cards = section.sections(session)
    known = {card.code: (card.name, card.languages[0]) for card in cards}
    return {section.code: (section.name, section.languages[0]), **known}
