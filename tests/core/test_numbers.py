"""Whole numbers as people type them."""

import pytest

from internationale.kit.numbers import whole

TYPED = [
    ("en", "1,500", 1500),
    ("en", "1,234,500", 1234500),
    ("en", "1.500", None),
    ("en", "1,50", None),
    ("en", "1500,000", None),
    ("en", "1,500,", None),
    ("en", "1,500٬000", None),
    ("fr", "1\u202f500", 1500),
    ("fr", "1 500", 1500),
    ("fr", "1\u00a0500", 1500),
    ("fr", "1,500", None),
    ("de", "1.500", 1500),
    ("ar", "1,500", 1500),
    ("ar", "١٬٥٠٠", 1500),
    ("ar", "١٥٠٠", 1500),
    ("no such", "1,500", 1500),
    ("en", " 12 ", 12),
    ("en", "-5", None),
    ("en", "+5", None),
    ("en", "", None),
    ("en", "²", None),
    ("en", "9" * 5000, None),
    ("en", ",".join(["999"] * 5000), None),
]


@pytest.mark.parametrize(("language", "typed", "number"), TYPED)
def test_a_number_is_taken_as_its_language_shows_it(language: str, typed: str, number: int | None) -> None:
    assert whole(typed, language) == number
