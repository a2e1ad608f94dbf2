"""A statement for some sections only: proposed and co-signed among them, and never made public."""

from typing import Any

import pytest

from internationale.kit import Conflict, Utterance
from internationale.testing import oracle
from internationale_statements.events import Issued

STATEMENT = {"language": "fr", "title": "Entre nous", "text": "Le patron ment.", "audience": "named", "sections": "ic"}


def test_proposed_and_cosigned_among_them(federation: Any, carry: Any, browser: Any, read: Any) -> None:
    ic, fr, ar = federation("ic", "fr", "ar")
    page = browser(fr, "delegate", language="en")
    preview = page.post("/statements/new", data=STATEMENT | {"step": "preview"}).text
    assert "Encrypted for these sections only:" in preview
    assert 'name="sections" value="ic"' in preview
    edited = page.post("/statements/new", data=STATEMENT | {"step": "edit"}).text
    assert 'value="ic" checked' in edited
    path = page.post("/statements/new", data=STATEMENT | {"step": "sign"}).url.path
    carry(ic, fr, ar)
    other = browser(ic, "delegate", language="en")
    assert "Le patron ment." in other.get(path).text
    assert "the public when the statement is issued" not in other.get(f"{path}/cosign").text
    assert other.post(f"{path}/cosign", data=read(ic, path)).status_code == 200
    carry(ic, fr, ar)
    assert oracle.rows(fr)["statements_cosignature"] == oracle.rows(ic)["statements_cosignature"] != []
    assert not oracle.rows(ar)["statements_cosignature"]
    shown = page.get(path).text
    assert f"{path}/issue" not in shown
    refused = page.post(f"{path}/issue", data=read(fr, path))
    assert (refused.status_code, "cannot be made public" in refused.text) == (409, True)
    assert "patron" not in browser(fr).get(path).text
    oracle.only_for((ic, fr, ar), b"Le patron ment", {"ic", "fr"})


def test_a_careless_issue_is_void(federation: Any, carry: Any, member: Any, browser: Any) -> None:
    ic, fr = federation("ic", "fr")
    path = browser(fr, "delegate").post("/statements/new", data=STATEMENT | {"step": "sign"}).url.path
    id = path.rpartition("/")[2]
    with fr.writing() as session:
        ref = fr.documents.get(session, id).ref
        issued = Utterance(Issued(document=id, revision=1, counted={}), refs=(ref,))
        with pytest.raises(Conflict, match="not_public"):
            fr.publish(session, issued, by=member(fr, "delegate"))
    carry(ic, fr)
    assert "patron" not in browser(ic).get(path).text
