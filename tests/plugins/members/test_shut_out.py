"""Whoever is shut out while a request of theirs is under way does nothing with it any more: it was asked before, and is again."""

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient
from sqlalchemy import text
from sqlmodel import select

from internationale.kit import INTERNATIONAL
from internationale.testing.between import before_writing
from internationale.testing.people import speaker
from internationale.web.app import create_app
from internationale_members.rows import Account, Branch, SignedIn, Token

PASSWORD = "seven red umbrellas"
OTHER = "nine green lanterns here"


def quietly(client, path, **form):
    return client.post(path, data=form, follow_redirects=False)


def account(house, handle):
    with house.section.reading() as session:
        return session.exec(select(Account).where(Account.handle == handle)).first()


def rows(house, model):
    with house.section.reading() as session:
        return session.exec(select(model)).all()


def change_password(client):
    answer = quietly(client, "/members/account/password", old=PASSWORD, new=OTHER)
    assert answer.status_code == 303
    return answer


def signed_in(client):
    return client.get("/members/account", follow_redirects=False).status_code == 200


@pytest.fixture
def joined(house, federation) -> Iterator:
    """The house of a section of an International, with all plugins."""
    _ic, section = federation("ic", "fr")
    with TestClient(create_app(section), base_url=section.base_url, raise_server_exceptions=False) as door:
        house.section, house.door = section, door
        yield house


def test_who_is_closed_out_does_not_open_their_own_account_again(house):
    karl, rosa = house.person("karl", "secretary"), house.person("rosa", "secretary")
    person = house.id_of(karl, "rosa")
    with before_writing(house.section, lambda: quietly(karl, f"/members/people/{person}/disable")):
        answer = quietly(rosa, f"/members/people/{person}/enable")
    assert answer.status_code == 403
    assert "Signing in is needed" in answer.text
    assert "/members/sign-out" not in answer.text
    assert account(house, "rosa").disabled_at is not None


def test_a_request_of_a_session_that_ended_makes_no_token(house):
    rosa, thief = house.person("rosa"), house.browser()
    quietly(thief, "/members/sign-in", handle="rosa", password=PASSWORD)
    with before_writing(house.section, lambda: change_password(rosa)):
        assert quietly(thief, "/members/account/tokens", name="x").status_code == 403
    assert (list(rows(house, Token)), signed_in(rosa), signed_in(thief)) == ([], True, False)


def test_a_token_that_was_withdrawn_changes_nothing_any_more(house):
    rosa = house.person("rosa", "secretary")
    token = house.token(rosa)
    (row,) = rows(house, Token)
    house.browser().get("/api/v1/members/me", headers=token)  # it is noted when it was last used
    with before_writing(house.section, lambda: quietly(rosa, f"/members/account/tokens/{row.id}/withdraw")):
        answer = house.browser().post("/api/v1/members/branches", json={"name": "Lyon"}, headers=token)
    assert (answer.status_code, answer.json()["error"], list(rows(house, Branch))) == (403, "refused", [])


def test_who_signs_in_with_the_password_of_before_is_not_in_when_it_changed_meanwhile(house):
    rosa, thief = house.person("rosa"), house.browser()
    with before_writing(house.section, lambda: change_password(rosa)):
        answer = quietly(thief, "/members/sign-in", handle="rosa", password=PASSWORD)
    assert (answer.status_code, signed_in(thief), len(rows(house, SignedIn))) == (400, False, 1)


def test_who_signs_in_while_their_account_is_closed_is_not_in_when_it_is_opened(house):
    karl = house.person("karl", "secretary")
    house.person("rosa")
    person, rosa = house.id_of(karl, "rosa"), house.browser()
    with before_writing(house.section, lambda: quietly(karl, f"/members/people/{person}/disable")):
        assert quietly(rosa, "/members/sign-in", handle="rosa", password=PASSWORD).status_code == 400
    assert quietly(karl, f"/members/people/{person}/enable").status_code == 303
    assert not signed_in(rosa)


def test_who_joins_and_is_closed_out_at_once_is_not_in_when_it_is_opened(house):
    karl, rosa = house.person("karl", "secretary"), house.browser()
    invitation = house.command("invite", "--role", "member")
    form = {"handle": "rosa", "password": PASSWORD, "language": "en", "accept": "true"}

    def close():
        return quietly(karl, f"/members/people/{house.id_of(karl, 'rosa')}/disable")

    with before_writing(house.section, close, turn=3):
        assert quietly(rosa, invitation, **form).status_code == 403
    assert quietly(karl, f"/members/people/{house.id_of(karl, 'rosa')}/enable").status_code == 303
    assert not signed_in(rosa)


def test_who_lost_a_right_meanwhile_does_not_use_it(house):
    karl, rosa = house.person("karl", "secretary"), house.person("rosa", "secretary")
    person, mallory = house.id_of(karl, "rosa"), house.person("mallory")
    other = house.id_of(karl, "mallory")
    grants = karl.get("/api/v1/members/people/" + person).json()["grants"]
    (grant,) = [each["id"] for each in grants if each["role"] == "secretary"]
    with before_writing(house.section, lambda: quietly(karl, f"/members/people/{person}/grants/{grant}/withdraw")):
        answer = quietly(rosa, f"/members/people/{other}/roles", role="secretary")
    assert answer.status_code == 409
    assert mallory.get("/api/v1/members/me").json()["roles"] == ["member"]
    assert quietly(rosa, "/members/account", language="fr", name="Rosa").status_code == 303  # what everybody may goes on


def test_who_was_given_a_right_meanwhile_is_not_kept_from_anything(house):
    karl, rosa = house.person("karl", "secretary"), house.person("rosa")
    person = house.id_of(karl, "rosa")
    with before_writing(house.section, lambda: quietly(karl, f"/members/people/{person}/roles", role="delegate")):
        assert quietly(rosa, "/members/account", language="fr", name="Rosa").status_code == 303


def test_nothing_is_signed_with_a_handle_that_was_given_up_meanwhile(joined):
    rosa = joined.person("rosa", "member", "delegate")
    text_ = {"kind": "programme", "language": "fr", "title": "T", "text": "Eight hours.\n", "audience": "international"}
    with before_writing(joined.section, lambda: quietly(rosa, "/members/account/handle", handle="rosie")):
        answer = rosa.post("/api/v1/documents", json=text_ | {"sections": []})
    assert answer.status_code == 409
    with joined.section.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM documents_document")).scalar() == 0


def opened(section):
    with section.writing() as session:
        text_ = {"kind": "programme", "language": "fr", "title": "Hours", "text": "# A\n\nB c d.\n"}
        document = section.documents.open(session, **text_, audience=INTERNATIONAL, by=speaker(section))
        return document, section.documents.read(session, document, "fr").units[1].block.id


def leave(client):
    answer = quietly(client, "/members/account/leave", handle="rosa", password=PASSWORD)
    assert answer.status_code == 303
    return answer


def test_who_leaves_leaves_no_word_behind_that_was_under_way(joined):
    document, block = opened(joined.section)
    rosa = joined.person("rosa")
    with before_writing(joined.section, lambda: leave(rosa)):
        answer = quietly(rosa, f"/documents/{document}/debate/{block}", text="My words are mine.")
    assert answer.status_code == 403
    assert "My words are mine." in answer.text  # nothing typed is lost
    with joined.section.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM documents_debate")).scalar() == 0


@pytest.mark.parametrize("turn", [1, 2])
def test_who_leaves_with_a_password_that_was_changed_meanwhile_stays(house, turn):
    rosa, same = house.person("rosa"), house.browser()
    same.cookies.update(dict(rosa.cookies))
    with before_writing(house.section, lambda: change_password(rosa), turn=turn):
        assert quietly(same, "/members/account/leave", handle="rosa", password=PASSWORD).status_code == 409
    assert account(house, "rosa") is not None


def test_what_would_wait_for_a_second_person_is_not_kept_of_somebody_who_left_meanwhile(joined, monkeypatch):
    releasing = joined.section.releasing
    monkeypatch.setattr(releasing, "names", frozenset({"documents.opened"}))
    rosa = joined.person("rosa", "member", "delegate")
    text_ = {"kind": "programme", "language": "fr", "title": "T", "text": "Eight hours.\n", "audience": "international"}
    with before_writing(joined.section, lambda: leave(rosa), turn=2):
        answer = rosa.post("/api/v1/documents", json=text_ | {"sections": []})
    assert answer.status_code == 403
    with joined.section.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM exchange_held")).scalar() == 0


def test_a_file_of_somebody_who_was_signed_out_while_it_came_is_not_kept(joined):
    document, _block = opened(joined.section)
    rosa, thief = joined.person("rosa", "member", "delegate"), joined.browser()
    quietly(thief, "/members/sign-in", handle="rosa", password=PASSWORD)
    files = {"file": ("a.txt", b"x" * 1000, "text/plain")}
    with before_writing(joined.section, lambda: change_password(rosa)):
        answer = thief.post(f"/attachments/to/{document}", files=files, follow_redirects=False)
    assert answer.status_code == 403
    with joined.section.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM attachments_upload")).scalar() == 0
    assert [path for path in (joined.section.settings.home / "attachments").rglob("*") if path.is_file()] == []


def test_signing_out_and_in_needs_nobody_to_be_signed_in(house):
    rosa, karl = house.person("rosa"), house.person("karl")
    cookies = dict(rosa.cookies)
    again = house.browser()
    again.cookies.update(cookies)
    with before_writing(house.section, lambda: quietly(again, "/members/sign-out")):
        assert quietly(rosa, "/members/sign-out").status_code == 303
    assert quietly(karl, "/members/sign-in", handle="rosa", password=PASSWORD).status_code == 303
    assert karl.get("/api/v1/members/me").json()["handle"] == "rosa"
    assert quietly(karl, house.command("link", "karl")).status_code == 303
    assert karl.get("/api/v1/members/me").json()["handle"] == "karl"
    form = {"handle": "anna", "password": PASSWORD, "language": "en", "accept": "true"}
    assert quietly(karl, house.command("invite", "--role", "member"), **form).status_code == 303
    assert karl.get("/api/v1/members/me").json()["handle"] == "anna"
