"""A statement over a real hub: proposed in one section, co-signed in the others, public in all."""

from typing import Any

STATEMENT = {
    "audience": "international",
    "language": "fr",
    "title": "Contre la guerre",
    "text": "Pas un sou.\n\nPas un homme.",
    "step": "sign",
}


def test_proposed_cosigned_translated_and_issued_across_the_hub(
    federation: Any, carry: Any, member: Any, browser: Any, read: Any
) -> None:
    ic, fr, ar = federation("ic", "fr", "ar")
    path = browser(fr, "delegate").post("/statements/new", data=STATEMENT).url.path
    carry(ic, fr, ar)
    for section in (ic, ar):
        signed = browser(section, "delegate").post(f"{path}/cosign", data=read(section, path))
        assert signed.status_code == 200
    with ar.writing() as session:
        reading = ar.documents.read(session, path.rpartition("/")[2], "ar")
        texts = {unit.block.id: f"عربي {unit.block.source}" for unit in reading.units}
        ar.documents.offer(session, reading.document.id, "ar", texts, revision=1, by=member(ar, "translator"))
    carry(ic, fr, ar)
    assert browser(fr, "delegate").post(f"{path}/issue", data=read(fr, path)).status_code == 200
    carry(ic, fr, ar)
    for section in (ic, fr, ar):
        passer_by = browser(section)
        assert "عربي Pas un homme." in passer_by.get(f"{path}/in/ar").text
        assert passer_by.get(f"{path}/in/en").status_code == 404
        page = passer_by.get(f"{path}/in/fr").text
        for other in (ic, fr, ar):
            assert other.name in page
