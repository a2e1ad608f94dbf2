"""What comes back from a hub as it was published needs no looking up; everything else under our name does."""

from dataclasses import replace

from internationale.bus import Parcel
from internationale.worker.published import REMEMBERED, Published

OURS = Parcel("intl.v1.log.fr.1.1", b"what was said", "key.signature")


def test_only_the_very_same_bytes_under_the_same_name_come_back():
    published = Published()
    assert not published.came_back(OURS)
    published.note([OURS])
    assert published.came_back(OURS)
    assert not published.came_back(replace(OURS, body=b"what was not said"))
    assert not published.came_back(replace(OURS, subject="intl.v1.log.fr.1.2"))


def test_what_is_long_ago_is_looked_up_again():
    published = Published()
    published.note([OURS, *(Parcel(f"intl.v1.log.fr.1.{number}", b"more") for number in range(2, REMEMBERED + 1))])
    assert published.came_back(OURS)
    published.note([Parcel("intl.v1.log.fr.1.5000", b"more")])
    assert not published.came_back(OURS)
