"""Three sections with a root key each, of which two must sign: over a real hub, on pages and by the API."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import select

from internationale.errors import Paused
from internationale.events import fingerprints, joining, keys
from internationale.events.keys import SigningKey
from internationale.events.logs import LogRules
from internationale.events.roster import Entry, LastGood, Root, Roster, Status, Version
from internationale.events.signed import SignedDocument
from internationale.kit import HubState, Utterance
from internationale.rooms.roster import port, queries
from internationale.rooms.roster.events import Vouched
from internationale.rooms.roster.queries.joining import SHOWN
from internationale.rooms.roster.rules import changes
from internationale.section import Section
from internationale.testing import notes
from internationale.testing.builds import today
from internationale.testing.federations import Federation
from internationale.testing.people import member

from .conftest import propose

ROOTS = {code: SigningKey(bytes([number]) * 32) for number, code in enumerate(("ic", "fr", "ar"), 101)}


@pytest.fixture
def make(federation: Federation) -> Callable[[str], Section]:
    return partial(federation.alone, plugins=today())


@pytest.fixture
def three(federation: Federation) -> list[Section]:
    sections = federation(*ROOTS, plugins=today(), root=ROOTS["ic"])
    roots = [Root(key=root.public, holder=f"Office {code}") for code, root in ROOTS.items()]
    with sections[0].reading() as session:
        draft = changes.governed(port.latest(session), roots, 2, sections[0].now())
    document = SignedDocument.seal(keys.ROSTER, draft, *ROOTS.values())
    for section in sections:
        with section.writing() as session:
            port.store_version(session, document, section.now())
        section.roster_changed()
        port.write_root_key(section.settings.root_key, ROOTS[section.code])
    return sections


def version(section: Section) -> int:
    with section.reading() as session:
        return port.latest(session).roster.version


def founded(section: Section) -> int:
    """The number of the list that is in force; 0: none."""
    with section.reading() as session:
        return queries.latest_number(session)


def status(section: Section, code: str) -> str:
    with section.reading() as session:
        return changes.entry_of(port.latest(session), code).status.value


def links(page: Any, pattern: str) -> list[str]:
    return re.findall(pattern, page.text)


def test_a_suspension_is_proposed_signed_by_two_and_in_force_everywhere(
    three: list[Section], carry: Callable[..., None], browser: Callable[..., Any]
) -> None:
    fr = three[1]
    at_ic, at_fr = (browser(each, "delegate") for each in three[:2])
    form = {"change": "suspend", "section": "ar", "why": "It publishes our drafts."}
    preview = at_ic.post("/federation/roster/propose", data=form)
    assert "is suspended. Its log counts up to number 0" in preview.text
    answer = propose(at_ic, form)
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert f'action="{path}/sign"' in at_ic.get(path).text
    assert at_ic.post(f"{path}/sign", data={}, follow_redirects=False).status_code == 303
    shown = at_ic.get(path).text
    assert "At least 1 more root key must sign." in shown
    assert ("The root key of this instance has signed it." in shown, f'action="{path}/sign"' in shown) == (True, False)
    assert at_ic.post(f"{path}/sign", data={}).status_code == 409
    assert at_ic.post(f"{path}/adopt").status_code == 409
    carry(*three)
    assert path in at_fr.get("/federation/roster").text
    shown = at_fr.get(path).text
    assert ("It publishes our drafts." in shown, f'action="{path}/sign"' in shown) == (True, True)
    assert (version(fr), status(fr, "ar")) == (4, "member")
    assert at_fr.post(f"{path}/sign", data={}, follow_redirects=False).status_code == 303
    assert (version(fr), status(fr, "ar")) == (5, "suspended")
    carry(*three)
    assert [status(each, "ar") for each in three] == ["suspended"] * 3
    at_ar = browser(three[2], "delegate", language="en")
    assert "suspended this section" in propose(at_ar, {"change": "renew", "section": "", "why": "x"}).text
    shown = at_ic.get("/federation/roster").text
    assert "Signed by: Office fr and Office ic" in shown
    assert "No change is proposed." in shown


def test_no_section_buries_the_candidates_of_the_others(
    three: list[Section],
    make: Callable[[str], Section],
    carry: Callable[..., None],
    member: Callable[..., Any],
    browser: Callable[..., Any],
) -> None:
    """One vouches without an end, each time for another request; whoever looks after the home page reads only its last."""
    ic, fr, ar = three
    de, it = make("de"), make("it")

    def vouch(section: Section, candidate: Section, second: int) -> str:
        document = port.own_request(candidate, candidate.now() + timedelta(seconds=second))
        hash, request = keys.digest(keys.JOIN, document.body).hex(), keys.encode(document.body)
        said = Vouched(code=candidate.code, hash=hash, request=request, signature=document.signatures[0], why="Why.")
        with section.writing() as session:
            section.publish(session, Utterance(said), by=member(section, "delegate"))
        return hash

    true = vouch(ar, it, 0)
    noise = [vouch(fr, de, second) for second in range(SHOWN + 3)]
    carry(*three)
    with ic.reading() as session:
        assert {each.hash for each in queries.candidates(session)} == {true, *noise[3:]}
        assert queries.candidate(session, noise[0]).asked.code == "de"
    delegate = browser(ic, "delegate", language="en")
    answers = [delegate.get(f"/api/v1/federation/requests?page={page}").json() for page in (1, 2)]
    assert [(len(each["requests"]), each["total"], each["page"], each["pages"]) for each in answers] == [
        (50, 51, 1, 2),
        (1, 51, 2, 2),
    ]
    assert [delegate.get(f"/federation/join?page={page}").text.count("<article>") for page in (1, 2)] == [50, 1]
    refused = delegate.post(f"/federation/join/{true}/decline", data={"why": ""})  # its page, with what was entered
    assert (refused.text.count("<article>"), true in refused.text) == (1, True)


def test_a_candidate_is_vouched_for_proposed_and_joins(
    three: list[Section], make: Callable[[str], Section], carry: Callable[..., None], browser: Callable[..., Any]
) -> None:
    ic, fr, _ar = three
    de = make("de")
    request = browser(de, "delegate").get("/federation/join/request/file").text
    at_ic, at_fr = (browser(each, "delegate", language="en") for each in (ic, fr))
    looked = at_fr.post("/federation/join", files={"file": ("de.request", request)})
    assert "Vouch for" in looked.text
    assert fingerprints.words(de.key.public) not in looked.text
    form = {"request": request, "fingerprint": fingerprints.groups(fr.key.public), "why": "We know them."}
    wrong = at_fr.post("/federation/join/vouch", data=form)
    assert (wrong.status_code, "typed" in wrong.text) == (400, False)  # the field is called what the form calls it
    form["fingerprint"] = fingerprints.words(de.key.public)
    assert at_fr.post("/federation/join/vouch", data=form, follow_redirects=False).status_code == 303
    assert at_fr.post("/federation/join/vouch", data=form).status_code == 409
    carry(*three)
    page = at_ic.get("/federation/join")
    assert "We know them." in page.text
    (hash,) = set(links(page, r"/federation/join/([0-9a-f]{64})/propose"))
    assert at_fr.post(f"/federation/join/{hash}/decline", data={"why": "no"}).status_code == 403
    assert at_ic.post(f"/federation/join/{hash}/decline", data={"why": "Not yet."}, follow_redirects=False).status_code == 303
    assert "Not yet." in at_ic.get("/federation/join").text
    answer = at_ic.post(f"/federation/join/{hash}/propose", data={"why": "Now."}, follow_redirects=False)
    path = answer.headers["location"]
    at_ic.post(f"{path}/sign", data={})
    signature = ROOTS["ar"].sign(keys.ROSTER, _body(ic, path))
    paper = at_ic.get(f"{path}/file").json()
    for wrong in ({}, {"file": ("x", "{}")}, {"file": ("x", json.dumps(paper))}):
        assert at_ic.post(f"{path}/signature", files=wrong or {"other": "x"}).status_code == 400
    paper["roster"]["signatures"].append(signature)
    signed = {"file": ("signed", json.dumps(paper))}
    assert at_ic.post(f"{path}/signature", files=signed, follow_redirects=False).status_code == 303
    assert status(ic, "de") == "member"
    assert at_ic.get("/federation/join/invitations/xx/file").status_code == 409
    assert '"invitation": 1' in at_ic.get("/federation/join/invitations/de/file").text
    with ic.reading() as session:
        chain = queries.chain(session)
    with de.writing() as session:
        port.adopt(session, chain, code="de", key=de.key.public, now=de.now())
    carry(*three, de)
    assert [version(each) for each in (*three, de)] == [5] * 4


def _body(section: Section, path: str) -> bytes:
    with section.reading() as session:
        return queries.proposal(session, path.rsplit("/", 1)[1]).document.body


def test_the_same_by_the_api(three: list[Section], browser: Callable[..., Any]) -> None:
    ic = three[0]
    api = browser(ic, "delegate")
    base = "/api/v1/federation/roster"
    proposal = api.post(f"{base}/proposals", json={"change": "renew", "why": "A year has passed."}).json()
    assert (proposal["version"], proposal["state"], proposal["missing"]) == (5, "open", 2)
    here = f"{base}/proposals/{proposal['hash']}"
    program = browser(ic, replace(member(ic, "delegate"), by_token=True))
    assert program.post(f"{here}/sign", json={}).status_code == 403
    assert api.post(f"{here}/sign", json={}).json()["missing"] == 1
    paper = api.get(f"{here}/file").json()
    signature = ROOTS["fr"].sign(keys.ROSTER, keys.decode(paper["roster"]["body"]))
    assert api.post(f"{here}/signature", json={"signature": signature}).json()["state"] == "adopted"
    assert api.post(f"{here}/adoption").status_code == 409
    state = api.get(base).json()
    assert (state["threshold"], state["root"], state["version"]) == (2, "open", 5)
    latest = api.get(f"{base}/versions").json()["versions"][0]
    assert (latest["version"], latest["signed"]) == (5, ["Office fr", "Office ic"])
    assert api.get(f"{base}/proposals/{'0' * 64}").status_code == 404
    assert api.get("/api/v1/federation/requests").json() == {"requests": [], "total": 0, "page": 1, "pages": 1}
    assert api.post(f"{base}/proposals", json={"change": "expel", "section": "xx", "why": "x"}).status_code == 409
    assert api.post(f"{base}/proposals", json={"change": "destroy", "why": "x"}).status_code == 400


def test_a_locked_root_key_is_opened_by_its_passphrase_only(three: list[Section], browser: Callable[..., Any]) -> None:
    ic = three[0]
    ic.settings.root_key.unlink()
    port.write_root_key(ic.settings.root_key, ROOTS["ic"], "bread")
    pages = browser(ic, "delegate")
    path = propose(pages, {"change": "renew", "section": "", "why": "Again."}).headers["location"]
    assert "Passphrase of the root key" in pages.get(path).text
    assert pages.post(f"{path}/sign", data={"passphrase": "roses"}).status_code == 400
    assert pages.post(f"{path}/sign", data={"passphrase": "bread"}, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("cut", [b"0123456789abcdef 2 00ff\n0123456789abcd", b"\0\0\0\0", b"\xff\xfe x", None])
def test_a_proposal_is_shown_and_signed_where_the_keys_notes_are_damaged(
    three: list[Section], browser: Callable[..., Any], cut: bytes | None
) -> None:
    """By a full disk or the power, say; None: a folder lies there, and what is signed cannot be noted."""
    ic = three[0]
    notes = ic.settings.root_key.with_suffix(".signed")
    notes.unlink(missing_ok=True)
    if cut is None:
        notes.mkdir()
    else:
        notes.write_bytes(cut)
    pages = browser(ic, "delegate", language="en")
    form = {"change": "renew", "section": "", "why": "Again.", "step": "preview"}
    assert pages.post("/federation/roster/propose", data=form).status_code == 200
    hash = pages.post("/api/v1/federation/roster/proposals", json={"change": "renew", "why": "Again."}).json()["hash"]
    path = f"/federation/roster/proposals/{hash}"
    assert f'action="{path}/sign"' in pages.get(path).text
    answer = pages.post(f"{path}/sign", data={}, follow_redirects=False)
    shown = pages.get(path)
    if cut is None:
        assert "What this root key signs is noted in this file" in answer.text
        assert (shown.status_code, f'action="{path}/sign"' in shown.text) == (200, True)
    else:
        assert (answer.status_code, shown.status_code) == (303, 200)
        assert f'action="{path}/sign"' not in shown.text
        assert notes.read_bytes().startswith(cut + b"\n" + ROOTS["ic"].public.id.encode())


def test_while_no_hub_can_be_reached_only_who_is_sure_signs_on_a_page(three: list[Section], browser: Callable[..., Any]) -> None:
    ic, url = three[0], "nats://hub.example:4222"
    api = browser(ic, "delegate", language="en")
    hash = api.post("/api/v1/federation/roster/proposals", json={"change": "renew", "why": "Again."}).json()["hash"]
    pages, here = f"/federation/roster/proposals/{hash}", f"/api/v1/federation/roster/proposals/{hash}"
    sure = 'name="unasked"'
    assert sure not in api.get(pages).text
    ic.hubs[url] = HubState(url)
    assert api.get(pages).text.count(sure) == 2
    signature = ROOTS["fr"].sign(keys.ROSTER, _body(ic, pages))
    paper = api.get(f"{pages}/file").text
    for refused in (
        api.post(f"{pages}/sign", data={}),
        api.post(f"{pages}/signature", files={"file": ("roster.proposal", paper)}),
        api.post(f"{pages}/adopt", data={}),
        api.post(f"{here}/sign", json={}),
        api.post(f"{here}/signature", json={"signature": signature}),
        api.post(f"{here}/adoption"),
    ):
        assert refused.status_code == 409
        assert "newer list of sections" in refused.text
    assert api.get(here).json()["missing"] == 2
    assert api.post(f"{here}/sign", json={"unasked": True}).json()["missing"] == 1
    ic.hubs[url] = HubState(url, connected=True)
    assert api.post(f"{here}/signature", json={"signature": signature}).json()["state"] == "adopted"


def test_who_may_not_sees_and_does_less(three: list[Section], browser: Callable[..., Any]) -> None:
    ic = three[0]
    form = {"change": "suspend", "section": "", "why": "x", "step": "preview"}
    unsaid = browser(ic, "delegate").post("/federation/roster/propose", data=form)
    assert (unsaid.status_code, "Choose the section that this is about." in unsaid.text) == (400, True)
    plain, stranger = browser(ic, "member"), browser(ic)
    for path in ("/federation/roster", "/federation/roster/ceremony", "/federation/join"):
        assert plain.get(path).status_code == 200
        assert stranger.get(path, follow_redirects=False).status_code in (303, 401, 403)
    assert "compared" in plain.get("/federation/roster/ceremony").text
    assert fingerprints.words(ROOTS["fr"].public) in plain.get("/federation/roster/ceremony").text
    assert plain.get("/federation/roster/propose").status_code == 403
    assert plain.post("/federation/roster/proposals/00000000/sign", data={}).status_code == 403
    assert plain.post("/federation/join/vouch", data={"request": "x", "fingerprint": "x"}).status_code == 403


def test_what_concerns_everybody_stands_above_every_page(
    three: list[Section], browser: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ic, fr, _ar = three
    for section in (ic, fr):
        monkeypatch.setattr(section, "now", lambda: datetime.now(UTC) + timedelta(days=350))
    expires = "The list of sections expires on"
    assert browser(ic, "delegate").get("/federation/roster").text.count(expires) == 1
    assert browser(ic, "member").get("/federation/roster").text.count(expires) == 1
    assert expires in browser(fr, "host", language="en").get("/federation/join").text
    assert expires not in browser(fr, "member", language="en").get("/federation/join").text
    with ic.reading() as session:
        draft = changes.ended(port.latest(session), "fr", Status.RESIGNED, queries.last_good(session, _entry(ic, "fr")), ic.now())
    for section in (ic, fr):
        with section.writing() as session:
            port.store_version(session, SignedDocument.seal(keys.ROSTER, draft, *ROOTS.values()), section.now())
    left = browser(fr, "member", language="en").get("/about")
    assert "has left the International" in left.text
    assert "has left the International" not in browser(fr).get("/about").text


def _entry(section: Section, code: str) -> Entry:
    with section.reading() as session:
        return changes.entry_of(port.latest(session), code)


def test_a_stolen_key_and_a_replaced_one_over_the_hub(
    three: list[Section], carry: Callable[..., None], member: Callable[..., Any]
) -> None:
    ic, fr, ar = three

    def say(*texts: str) -> None:
        for text in texts:
            with fr.writing() as session:
                fr.publish(session, Utterance(notes.Written(text=text)), by=member(fr))

    def decide(make: Callable[[Version, LastGood], Roster]) -> None:
        with ic.writing() as session:
            latest = port.latest(session)
            draft = make(latest, queries.last_good(session, changes.entry_of(latest, "fr")))
            port.store_version(session, SignedDocument.seal(keys.ROSTER, draft, *ROOTS.values()), ic.now())
        ic.roster_changed()
        carry(*three)

    say("one", "two")
    carry(*three)
    say("nobody has this yet")
    stolen, fresh = fr.key, fr.log_keys.add()
    decide(lambda latest, good: changes.reopened(latest, "fr", fresh.public, good, ic.now()))
    assert fr.key == fresh
    assert [words(each) for each in three] == [["one", "two"]] * 3
    say("in a new epoch")
    carry(*three)
    assert [words(each) for each in three] == [["one", "two", "in a new epoch"]] * 3
    assert all(stolen.public not in [entry.key for entry in rules(each).keys] for each in three)

    third = fr.log_keys.add()
    with fr.writing() as session:
        port.announce_key(fr, session, third, first=4, epoch=2, by=member(fr, "host"))
    say("with the old key")
    with pytest.raises(Paused, match="confirm the key"):
        say("too early")
    carry(*three)
    decide(lambda latest, _good: port_draft(ic, "rotate"))
    assert fr.key == third
    say("with the new key")
    carry(*three)
    expected = ["one", "two", "in a new epoch", "with the old key", "with the new key"]
    assert [words(each) for each in three] == [expected] * 3
    assert [entry.last for entry in rules(ar).keys] == [3, None]


def port_draft(section: Section, change: str) -> Roster:
    with section.reading() as session:
        return port.draft(session, change, "fr", section.now())


def rules(section: Section) -> LogRules:
    with section.reading() as session:
        return section.keyring(session)["fr"]


def words(section: Section) -> list[str]:
    with section.reading() as session:
        rows = session.exec(select(notes.NoteRow).where(notes.NoteRow.section == "fr")).all()
    return [row.text for row in sorted(rows, key=lambda row: (row.epoch, row.sequence))]


def test_before_joining_every_page_says_how_to_join(make: Callable[[str], Section], browser: Callable[..., Any]) -> None:
    fr = make("fr")
    host = browser(fr, "delegate", "host", language="en")
    assert "How to join" in host.get("/").text
    assert "How to join" not in browser(fr, "member", language="en").get("/").text
    for path in ("/federation", "/federation/roster", "/federation/roster/ceremony", "/federation/roster/propose"):
        page = host.get(path)
        assert (page.status_code, 'href="/federation/join"' in page.text) == (200, True)
    steps = host.get("/federation/join").text
    assert fingerprints.words(fr.key.public) in steps
    assert "internationale join fr.invitation" in steps


def test_an_international_is_founded_on_pages_and_by_the_api(make: Callable[[str], Section], browser: Callable[..., Any]) -> None:
    ic, fr = make("ic"), make("fr")
    cards = [json.dumps(joining.root_card(f"Office {code}", root).plain()) for code, root in ROOTS.items()]
    pages = browser(ic, "delegate")
    assert "Gather the root cards" in pages.get("/federation/found").text
    shown = pages.post("/federation/found", data={"threshold": "2"}, files=[("files", ("a.root", card)) for card in cards])
    assert all(fingerprints.words(root.public) in shown.text for root in ROOTS.values())
    listed = re.findall(r"<h2>Fingerprint of the list</h2>.*?(?:[a-z]+ ){11}[a-z]+<", shown.text, re.DOTALL)[0]
    words = re.findall(r">((?:[a-z]+ ){11}[a-z]+)<", listed)[0]
    text = html.unescape(re.findall(r'name="paper" value="([^"]*)"', shown.text)[0])
    paper = pages.post("/federation/found/file", data={"paper": text}).json()
    body = keys.decode(paper["roster"]["body"])
    copies = []
    for code in ("fr", "ar"):
        signed = {**paper, "roster": SignedDocument(body, (ROOTS[code].sign(keys.ROSTER, body),)).plain()}
        copies.append(("files", (f"{code}.copy", json.dumps(signed))))
    assert pages.post("/federation/found/copies", files=copies[:1]).status_code == 409
    asked = pages.post("/federation/found/copies", files=copies)
    assert all(fingerprints.words(root.public) in asked.text for root in ROOTS.values())
    assert ("2 of 3 root keys must sign" in asked.text, words in asked.text, founded(ic)) == (True, False, 0)
    sent = {"paper": html.unescape(re.findall(r'name="paper" value="([^"]*)"', asked.text)[0])}
    refused = pages.post("/federation/found/adopt", data={**sent, "fingerprint": fingerprints.words(ROOTS["ic"].public)})
    assert (refused.status_code, "This is not the fingerprint of the list" in refused.text, founded(ic)) == (400, True, 0)
    assert html.unescape(re.findall(r'name="paper" value="([^"]*)"', refused.text)[0]) == sent["paper"]
    begun = pages.post("/federation/found/adopt", data={**sent, "fingerprint": words.upper()}, follow_redirects=False)
    assert (begun.status_code, version(ic)) == (303, 1)
    assert pages.post("/federation/found/copies", files=[("files", ("x", "{}"))]).status_code == 400
    again = pages.post("/federation/found", data={"threshold": "2"}, files=[("files", ("a.root", cards[0]))])
    assert again.status_code == 409

    api = browser(fr, "delegate")
    assert api.post("/api/v1/federation/founding", json={"cards": cards[:1], "threshold": 2}).status_code == 409
    drafted = api.post("/api/v1/federation/founding", json={"cards": cards[:1], "threshold": 1}).json()
    proposal = drafted["proposal"]
    body = keys.decode(proposal["roster"]["body"])
    proposal["roster"]["signatures"] = [ROOTS["ic"].sign(keys.ROSTER, body)]
    asked = {"copies": [json.dumps(proposal)], "fingerprint": drafted["words"]}
    program = browser(fr, replace(member(fr, "delegate", language="en"), by_token=True)).post(
        "/api/v1/federation/founding/adoption", json=asked
    )
    assert (program.status_code, "in person, not by a program with a token" in program.text) == (403, True)
    other = api.post("/api/v1/federation/founding/adoption", json={**asked, "fingerprint": words})
    assert (other.status_code, founded(fr)) == (400, 0)
    begun = api.post("/api/v1/federation/founding/adoption", json={**asked, "fingerprint": drafted["digits"]})
    assert begun.json() == {"version": 1}
