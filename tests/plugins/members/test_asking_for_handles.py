"""Nobody asks handle by handle who is a member, and nobody keeps names without end."""

import re

import pytest
from sqlmodel import func, select

from internationale_members.rows import FailedSignIn, FormerHandle
from internationale_members.tasks import clear

PASSWORD = "seven red umbrellas"
FREE = 5
"""So many handles can be tried without waiting."""


def change(client, handle):
    return client.post("/members/account/handle", data={"handle": handle}, follow_redirects=False)


def join(house, link, handle, password=PASSWORD):
    form = {"handle": handle, "password": password, "language": "fr", "accept": "true"}
    return house.browser().post(link, data=form, follow_redirects=False)


def join_here(house, link, handle):
    form = {"invitation": link.rpartition("/")[2], "handle": handle, "password": PASSWORD, "language": "fr", "accept": True}
    return house.browser().post("/api/v1/members/join", json=form)


def answered(*answers):
    return [(answer.status_code, answer.headers.get("retry-after")) for answer in answers]


def members(house):
    return [line.split()[0] for line in house.command("list").splitlines()]


def waits(house, ask, times):
    """How long somebody is made to wait before each of so many attempts, who tries again as soon as they may."""
    found = []
    for number in range(times):
        answer = ask(f"name{number}")
        found.append(int(answer.headers.get("retry-after", 0)))
        if found[-1]:
            house.clock.wait(seconds=found[-1])
            assert ask(f"name{number}").status_code != 429
    return found


SLOWLY = [0] * FREE + [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_member_tries_a_handful_of_handles_and_then_slowly_whatever_is_answered(house):
    house.person("anna")
    spy = house.person("spy")
    assert answered(*(change(spy, handle) for handle in ("anna", "carla", "A.nna", "dora", "anna"))) == [
        (status, None) for status in (400, 303, 400, 303, 400)
    ]
    assert answered(change(spy, "anna"), change(spy, "emil")) == [(429, "60")] * 2
    api = spy.put("/api/v1/members/me/handle", json={"handle": "anna"})
    assert (*answered(api), api.json()["error"], api.json()["place"]) == ((429, "60"), "too_soon", "handle")
    page = change(spy, "emil")
    assert "please wait 60 seconds" in page.text
    assert 'value="emil"' in page.text
    other = house.person("clara")
    assert answered(change(other, "claire")) == [(303, None)]  # nobody waits for another


def test_how_slowly(house):
    house.person("anna")
    spy = house.person("spy")
    assert waits(house, lambda _: change(spy, "anna"), len(SLOWLY)) == SLOWLY
    clear(house.section)
    assert answered(change(spy, "anna")) == [(429, "3600")]
    spy = house.browser()
    house.clock.wait(days=1)
    clear(house.section)
    with house.section.reading() as session:
        assert session.exec(select(FailedSignIn)).all() == []
    spy.post("/members/sign-in", data={"handle": "spy", "password": PASSWORD})
    assert answered(change(spy, "anna"), change(spy, "sp-y")) == [(400, None), (303, None)]


@pytest.mark.parametrize("ask", [join, join_here])
def test_who_has_an_invitation_tries_a_handful_and_then_slowly(house, ask):
    house.person("anna")
    link, other = house.command("invite"), house.command("invite")
    assert waits(house, lambda _: ask(house, link, "anna"), len(SLOWLY)) == SLOWLY
    assert answered(ask(house, link, "carla")) == [(429, "3600")]
    assert ask(house, other, "carla").status_code in (201, 303)
    house.clock.wait(hours=1)
    assert ask(house, link, "dora").status_code in (201, 303)
    assert sorted(members(house)) == ["anna", "carla", "dora"]


def test_what_tells_nothing_of_members_does_not_count(house):
    house.person("anna")
    rosa, link = house.person("rosa"), house.command("invite")
    for handle in ("-", "a b", "secretary", "роsа") * 2:
        assert answered(change(rosa, handle), join(house, link, handle)) == [(400, None)] * 2
    assert answered(*(join(house, link, "anna", password="short") for _ in range(8))) == [(400, None)] * 8
    assert answered(change(rosa, "lucie"), join(house, link, "clara")) == [(303, None)] * 2


def without(text, *words):
    """A page without what differs from one answer to the next."""
    return re.sub("|".join((r".*nonce=.*", *map(re.escape, words))), "", text)


def test_a_members_handle_a_former_members_and_one_that_looks_like_it_sound_the_same(house):
    house.person("anna")
    berta = house.person("berta")
    assert change(berta, "bertha").status_code == 303
    karl = house.person("karl")
    assert karl.post("/members/account/leave", data={"handle": "karl", "password": PASSWORD}).status_code == 200
    rosa, link = house.person("rosa"), house.command("invite")
    taken = ("anna", "berta", "karl", "An.na", "B-erta")
    for try_one in (lambda handle: change(rosa, handle), lambda handle: join(house, link, handle)):
        answers = {handle: try_one(handle) for handle in taken}
        pages = {(answer.status_code, without(answer.text, f'value="{handle}"')) for handle, answer in answers.items()}
        assert [(status, "Somebody has this handle, or one that looks like it." in page) for status, page in pages] == [
            (400, True)
        ]
    answers = [join_here(house, house.command("invite"), handle) for handle in taken]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(400, answers[0].json())] * len(taken)


def kept(house):
    with house.section.reading() as session:
        return session.exec(select(func.count()).select_from(FormerHandle)).one()


def test_a_few_names_are_kept_for_one_person_and_none_of_them_is_given_to_another(house):
    """A name under which somebody may have spoken is never let go: so there is an end to taking new ones."""
    rosa, clara = house.person("rosa"), house.person("clara")
    names = ["rosa1", "rosa2", "rosa3", "rosa4", "rosa5"]
    for name in names:
        assert answered(change(rosa, name)) == [(303, None)]
        house.clock.wait(days=1)
        rosa.post("/members/sign-in", data={"handle": name, "password": PASSWORD})
    for free_or_taken in ("rosa6", "clara"):
        answer = change(rosa, free_or_taken)
        assert (answer.status_code, "You have had 5 other handles" in answer.text) == (409, True)
    api = rosa.put("/api/v1/members/me/handle", json={"handle": "rosa6"})
    assert (api.status_code, api.json()["place"], kept(house)) == (409, "handle", 5)
    assert answered(change(rosa, "Rosa-5"), change(rosa, "rosa")) == [(303, None)] * 2  # the same one, and one of theirs
    assert (kept(house), rosa.get("/api/v1/members/me").json()["handle"]) == (5, "rosa")
    clara.post("/members/sign-in", data={"handle": "clara", "password": PASSWORD})
    assert answered(*(change(clara, name) for name in names)) == [(400, None)] * 5
