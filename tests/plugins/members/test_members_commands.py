"""``internationale members …``"""

from datetime import timedelta


def test_accounts_by_command(house):
    assert house.command("list") == ""
    link = house.command("add", "rosa", "--role", "member", "--role", "secretary", "--branch", "Lyon", "--language", "en")
    assert link.startswith("http://testserver.local/members/link/")
    house.command("add", "clara")
    house.command("grant", "clara", "translator")
    house.command("disable", "CLARA")
    assert house.command("list").splitlines() == ["clara\tmember,translator\t\tclosed", "rosa\tmember,secretary\tLyon"]
    house.command("enable", "clara")
    assert house.command("list").splitlines()[0] == "clara\tmember,translator"


def test_what_is_wrong_fails_and_changes_nothing(house):
    house.command("add", "rosa")
    for arguments in (
        ("add", "Rosa"),
        ("add", "clara", "--language", "tlh"),
        ("link", "nobody"),
        ("link", "--", "---"),
        ("disable", "nobody"),
        ("invite", "--branch", "Nowhere"),
    ):
        house.command(*arguments, status=1)
    for arguments in (("add", "clara", "--role", "king"), ("invite", "--days", "15")):
        house.command(*arguments, status=2)
    assert house.command("list") == "rosa\tmember"


def test_the_name_of_a_branch_is_no_longer_than_on_the_page(house):
    house.command("add", "rosa", "--branch", "x" * 201, status=1)
    house.command("add", "clara", "--branch", "x" * 200)
    assert house.command("list") == f"clara\tmember\t{'x' * 200}"


def test_status_says_when_there_is_no_secretary(house):
    [check] = [check for check in house.section.plugins.all("checks") if check.name == "members"]
    assert [str(line) for line in check.run(house.section)] == [
        "There is no secretary. Invite one: internationale members invite --role secretary"
    ]
    house.command("invite", "--role", "member")
    assert "Invite one" in str(check.run(house.section)[0])
    house.command("invite", "--role", "secretary", "--days", "3")
    day = (house.section.now() + timedelta(days=3)).date()
    assert [str(line) for line in check.run(house.section)] == [f"There is no secretary yet. An invitation is open until {day}."]
    house.command("add", "rosa", "--role", "secretary")
    assert check.run(house.section) == []
    house.command("disable", "rosa")
    assert len(check.run(house.section)) == 1
