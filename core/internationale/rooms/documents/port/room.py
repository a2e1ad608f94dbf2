"""``kit.documents.Documents``, for one section."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlmodel import Session

from internationale.errors import Conflict, Invalid
from internationale.events.envelope import PUBLIC
from internationale.events.refs import Ref
from internationale.kit import audiences
from internationale.kit.documents import Block, Progress, Reading, Rendering, Summary, Title
from internationale.kit.ports import Section as Home
from internationale.kit.undecided import Undecided
from internationale.kit.vocabulary import Reader, Utterance
from internationale.messages import marker
from internationale.rooms.documents.events import OfferedUnit, TranslationOffered
from internationale.rooms.documents.port import access, revising
from internationale.rooms.documents.queries import documents, titles, translations
from internationale.rooms.documents.queries.values import Text
from internationale.rooms.documents.rows import chain
from internationale.rooms.documents.rules import ids, writing

_ = marker("core")

OFFER = 64 * 1024
"""About how many bytes of quotes and texts go into one event of translations."""


class DocumentsRoom:
    """Made once per section."""

    def __init__(self, section: Home) -> None:
        self._section = section

    def list(self, session: Session, kind: str | None = None) -> Sequence[Summary]:
        return documents.summaries(session, kind)

    def get(self, session: Session, document: str) -> Summary:
        return documents.summary(session, document)

    def titles(self, session: Session, documents: Sequence[str], language: str) -> Mapping[str, Title]:
        return titles.titles(self._section, session, documents, language)

    def titles_pinned(self, session: Session, revisions: Sequence[Ref], language: str) -> Mapping[Ref, Title]:
        return titles.titles_pinned(self._section, session, revisions, language)

    def read(self, session: Session, document: str, language: str, *, revision: int | Ref | None = None) -> Reading:
        text = _text(session, document, revision)
        if isinstance(revision, Ref):
            summary = documents.summary_pinned(session, document, revision)
        else:
            summary = documents.summary(session, document)
        return translations.reading(self._section, session, summary, text, language)

    def counting(self, session: Session, refs: Collection[Ref]) -> frozenset[Ref]:
        return chain.counting(session, refs)

    def undecided(self, session: Session, document: str, ref: Ref) -> Sequence[Undecided]:
        return access.undecided(self._section, session, document, ref)

    def progress(self, session: Session, document: str) -> Sequence[Progress]:
        found = self.progress_of(session, [document])
        if document not in found:
            raise documents.unknown()
        return found[document]

    def progress_of(self, session: Session, documents: Sequence[str]) -> Mapping[str, Sequence[Progress]]:
        languages = {*self._section.federation_languages(session), *self._section.languages}
        return translations.progress_of(session, documents, sorted(languages))

    def renderings(self, session: Session, source: str, target: str, reader: Reader) -> Sequence[Rendering]:
        written = (summary for summary in documents.summaries(session) if summary.language == source)
        readable = {summary.id: summary.audience for summary in written if access.may_read(self._section, summary, reader)}
        return translations.renderings(session, readable, target)

    def open(self, session: Session, *, kind: str, language: str, title: str, text: str, audience: str, by: Reader) -> str:
        self._section.require(by, "documents.opened")
        if kind not in self._section.kinds:
            raise Invalid(_("This kind of document is not known here."), place="kind")
        if audience == PUBLIC and not self._section.kinds[kind].public:
            sentence = _("A text of this kind is shared among the sections first: it cannot be opened to the public.")
            raise Invalid(sentence, place="audience")
        audience = audiences.check(audience, self._section.code, self._section.sections(session))
        _check_language(language)
        document = ids.mint(self._section.code)
        opened, parts = writing.opening(document, kind=kind, language=language, title=title, text=text)
        self._section.publish(session, Utterance(opened, parts=parts, audience=audience, author=by.handle or None), by=by)
        return document

    def revise(self, session: Session, document: str, *, base: int, title: str, text: str, note: str, by: Reader) -> int:
        return revising.revise(self._section, session, document, base=base, title=title, text=text, note=note, by=by)

    def offer(
        self, session: Session, document: str, language: str, texts: Mapping[str, str], *, revision: int | Ref, by: Reader
    ) -> None:
        self._section.require(by, "documents.translation_offered", document)
        summary = documents.summary(session, document)
        _check_language(language)
        if language == summary.language:
            raise Invalid(_("This is the language that the text is written in."), place="language")
        text = _text(session, document, revision)
        for units in _offered(translations.sources(text), texts):
            said = TranslationOffered(document=document, language=language, units=tuple(units))
            self._section.publish(
                session,
                Utterance(said, refs=(text.revision.ref,), audience=text.revision.audience, author=by.handle or None),
                by=by,
            )


def _text(session: Session, document: str, revision: int | Ref | None) -> Text:
    if isinstance(revision, Ref):
        return documents.text_pinned(session, document, revision)
    return documents.text(session, document, revision)


def _check_language(code: str) -> None:
    if not ids.is_language(code):
        raise Invalid(_("This is not the code of a language."), place="language")


def _offered(sources: Sequence[Block], texts: Mapping[str, str]) -> Iterator[list[OfferedUnit]]:
    """The offers in bundles that fit into one event each. Raises ``Invalid`` for an unknown block or an empty text."""
    known = {block.id: block for block in sources}
    bundle: list[OfferedUnit] = []
    size = 0
    if not texts:
        raise Conflict(_("There is nothing to share."))
    for id, text in texts.items():
        if id not in known:
            raise Invalid(_("This paragraph is not in the text."), place=id)
        if not text.strip():
            raise Invalid(_("A translation needs words."), place=id)
        source = known[id].source
        bundle.append(OfferedUnit(block=id, source_hash=known[id].hash, quote=source, text=text))
        size += len(source.encode()) + len(text.encode())
        if size > OFFER:
            yield bundle
            bundle, size = [], 0
    if bundle:
        yield bundle
