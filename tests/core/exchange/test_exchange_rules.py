"""What follows from heads, and the codes in words."""

from internationale.rooms.exchange import rules


def test_codes_are_put_into_words() -> None:
    assert str(rules.worded("bad_signature")) == "Its signature is false: it was altered on the way, or forged."
    assert str(rules.awaited("ref", "fr:1:2")) == "It stands on message number 2 of fr, which is not here."
    named = rules.awaited("ref", "fr:1:2", {"fr": "Section française"})
    assert str(named) == "It stands on message number 2 of Section française, which is not here."
    assert str(rules.worded("brand_new")) == "For this reason: brand_new"


def test_contents_are_spelled_out_word_for_word() -> None:
    data = {"title": "«Où»", "text": "One.\n\nTwo.", "list": [1, {"deep": ["x"]}], "nothing": None, "empty": []}
    assert rules.spelled(data).split("\n") == [
        "title: «Où»",
        "text:",
        "  One.",
        "  ",
        "  Two.",
        "list:",
        "  - 1",
        "  -",
        "    deep:",
        "      - x",
        "nothing: –",
        "empty: –",
    ]
