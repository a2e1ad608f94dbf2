"""Files that belong to something that only some sections may read."""

from typing import Any

import pytest

from internationale.errors import NotFound
from internationale.rooms.attachments.queries import files
from internationale.rooms.attachments.rules.chunking import CHUNK
from internationale.testing import oracle


def test_only_the_audience_has_the_file(three, hub, share, attach, carry, carriages, taken, kept_at_hub) -> None:
    ic, fr, ar = three
    content = b"names of comrades " * 40_000
    attachment = attach(fr, share(fr, "ar fr"), content, name="names.txt")
    answer = attach(fr, share(fr, "ar fr"), b"short")
    carry(*three)

    async def story(at: Any) -> None:
        await at["fr"].offer()
        for each in at.values():
            await each.fetch()

    carriages(story, *three)
    assert taken(ar, attachment) == taken(fr, attachment) == content
    assert taken(ar, answer) == b"short"
    for id in (attachment, answer):
        with ic.reading() as session, pytest.raises(NotFound):
            files.find(session, id)
    travelled = kept_at_hub()
    assert len(travelled) == 3
    assert not any(b"comrades" in body or b"names.txt" in body for body in travelled)
    assert min(map(len, travelled)) == 4096 + 16
    assert list(ic.attachments.store.all()) == []
    for section in three:
        oracle.verify(section)
        oracle.replayed(section)
    assert max(map(len, travelled)) == CHUNK + 16
    assert not any(content[:100] in path.read_bytes() for path in fr.attachments.store.folder.rglob("*") if path.is_file())
