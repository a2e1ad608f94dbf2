"""Forms beside other forms that are refused: what was entered comes back in that one alone, and the error with it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from litestar.routes import HTTPRoute

from internationale.events import fingerprints, joining, keys
from internationale.events.keys import SigningKey
from internationale.kit.entered import PAGE
from internationale.kit.fields import Form
from internationale.rooms.documents.port import amending, home
from internationale.rooms.documents.port.amending import Proposal
from internationale.rooms.roster import port as roster
from internationale.testing import carrying
from internationale.testing.federations import Federation
from internationale.testing.people import member
from internationale.web.app import create_app

from .forms import controls, form, wrong

REVERSED = "Bread \u202e& roses"
"""What is refused, and looks like anything else."""
OTHER = "Another word."
NOTHING_TO_FILL_IN = frozenset(
    {
        "/attachments/{attachment}/pin",
        "/federation/found/file",
        "/federation/waiting/mute",
        "/federation/waiting/unmute",
        "/federation/waiting/{kind}/retry",
        "/members/link/{secret}",
        "/statements/{id}/cosign",
        "/statements/{id}/issue",
    }
)
"""Buttons, beside a tick at most: their other fields are the page's own."""


def test_every_form_that_people_fill_in_has_its_page(tmp_path: Path) -> None:
    with Federation(tmp_path) as federation:
        app = create_app(federation.alone("fr"))
        routes = [route for route in app.routes if isinstance(route, HTTPRoute) and not route.path_format.startswith("/api/")]
        posts = [(route.path_format, each) for route in routes for each in route.route_handlers if "POST" in each.http_methods]
    forms = {path: getattr(each.parsed_data_field, "annotation", None) for path, each in posts}
    filled = {path for path, each in forms.items() if isinstance(each, type) and issubclass(each, Form) and each.model_fields}
    assert filled - {path for path, each in posts if PAGE in each.opt} == NOTHING_TO_FILL_IN


@pytest.fixture
def two(federation: Callable[..., Any]) -> Any:
    return federation("ic", "fr")


@pytest.fixture
def ic(two: Any) -> Any:
    return two[0]


@pytest.fixture
def rosa(ic: Any, browser: Callable[..., Any]) -> Any:
    return browser(ic, "member", "delegate", "secretary", "host", "translator", language="en")


@dataclass
class Text:
    """A draft of ``ic``, with what people say of it: the addresses of all that."""

    section: Any
    path: str
    block: str

    @property
    def id(self) -> str:
        return self.path.rsplit("/", 1)[1]

    def _proposal(self, text: str) -> Proposal:
        return Proposal(self.block, 1, "replace", "en", "Less", "Time is ours.", text)

    def motion(self) -> str:
        with self.section.writing() as session:
            id = home.move(self.section, session, self.id, self._proposal("Thirty."), member(self.section, "member"))
        return f"{self.path}/motions/{id}"

    def amendment(self) -> str:
        with self.section.writing() as session:
            id = amending.propose(self.section, session, self.id, self._proposal("Thirty."), member(self.section, "delegate"))
        return f"{self.path}/amendments/{id}"

    def comment(self) -> str:
        with self.section.writing() as session:
            said = {"block": self.block, "text": OTHER, "by": member(self.section, "member")}
            id = home.say(self.section, session, self.id, **said)
        return f"{self.path}/comments/{id}"


@pytest.fixture
def text(ic: Any) -> Text:
    with ic.writing() as session:
        said = {"kind": "programme", "language": "en", "title": "T", "text": "Forty hours.", "audience": "international"}
        document = ic.documents.open(session, **said, by=member(ic, "delegate"))
    with ic.reading() as session:
        block = ic.documents.read(session, document, "en").units[1].block.id
    return Text(ic, f"/documents/{document}", block)


def again(client: Any, action: str, sent: dict[str, Any], status: int = 400) -> tuple[Any, str]:
    """The page that a refused form comes back on, and that form on it."""
    page = client.post(action, data=sent)
    assert page.status_code == status, page.text
    assert '<div class="notice wrong" role="alert">' in page.text
    return page, form(page, action)


WORDS = [
    ("debate", "", "text"),
    ("comment", "", "text"),
    ("motion", "/debate", "text"),
    ("motion", "/decline", "reason"),
    ("amendment", "/withdraw", "reason"),
]


@pytest.mark.parametrize(("about", "deed", "name"), WORDS)
def test_words_about_a_text(rosa: Any, text: Text, about: str, deed: str, name: str) -> None:
    action = f"{text.path}/debate/{text.block}" if about == "debate" else getattr(text, about)() + deed
    page, mine = again(rosa, action, {name: REVERSED})
    assert dict(controls(mine)) == {name: REVERSED}
    assert wrong(page.text) == wrong(mine) == [name]
    assert rosa.post(action, data={name: "Bread."}, follow_redirects=False).status_code in (200, 303)


@pytest.mark.parametrize(("about", "deed", "name"), WORDS)
def test_whoever_was_signed_out_loses_no_words(
    ic: Any, text: Text, browser: Callable[..., Any], about: str, deed: str, name: str
) -> None:
    action = f"{text.path}/debate/{text.block}" if about == "debate" else getattr(text, about)() + deed
    page = browser(ic, language="en").post(action, data={name: "Ours & theirs."})
    assert (page.status_code, dict(controls(form(page, action)))) == (403, {name: "Ours & theirs."})
    assert "Sign in in a new tab" in page.text
    assert OTHER not in page.text


def test_a_decision_is_not_wrong_beside_a_withdrawal(rosa: Any, text: Text) -> None:
    amendment = text.amendment()
    for deed, sent in (("withdraw", {"reason": REVERSED}), ("decide", {"reason": REVERSED, "decision": "rejected"})):
        page, mine = again(rosa, f"{amendment}/{deed}", sent)
        assert {name: value for name, value in controls(mine) if name != "event"} == sent
        assert wrong(page.text) == wrong(mine) == ["reason"]


def test_words_are_not_lost_where_their_form_is_gone(rosa: Any, ic: Any, text: Text, browser: Callable[..., Any]) -> None:
    motion, amendment = text.motion(), text.amendment()
    other = browser(ic, "delegate", handle="clara")
    assert other.post(f"{motion}/decline", data={"reason": "Not now."}, follow_redirects=False).status_code == 303
    assert other.post(f"{amendment}/withdraw", data={"confirmed": "true"}, follow_redirects=False).status_code == 303
    for action, sent in (
        (f"{motion}/decline", {"reason": "We & they cannot."}),
        (f"{amendment}/decide", {"decision": "rejected", "reason": "We & they cannot.", "confirmed": "true"}),
        (f"{amendment}/withdraw", {"reason": "We & they cannot.", "confirmed": "true"}),
    ):
        page = rosa.post(action, data=sent)
        assert (page.status_code, "We &amp; they cannot.</textarea>" in page.text) == (409, True)


def test_what_a_second_person_rejects(federation: Callable[..., Any], browser: Callable[..., Any]) -> None:
    (ic,) = federation("ic", release=frozenset({"documents.opened"}))
    rosa, clara = browser(ic, "delegate"), browser(ic, "secretary", "host", "delegate", handle="clara", language="en")
    sent = {"audience": "international", "language": "en", "title": "T", "text": "Bread.", "step": "sign"}
    held = rosa.post("/statements/new", data=sent, follow_redirects=False).headers["location"]
    page, mine = again(clara, f"{held}/reject", {"reason": REVERSED})
    assert (dict(controls(mine)), wrong(page.text)) == ({"reason": REVERSED}, ["reason"])


def test_taking_a_text_back(rosa: Any) -> None:
    long = "".join(f"Paragraph {number}. {'word ' * 40}\n\n" for number in range(400))
    sent = {"audience": "international", "language": "en", "title": "T", "text": long, "step": "sign"}
    assert rosa.post("/statements/new", data=sent, follow_redirects=False).status_code == 303
    action = "/federation/sent/ic:1:1/withdraw"
    page, mine = again(rosa, action, {"reason": "safety"})
    assert (dict(controls(mine)), wrong(page.text)) == ({"reason": "safety"}, ["sure"])
    page, mine = again(rosa, action, {"sure": "true"})
    assert (dict(controls(mine)), wrong(page.text)) == ({"sure": "true"}, ["reason"])


def test_taking_a_file_back(rosa: Any, text: Text) -> None:
    bring = f"/api/v1/attachments/to/{text.id}/uploads?name=Photo.jpg"
    upload = rosa.post(bring, content=b"\xff\xd8\xff..").json()["id"]
    id = rosa.post(f"/api/v1/attachments/uploads/{upload}", json={"name": "Photo.jpg", "note": ""}).json()["id"]
    page, mine = again(rosa, f"/attachments/{id}/withdraw", {"reason": REVERSED})
    assert (dict(controls(mine)), wrong(page.text)) == ({"reason": REVERSED}, ["reason"])


def test_nobody_is_shown_a_sealed_text_whom_nobody_chose(federation: Callable[..., Any], browser: Callable[..., Any]) -> None:
    """The list of sections begins with none, and what was refused chooses no other."""
    ic, _fr, _ar = federation("ic", "fr", "ar")
    rosa = browser(ic, "delegate", language="en")
    with ic.writing() as session:
        said = {"kind": "programme", "language": "en", "title": "T", "text": "Bread.", "audience": "fr ic"}
        document = ic.documents.open(session, **said, by=member(ic, "delegate"))
    action = f"/sealing/{document}"
    assert '<option value="" selected>Choose a section</option>' in rosa.get(action).text
    page, mine = again(rosa, action, {"code": "xx", "confirmed": "true"})
    assert (dict(controls(mine)), "confirmed" in mine) == ({"code": ""}, False)
    page, mine = again(rosa, action, {"code": "", "confirmed": "true"})
    assert (dict(controls(mine)), wrong(page.text)) == ({"code": ""}, ["code"])
    assert rosa.post(action, data={"code": "ar", "confirmed": "true"}, follow_redirects=False).status_code == 303
    page, mine = again(rosa, action, {"code": "ar", "confirmed": "true"}, status=409)
    assert (dict(controls(mine)), wrong(page.text), "confirmed" in mine) == ({"code": "ar"}, ["code"], False)


def candidate(section: Any) -> str:
    """A section that wants to join, for which ``section`` vouched: the hash of its request."""
    key = SigningKey.generate()
    asked = joining.JoinRequest(code="de", name="Sektion", languages=("de",), key=key.public, made=section.now())
    document = joining.request(asked, key)
    with section.writing() as session:
        roster.vouch(
            section, session, document, typed=fingerprints.words(key.public), why="Many.", by=member(section, "delegate")
        )
    return keys.digest(keys.JOIN, document.body).hex()


@pytest.mark.parametrize("deed", ["propose", "decline"])
def test_what_is_decided_of_one_of_several_who_want_to_join(rosa: Any, ic: Any, deed: str) -> None:
    first, second = candidate(ic), candidate(ic)
    for hash in (first, second):
        page, mine = again(rosa, f"/federation/join/{hash}/{deed}", {"why": REVERSED})
        assert dict(controls(mine)) == {"why": REVERSED}
        assert wrong(page.text) == wrong(mine) == ["why"]
        assert page.text.count("<details open>") + page.text.count('<details class="sure" open>') == 1


def test_vouching(rosa: Any, ic: Any) -> None:
    page = rosa.post("/federation/join", data={"request": "no file & no request"}, files={"file": ("", b"")})
    assert page.status_code == 400
    assert dict(controls(form(page, "/federation/join"))) == {"request": "no file & no request"}
    assert wrong(page.text) == ["request"]
    for given in (b"", b"no file either"):
        page = rosa.post("/federation/join", data={"request": ""}, files={"file": ("a.request" if given else "", given)})
        assert (page.status_code, wrong(page.text)) == (400, ["file"])
    key = SigningKey.generate()
    asked = joining.JoinRequest(code="de", name="Sektion", languages=("de",), key=key.public, made=ic.now())
    request = json.dumps(joining.request(asked, key).plain())
    sent = {"request": request, "fingerprint": "bread and roses", "why": "We know them."}
    page, mine = again(rosa, "/federation/join/vouch", sent)
    given = dict(controls(mine))
    assert given | {"request": json.loads(given["request"])} == sent | {"request": json.loads(request)}
    assert wrong(page.text) == ["fingerprint"]


def test_founding(federation: Federation, browser: Callable[..., Any]) -> None:
    rosa = browser(federation.alone("ic"), "delegate", language="en")
    post = partial(rosa.post, files={"files": ("", b"")})
    page = post("/federation/found", data={"threshold": "3"})
    assert (page.status_code, dict(controls(form(page, "/federation/found")))) == (400, {"threshold": "3"})
    assert wrong(page.text) == wrong(form(page, "/federation/found")) == ["files"]
    page = post("/federation/found/copies", data={})
    assert (page.status_code, wrong(page.text)) == (400, ["files"])
    assert wrong(form(page, "/federation/found/copies")) == ["files"]


def test_signing_a_change_of_the_list(federation: Callable[..., Any], browser: Callable[..., Any]) -> None:
    root = SigningKey(bytes([101]) * 32)
    (ic,) = federation("ic", root=root)
    ic.settings.root_key.unlink(missing_ok=True)
    roster.write_root_key(ic.settings.root_key, root, "bread")
    rosa = browser(ic, "delegate", language="en")
    here = "/federation/roster/propose"
    preview = rosa.post(here, data={"change": "renew", "section": "", "why": "A year.", "step": "preview"})
    sent = {**dict(controls(form(preview, here))), "step": "sign"}
    path = rosa.post(here, data=sent, follow_redirects=False).headers["location"]
    page, mine = again(rosa, f"{path}/sign", {"passphrase": "bread & roses", "again": "true"})
    assert dict(controls(mine)) == {"passphrase": "", "again": "true"}
    assert '<details class="sure" open>' in page.text
    assert ("roses" in page.text, wrong(page.text)) == (False, ["passphrase"])
    gone = rosa.post(f"{path[:-64]}{'0' * 64}/sign", data={"passphrase": "bread & roses"})
    assert (gone.status_code, "roses" in gone.text) == (400, False)
    page = rosa.post(f"{path}/signature", files={"file": ("x", b"{}")})
    assert (page.status_code, wrong(page.text)) == (400, ["file"])
    assert wrong(form(page, f"{path}/signature")) == ["file"]


def test_what_is_shared_of_the_drafts_of_translators(two: Any, browser: Callable[..., Any], text: Text) -> None:
    _ic, fr = two
    carrying.hand_on(*two)
    clara = browser(fr, "translator", "delegate", "member", language="en")
    here = f"/translation/{text.id}/fr"
    desk = clara.get(here)
    blocks = [value for name, value in controls(form(desk, here)) if name == "block"]
    was = [value for name, value in controls(form(desk, here)) if name == "was"]
    sent = {"revision": "1", "action": "save", "block": blocks, "was": was, "text": ["Titre", "Quarante heures."]}
    assert clara.post(here, data=sent, follow_redirects=False).status_code == 303
    mine = form(clara.get(f"{here}/sharing"), f"{here}/sharing")
    units = [value for name, value in controls(mine) if name == "unit"]
    assert len(units) == 2
    page = clara.post(f"{here}/sharing", data={"revision": "7", "unit": units[1:]})
    assert page.status_code >= 400
    assert [value for name, value in controls(form(page, f"{here}/sharing")) if name == "unit"] == units[1:]
    page = clara.post(f"{here}/sharing", data={"revision": "1", "unit": []})
    assert page.status_code >= 400
    assert [value for name, value in controls(form(page, f"{here}/sharing")) if name == "unit"] == []
