"""Who can read a sealed document, and what of that was taken back, for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from internationale.kit import Reader
from internationale.rooms.exchange.rules import WITHDRAW
from internationale.rooms.sealing import port
from internationale.rooms.sealing.forms import ShareBody
from internationale.rooms.sealing.queries import SharedAgain

PATH = "/api/v1/sealing/{document:str}"


@dataclass(frozen=True)
class ReadersOut:
    """``readers``: the sections for which it was sealed; ``again``: those that were let in later."""

    readers: Sequence[str]
    again: Sequence[SharedAgain]


@dataclass(frozen=True)
class Shown:
    """How many messages were shown, or taken back."""

    messages: int


@dataclass(frozen=True)
class OutlivedOut:
    """A message of ours, by its number, that still carries what was taken back since: ``gone``, by ref; and the ``rest``."""

    id: str
    subject: str
    readers: Sequence[str]
    gone: Sequence[str]
    rest: Sequence[str]


def routes() -> Sequence[Any]:
    """The handlers, made anew for each application."""

    @get(PATH, sync_to_thread=True, summary="Who can read a sealed document")
    def readers(document: FromPath[str], section: NamedDependency[Any], reader: NamedDependency[Reader]) -> ReadersOut:
        with section.reading() as session:
            known = port.readership(section, session, document, reader)
        return ReadersOut(known.readers, known.again)

    @post(PATH, sync_to_thread=True, summary="Let one more section read a sealed document and what was said about it")
    def share(
        document: FromPath[str],
        data: JSONBody[ShareBody],
        section: NamedDependency[Any],
        reader: NamedDependency[Reader],
    ) -> Shown:
        with section.writing() as session:
            return Shown(port.share(section, session, document, with_=data.code, by=reader))

    return [readers, share, *_outliving()]


def _outliving() -> list[Any]:
    path = "/api/v1/sealing/taken-back"

    @get(path, sync_to_thread=True, summary="What this section still shows to others although it was taken back")
    def outlived(section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Sequence[OutlivedOut]:
        section.require(reader, WITHDRAW)
        with section.reading() as session:
            found = port.outlived(section, session)
        return [OutlivedOut(str(each.address), each.subject, each.readers.split(), each.gone, each.rest) for each in found]

    @post(path, sync_to_thread=True, summary="Take that back, too, and show the rest of it again")
    def take_back(section: NamedDependency[Any], reader: NamedDependency[Reader]) -> Shown:
        with section.writing() as session:
            return Shown(port.take_back(section, session, reader))

    return [outlived, take_back]
